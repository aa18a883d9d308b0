"""Checks of how a station takes its parts: what does not go together."""

from collections.abc import Iterator

from cells.schema import Queue, Station

Found = Iterator[tuple[str, str]]  # key, message


def check_disciplines(station: Station) -> Found:
    """Yield what is wrong with the rules by which a station takes its parts."""
    yield from _preempt(station)


def _preempt(station: Station) -> Found:
    if station.preempt is None:
        return
    if not isinstance(station.queue, Queue) or station.queue.order != "priority":
        message = "parts that give way go back into a queue: write `queue: {order: priority}`"
        yield "preempt", message
    for key in ("setup", "load", "unload", "batch", "assemble", "needs"):
        if getattr(station, key):
            yield (
                "preempt",
                f"a part is not taken off a station with `{key}`; leave one of them out",
            )

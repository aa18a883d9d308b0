"""Checks of how a station takes its parts: what does not go together."""

from collections.abc import Iterator
from itertools import pairwise

from cells.expand import has_queue, numbered_flow
from cells.graph import Graph, spare_targets, targets_of
from cells.places import where
from cells.problems import Problem
from cells.schema import Cell, Queue, Station
from cells.setups import setup_time

Found = Iterator[tuple[str, str]]  # key, message
Path = tuple[str | int, ...]


def check_disciplines(station: Station) -> Found:
    """Yield what is wrong with the rules by which a station takes its parts."""
    yield from _preempt(station)
    yield from _campaign(station)
    yield from _before(station)


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


def _campaign(station: Station) -> Found:
    if station.campaign is None:
        return
    if station.setup is None:
        yield (
            "campaign",
            "campaigns end with a change-over; say how long it takes: `setup: 5 min`",
        )
    if has_queue(station):
        message = "parts of one product would stand in the way of another; use a buffer for each"
        yield "queue", message
    for key in ("preempt", "batch", "assemble", "yields"):
        if getattr(station, key):
            yield "campaign", f"campaigns do not go with `{key}`; leave one of them out"
    if station.power is not None and station.power.standby is not None:
        yield "power", "a station with campaigns changes over when nothing waits: it has no standby"
    if any(plan.when_idle for plan in station.maintenance.values()):
        message = "a station with campaigns changes over when nothing waits: it is never idle"
        yield "maintenance", message


def check_campaigns(cell: Cell, graph: Graph) -> Iterator[Problem]:
    """Yield what is wrong with the campaigns of a cell whose names and flow entries are right."""
    for name, station in graph.cell.stations.items():
        if station.campaign is None or station.setup is None:
            continue
        path = where(cell, name)
        served = [product for product in cell.products if (name, product) in graph.reached]
        if len(served) < 2:
            message = "campaigns change from one product to another: parts of two have to get here"
            yield Problem((*path, "campaign"), message)
            continue
        if station.tooled_for is not None and station.tooled_for not in served:
            message = f"no part of product {station.tooled_for!r} gets here"
            yield Problem((*path, "tooled_for"), f"{message}; name one of {', '.join(served)}")
        yield from _timeless(station, served, path)
        for k, entry in numbered_flow(cell):
            if entry.by is not None and name in (*targets_of(entry), *spare_targets(entry)):
                message = f"{entry.by!r} would come when {name!r} has changed over"
                yield Problem(("flow", k, "by"), f"{message}; put a buffer before the station")


def _timeless(station: Station, served: list[str], path: Path) -> Iterator[Problem]:
    """Find changes to the next product that take no time: they would never end."""
    changes: list[tuple[str | None, str]] = list(pairwise([*served, served[0]]))
    if station.tooled_for is None:
        changes.append((None, served[0]))
    for before, to in changes:
        assert station.setup is not None
        time = setup_time(station.setup, before, to)
        if time is None or time.mean() <= 0.0:
            change = f"from {before or 'nothing'} to {to}"
            message = f"the change-over {change} takes no time; give it some: `setup: 5 min`"
            yield Problem((*path, "setup"), message)


def _before(station: Station) -> Found:
    for key in ("preempt", "campaign", "batch", "assemble", "yields"):
        if station.blocking is not None and getattr(station, key):
            message = f"`before_service` does not go with `{key}`; leave one of them out"
            yield "blocking", message


def check_blocking(cell: Cell, graph: Graph) -> Iterator[Problem]:
    """Yield stations that need a place for a part beforehand where none can be kept."""
    for k, entry in numbered_flow(cell):
        station = graph.nodes[entry.from_]
        if not isinstance(station, Station) or station.blocking is None:
            continue
        if entry.by is not None:
            message = f"{entry.by!r} keeps places when it is sent; leave out `by`, or `blocking`"
            yield Problem(("flow", k, "by"), f"{message} at {entry.from_!r}")
        for name in (*targets_of(entry), *spare_targets(entry)):
            target = graph.nodes[name]
            if isinstance(target, Station) and (target.assemble or target.batch or target.campaign):
                message = f"{name!r} keeps no place beforehand; put a buffer before it"
                yield Problem(("flow", k, "to"), message)

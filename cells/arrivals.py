"""Checks of sources: when parts come, which, and what is due when."""

from collections.abc import Iterable, Iterator
from math import fsum

from cells.problems import Problem
from cells.schema import Cell, Queue, Source
from cells.weekdays import read_start, read_times

Found = Iterator[tuple[str, str]]  # key, message
_KINDS = ("every", "timetable", "orders", "saturated", "external")


def adds_up(shares: Iterable[float]) -> str | None:
    """Return what is wrong with shares that do not add up to 1."""
    total = fsum(shares)
    return (
        None if abs(total - 1.0) <= 1e-9 else f"the shares add up to {100 * total:.6g} %, not 100 %"
    )


def check_sources(cell: Cell) -> Iterator[Problem]:
    """Yield what is wrong with single sources."""
    for name, source in cell.sources.items():
        for key, message in (*_source(source), *_listed(source), *_off_shift(source)):
            yield Problem(("sources", name, *([key] if key else [])), message)
        yield from _late(name, source, cell.run.start)
    yield from _dateless(cell)


def _source(source: Source) -> Found:
    given = [key for key in _KINDS if getattr(source, key) not in (None, False)]
    if len(given) != 1:
        yield (
            "",
            "give exactly one of `every: 40 s` (arrivals), `timetable: [06:20, 14:20]`,"
            " `orders: orders.csv`, `saturated: true` (never runs out) and `external: true` (parts"
            " are put by your own model)",
        )
    if source.every is not None and source.every.mean() <= 0.0:
        yield "every", "the time between arrivals must be above 0 s"
    if isinstance(source.product, dict) and (wrong := adds_up(source.product.values())):
        yield "product", wrong
    if source.product is None and (source.every is not None or source.saturated or source.external):
        yield "product", "this key is required: the product it makes, or a mix by share"
    if source.external and source.limit is not None:
        yield "limit", "`limit` says nothing about a source that is external; leave it out"
    for key, given_ in (("first", source.first is not None), ("batch", source.batch != 1)):
        if given_ and (source.saturated or source.external):
            what = "saturated" if source.saturated else "external"
            yield key, f"`{key}` says nothing about a source that is {what}; leave it out"
        elif given_ and (source.timetable is not None or source.orders is not None):
            yield key, f"`{key}` goes with `every`; each time or order has its own `quantity`"


def _listed(source: Source) -> Found:
    orders = source.orders.rows if source.orders else ()
    if source.timetable == [] or (source.orders is not None and not orders):
        yield "orders" if source.orders else "timetable", "the list is empty; nothing would arrive"
    nameless = [f"time {k + 1}" for k, x in enumerate(source.timetable or ()) if not x.product]
    nameless += [order.row for order in orders if not order.product]
    if nameless and source.product is None:
        yield "product", f"{nameless[0]} names no product; name one there, or here for all"
    for k, arrival in enumerate(source.timetable or ()):
        try:
            read_times(arrival.at)
        except ValueError as error:
            yield "timetable", f"{k + 1}. time: {error}"


def _off_shift(source: Source) -> Found:
    if source.patience is not None and source.saturated:
        yield "patience", "parts of a source that is saturated do not wait; leave it out"
    if source.off_shift is None:
        return
    if source.saturated or source.external:
        what = "saturated" if source.saturated else "external"
        yield "off_shift", f"a source that is {what} has no arrivals; leave it out"
    elif source.shifts is None:
        yield "off_shift", "the source has no `shifts`"
    elif source.off_shift == "pause" and source.every is None:
        yield "off_shift", "`pause` goes with `every`; times of a list do not move: wait or lost"


def _late(name: str, source: Source, start: str) -> Iterator[Problem]:
    try:
        read_start(start)
    except ValueError:
        return  # told by the check of the run
    for order in source.orders.rows if source.orders else ():
        release = order.release.after(start)
        if order.due is not None and order.due.after(start, release) < release:
            message = f"{order.row}: due: the order is due before its release"
            yield Problem(("sources", name, "orders"), message)


def _dateless(cell: Cell) -> Iterator[Problem]:
    """Find buffers that sort by due dates where no part has one."""
    lists = [source.orders.rows for source in cell.sources.values() if source.orders]
    if any(order.due is not None for orders in lists for order in orders):
        return
    paths: list[tuple[str, ...]] = [
        ("buffers", name, "order")
        for name, buffer in cell.buffers.items()
        if buffer.order == "earliest_due"
    ]
    for name, station in cell.stations.items():
        if isinstance(station.queue, Queue) and station.queue.order == "earliest_due":
            paths.append(("stations", name, "queue", "order"))
    for path in paths:
        yield Problem(path, "no part has a due date; give a source `orders` with the column `due`")

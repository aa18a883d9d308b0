"""Write out the shorthands of a cell: `count`, `queue`, `then` and `at`.

A station `lathe` with `count: 2` becomes `lathe_1` and `lathe_2`; a station with a `queue` gets a
buffer `<name>_queue` in front, into which all its parts go.  What comes out is a cell as well.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from cells.attendance import with_runner
from cells.inside import Inside, UnitNow
from cells.schema import Buffer, Cell, Flow, Queue, Sink, Station
from cells.then import SCRAP

QUEUE = "_queue"


def machines(name: str, station: Station) -> tuple[str, ...]:
    """Return the names of the stations that a declared station stands for."""
    if station.count is None:
        return (name,)
    return tuple(f"{name}_{k}" for k in range(1, station.count + 1))


def has_queue(station: Station) -> bool:
    """Return whether a station has waiting places of its own."""
    return station.queue not in (None, 0)


def expand(cell: Cell) -> Cell:
    """Return the same cell without `count`, `queue` and `then`, places of buffers filled in.

    Flow entries name single machines; a share of a multiple station is divided evenly.  The entry
    from a queue to its station comes after all entries that were written.

    Parameters
    ----------
    cell : Cell
        Checked; an expanded cell is returned as it is.
    """
    stations = dict(_machines(cell))
    multiple, queues = _shorthands(cell)
    buffers = {name: _placed(buffer) for name, buffer in cell.buffers.items()}
    buffers |= {queue: _queue(stations[name]) for name, queue in queues.items()}
    return cell.model_copy(
        update={
            "buffers": buffers,
            "stations": {
                name: station.model_copy(update={"queue": None, "then": None})
                for name, station in stations.items()
            },
            "sinks": {**cell.sinks, **scrap_sinks(cell)},
            "flow": [entry for _, entry in numbered_flow(cell)],
            "inside": [_inside(entry, multiple, queues) for entry in cell.inside],
            "units": [_unit(entry, multiple, queues) for entry in cell.units],
        }
    )


def numbered_flow(cell: Cell) -> list[tuple[int, Flow]]:
    """Return the expanded flow; with each entry the index of the written one.

    It is -1 for the entry of a queue and for what a station says by `then`.
    """
    multiple, queues = _shorthands(cell)
    written = [*enumerate(cell.flow), *((-1, entry) for entry in _then(cell))]
    flow = [(k, part) for k, entry in written for part in _entries(entry, multiple, queues)]
    return flow + [(-1, Flow.model_construct(from_=q, to=name)) for name, q in queues.items()]


def _then(cell: Cell) -> Iterator[Flow]:
    """Yield the flow entries of stations that say where their parts go."""
    for name, station in cell.stations.items():
        if station.then is not None:
            yield Flow.model_construct(from_=name, to=station.then.shares(name))


def scrap_sinks(cell: Cell) -> dict[str, Sink]:
    """Return the sinks of the scrap that stations make by what they say by `then`."""
    return {
        f"{name}{SCRAP}": Sink.model_construct(counts_as="scrap")
        for name, station in cell.stations.items()
        if station.then is not None and station.then.scrap
    }


def _shorthands(cell: Cell) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Return the machines of each declared station and the queue of each machine that has one."""
    multiple = {name: machines(name, station) for name, station in cell.stations.items()}
    queued = [name for name, station in cell.stations.items() if has_queue(station)]
    queues = {machine: f"{machine}{QUEUE}" for name in queued for machine in multiple[name]}
    return multiple, queues


def _machines(cell: Cell) -> Iterator[tuple[str, Station]]:
    for name, station in cell.stations.items():
        for k, machine in enumerate(machines(name, station)):
            at = station.places[k] if station.places else station.at
            plain = {"count": None, "places": None, "at": at}
            yield machine, with_runner(cell, station.model_copy(update=plain))


def _placed(buffer: Buffer) -> Buffer:
    return buffer.model_copy(
        update={
            "pick_at": buffer.pick_at or buffer.at,
            "place_at": buffer.place_at or buffer.at,
        }
    )


def _queue(station: Station) -> Buffer:
    queue = station.queue
    described: dict[str, Any] = dict(queue) if isinstance(queue, Queue) else {}
    if isinstance(queue, int):
        described["capacity"] = queue
    return Buffer.model_construct(
        **described, at=station.at, pick_at=station.at, place_at=station.at
    )


def _entries(
    entry: Flow, multiple: dict[str, tuple[str, ...]], queues: dict[str, str]
) -> Iterator[Flow]:
    to = _targets(entry.to, multiple, queues)

    def place(name: str | None) -> str | None:
        machine = multiple.get(name or "", (name,))[0]
        return queues.get(machine or "", machine)

    named = {
        "at_most": {place(name): limit for name, limit in entry.at_most.items()},
        "otherwise": place(entry.otherwise),
        "if_full": place(entry.if_full),
    }
    for origin in multiple.get(entry.from_, (entry.from_,)):
        yield entry.model_copy(update={"from_": origin, "to": to, **named})


def _targets(
    to: str | list[str] | dict[str, float],
    multiple: dict[str, tuple[str, ...]],
    queues: dict[str, str],
) -> str | list[str] | dict[str, float]:
    def places(name: str) -> Iterable[str]:
        return [queues.get(machine, machine) for machine in multiple.get(name, (name,))]

    if isinstance(to, dict):
        shares: dict[str, float] = {}
        for name, share in to.items():
            targets = list(places(name))
            for target in targets:
                shares[target] = shares.get(target, 0.0) + share / len(targets)
        return shares
    names = [to] if isinstance(to, str) else to
    targets = [target for name in names for target in places(name)]
    return targets[0] if isinstance(to, str) and len(targets) == 1 else targets


def _inside(entry: Inside, multiple: dict[str, tuple[str, ...]], queues: dict[str, str]) -> Inside:
    machine = multiple.get(entry.at, (entry.at,))[0]
    if entry.progress:
        return entry.model_copy(update={"at": machine})
    return entry.model_copy(update={"at": queues.get(machine, machine)})


def _unit(entry: UnitNow, multiple: dict[str, tuple[str, ...]], queues: dict[str, str]) -> UnitNow:
    if entry.to is None:
        return entry
    machine = multiple.get(entry.to, (entry.to,))[0]
    return entry.model_copy(update={"to": queues.get(machine, machine)})

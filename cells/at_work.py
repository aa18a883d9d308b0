"""Checks of what robots, operators and machines are about at the start."""

from collections import Counter
from collections.abc import Iterator, Mapping

from cells.attendance import needs_of, with_runner
from cells.errors import hint
from cells.expand import machines, numbered_flow
from cells.graph import Graph, spare_targets, targets_of
from cells.inside import Down, UnitNow
from cells.loads import Taken, takes
from cells.places import one_machine, room_of
from cells.problems import Problem
from cells.schema import Cell, Conveyor, Station

_STAFFED = ("setup", "load", "process", "unload")  # stages during which somebody may be needed


def check_units(
    cell: Cell, graph: Graph, total: Mapping[str, int], taken: Taken
) -> Iterator[Problem]:
    """Yield what is wrong with units; `total` parts are at nodes, `taken` servers have some."""
    yield from _attended(cell)
    seen: set[tuple[str, int]] = set()
    expected: Counter[str] = Counter()
    for k, (entry, flat) in enumerate(zip(cell.units, graph.cell.units, strict=True)):
        for key, message in (*_group(cell, entry), *_doing(entry)):
            yield Problem(("units", k, *([key] if key else [])), message)
        if (entry.group, entry.unit) in seen:
            yield Problem(("units", k), f"unit {entry.unit} of {entry.group!r} is named twice")
        seen.add((entry.group, entry.unit))
        if flat.carries is None or flat.to is None:
            continue
        path = ("units", k, "to")
        yield from one_machine(cell, path, entry.to or "")
        expected[flat.to] += 1
        for message in _brought(
            cell, graph, flat, total.get(flat.to, 0) + expected[flat.to], taken
        ):
            yield Problem(path, message)
        if isinstance(graph.nodes[flat.to], Conveyor) and expected[flat.to] > 1:
            yield Problem(path, f"to {flat.to!r} one part at a time is brought")


def _brought(cell: Cell, graph: Graph, unit: UnitNow, there: int, taken: Taken) -> Iterator[str]:
    """Yield why a part cannot be on its way; with it and others `there` would be so many."""
    to, product = unit.to or "", unit.carries or ""
    node = graph.nodes[to]
    if not _brings(cell, unit.group, to):
        yield f"no flow entry by {unit.group!r} leads to {to!r}: it brings nothing there"
    if isinstance(node, Station):
        if node.campaign:
            yield "at the start nothing is on its way to a station with campaigns"
        elif not takes(node, taken.setdefault(to, {}), product):
            yield f"no server of {to!r} has room for it"
    elif (room := room_of(node)) and there > room:
        yield f"{there} parts do not fit into {to!r}: it holds {room}"


def _brings(cell: Cell, group: str, target: str) -> bool:
    """Return whether a group carries parts to a node of the expanded cell."""
    ways = (entry for _, entry in numbered_flow(cell) if entry.by == group)
    return any(target in (*targets_of(entry), *spare_targets(entry)) for entry in ways)


def _group(cell: Cell, entry: UnitNow) -> Iterator[tuple[str, str]]:
    if (entry.robot is None) == (entry.operator is None):
        yield "", "say whose unit it is: `robot: arm` or `operator: loaders`"
        return
    group = cell.operators.get(entry.operator or "")
    count = 1 if group is None else group.count
    if entry.unit > count:
        yield "unit", f"{entry.group!r} has {count}; found unit {entry.unit}"


_KEYS = {  # what goes with what a unit does: needed, and possible
    "at": ((), ()),
    "moves_to": (("left",), ()),
    "attends": ((), ("left", "server")),
    "carries": (("to", "left"), ("age", "step", "priority", "due")),
}


def _doing(entry: UnitNow) -> Iterator[tuple[str, str]]:
    given = [key for key in _KEYS if getattr(entry, key) is not None]
    if len(given) != 1:
        message = "say what it does: stand, `at: press`; come, `moves_to: press`; work there,"
        yield "", f"{message} `attends: press`; or bring a part, `carries: blank`"
        return
    needed, possible = _KEYS[given[0]]
    for key in needed:
        if getattr(entry, key) is None:
            what = "to: press" if key == "to" else "left: 2 s"
            yield key, f"goes with `{given[0]}`: write `{what}`"
    for key in ("to", "left", "server", "age", "step", "priority", "due"):
        if key in entry.model_fields_set and key not in (*needed, *possible):
            yield key, f"does not go with `{given[0]}`; leave it out"


def _attended(cell: Cell) -> Iterator[Problem]:
    """Find units at servers that do not need them."""
    lacking: dict[tuple[str, int], list[str]] = {}
    for k, entry in enumerate(cell.units):
        if entry.attends is None:
            continue
        path = ("units", k, "attends")
        yield from one_machine(cell, path, entry.attends)
        station = _station_of(cell, entry.attends)
        if entry.server > station.servers:
            message = f"{entry.attends!r} has {station.servers}; found server {entry.server}"
            yield Problem(("units", k, "server"), message)
        server = (entry.attends, entry.server)
        wanted = lacking.setdefault(server, _needed(cell, station, *server))
        group = cell.operators.get(entry.group)
        names = {entry.group, *(group.skills if group is not None else ())}
        known = next((who for who in wanted if who in names), None)
        if known is None:
            message = "put a part on it, in a stage that needs them, or let it be down"
            yield Problem(path, f"server {entry.server} does not need {entry.group!r}; {message}")
        else:
            wanted.remove(known)


def _needed(cell: Cell, station: Station, name: str, server: int) -> list[str]:
    """Return whom a server needs at the start: groups, skills, robots."""
    for down in cell.down:
        if (down.at, down.server) == (name, server):
            mode = station.failures.get(down.failure or "")
            plan = station.maintenance.get(down.maintenance or "")
            crew = mode.crew if mode is not None else plan.crew if plan is not None else None
            return [] if crew is None else [crew]
    stages = {
        "process" if stage == "work" else stage
        for entry in cell.inside
        if (entry.at, entry.server or 1) == (name, server)
        for stage in entry.progress
    }
    found = []
    for need in needs_of(with_runner(cell, station)):
        during = [need.during] if isinstance(need.during, str) else need.during
        if stages & set(during) or (stages & set(_STAFFED) and "all" in during):
            found += [need.who] * need.count
    return found


def check_downs(cell: Cell) -> Iterator[Problem]:
    """Yield what is wrong with servers that are down."""
    seen: set[tuple[str, int]] = set()
    for k, entry in enumerate(cell.down):
        yield from one_machine(cell, ("down", k, "at"), entry.at)
        station = _station_of(cell, entry.at)
        for key, message in _mode(entry, station):
            yield Problem(("down", k, *([key] if key else [])), message)
        if (entry.at, entry.server) in seen:
            yield Problem(("down", k), f"server {entry.server} of {entry.at!r} is down already")
        seen.add((entry.at, entry.server))


def _station_of(cell: Cell, machine: str) -> Station:
    return next(s for name, s in cell.stations.items() if machine in (name, *machines(name, s)))


def _mode(entry: Down, station: Station) -> Iterator[tuple[str, str]]:
    if entry.server > station.servers:
        yield "server", f"{entry.at!r} has {station.servers}; found server {entry.server}"
    if (entry.failure is None) == (entry.maintenance is None):
        yield "", "say why: `failure: jam` or `maintenance: greasing`"
        return
    key = "maintenance" if entry.failure is None else "failure"
    name = entry.failure or entry.maintenance or ""
    known = station.maintenance if entry.failure is None else station.failures
    if name not in known:
        yield key, f"no {key} of {entry.at!r} named {name!r}.{hint(name, known)}"

"""Names of a cell: each declared once, each reference to something declared."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cells.carriers import Need
from cells.errors import hint, shown
from cells.expand import QUEUE, has_queue, machines, scrap_sinks
from cells.problems import Problem
from cells.schema import Cell, Station
from cells.setups import ANY
from cells.staff import crews_of
from cells.then import SCRAP

NODES = ("sources", "buffers", "conveyors", "stations", "sinks")
CARRIERS = ("robots", "operators", "tools")
_WHO = {"robot": "robot", "operator": "group of operators", "skill": "skill", "tool": "tool"}
_NOW = {
    "robot": "robot",
    "operator": "group of operators",
    "at": "place",
    "moves_to": "place",
    "attends": "station",
    "carries": "product",
    "to": "buffer, conveyor, station or sink",
}
_PLACES = ("pick_at", "place_at", "at", "home")

Path = tuple[str | int, ...]


class _Reference(NamedTuple):
    path: Path
    kind: str
    name: str


def check_names(cell: Cell) -> list[Problem]:
    """Return names declared twice and references to nothing."""
    return [*_repeated(cell), *_dangling(cell), *_ordered(cell)]


def declared(cell: Cell) -> Iterator[tuple[Path, str, bool]]:
    """Yield path, name and whether it may be written, of all nodes and carriers.

    Nodes and carriers share one space of names, as the log names them side by side.
    """
    for section in (*NODES, *CARRIERS):
        for name in getattr(cell, section):
            yield (section, name), name, True
    for name, station in cell.stations.items():
        for machine in machines(name, station):
            if station.count is not None:
                yield ("stations", name, "count"), machine, True
            if has_queue(station):
                yield ("stations", name, "queue"), f"{machine}{QUEUE}", False
    for sink in scrap_sinks(cell):
        yield ("stations", sink.removesuffix(SCRAP), "then"), sink, False


def _repeated(cell: Cell) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for path, name, _ in declared(cell):
        if name in first:
            where = ".".join(str(step) for step in first[name])
            yield Problem(path, f"the name {name!r} is already taken by {where}; choose another")
        first.setdefault(name, path)


def _dangling(cell: Cell) -> Iterator[Problem]:
    nodes = [name for path, name, open_ in declared(cell) if path[0] in NODES and open_]
    skills = [skill for group in cell.operators.values() for skill in group.skills]
    known: dict[str, Iterable[str]] = {
        "product": cell.products,
        "shift pattern": cell.shifts,
        "place": cell.places,
        "robot or operator": [*cell.robots, *cell.operators],
        "robot": cell.robots,
        "tool": cell.tools,
        "group of operators": cell.operators,
        "skill": skills,
        "group of operators, skill or tool": [*cell.operators, *skills, *cell.tools],
        "source, buffer, conveyor or station": [n for n in nodes if n not in cell.sinks],
        "buffer, conveyor, station or sink": [n for n in nodes if n not in cell.sources],
        "station": [n for p, n, open_ in declared(cell) if p[0] == "stations" and open_],
        "buffer, conveyor or station": [
            name for name in nodes if name not in cell.sources and name not in cell.sinks
        ],
    }
    for path, kind, name in _references(cell):
        if name not in known[kind]:
            yield Problem(path, f"no {kind} named {name!r}.{hint(name, known[kind])}")


def _references(cell: Cell) -> Iterator[_Reference]:
    for section in (*NODES, *CARRIERS):
        for name, described in getattr(cell, section).items():
            for key in _PLACES:
                place = getattr(described, key, None)
                if place is not None:
                    yield _Reference((section, name, key), "place", place)
            shifts = getattr(described, "shifts", None)
            if shifts is not None:
                yield _Reference((section, name, "shifts"), "shift pattern", shifts)
    yield from _of_products(cell)
    yield from _of_flow(cell)
    yield from _of_staff(cell)


def _ordered(cell: Cell) -> Iterator[Problem]:
    """Find orders of products that are not there; the row tells which order."""
    for name, source in cell.sources.items():
        for order in source.orders.rows if source.orders else ():
            if order.product is not None and order.product not in cell.products:
                known = hint(order.product, cell.products)
                message = f"{order.row}: product: no product named {shown(order.product)}.{known}"
                yield Problem(("sources", name, "orders"), message)


def _of_products(cell: Cell) -> Iterator[_Reference]:
    for name, source in cell.sources.items():
        mix = [source.product] if isinstance(source.product, str) else source.product or ()
        for product in mix:
            yield _Reference(("sources", name, "product"), "product", product)
        for k, arrival in enumerate(source.timetable or ()):
            if arrival.product is not None:
                path = ("sources", name, "timetable", k)
                yield _Reference(path, "product", arrival.product)
    for name, station in cell.stations.items():
        for k, place in enumerate(station.places or ()):
            yield _Reference(("stations", name, "places", k), "place", place)
        yield from _of_station(name, station)
    for name, loop in cell.loops.items():
        for k, node in enumerate(loop.nodes or ()):
            yield _Reference(("loops", name, "nodes", k), "buffer, conveyor or station", node)
    yield from _of_start(cell)


def _of_start(cell: Cell) -> Iterator[_Reference]:
    for k, entry in enumerate(cell.inside):
        yield _Reference(("inside", k, "product"), "product", entry.product)
        yield _Reference(("inside", k, "at"), "buffer, conveyor or station", entry.at)
    for k, down in enumerate(cell.down):
        yield _Reference(("down", k, "at"), "station", down.at)
    for k, unit in enumerate(cell.units):
        for key, kind in _NOW.items():
            name = getattr(unit, key)
            if name is not None:
                yield _Reference(("units", k, key), kind, name)


def _of_station(name: str, station: Station) -> Iterator[_Reference]:
    path: Path = ("stations", name)
    for product in station.process if isinstance(station.process, dict) else ():
        yield _Reference((*path, "process", product), "product", product)
    for key, named in (("tooled_for", station.tooled_for), ("makes", station.makes)):
        if named is not None:
            yield _Reference((*path, key), "product", named)
    if station.then is not None:
        for keys, target in (
            (("good",), station.then.good),
            *((("rework", one), one) for one in station.then.rework),
        ):
            kind = "buffer, conveyor, station or sink"
            yield _Reference((*path, "then", *keys), kind, target)
    for key, kit in (("assemble", station.assemble), ("yields", station.yields)):
        for product in kit:
            yield _Reference((*path, key, product), "product", product)
    for before, row in station.setup.items() if isinstance(station.setup, dict) else ():
        for keys in ((before,), *((before, to) for to in row)):
            if keys[-1] != ANY:
                yield _Reference((*path, "setup", *keys), "product", keys[-1])


def _of_staff(cell: Cell) -> Iterator[_Reference]:
    for section in CARRIERS:
        for name, group in getattr(cell, section).items():
            nodes = getattr(getattr(group, "serves", None), "sequence", [])
            for k, node in enumerate(nodes):
                path = (section, name, "serves", "sequence", k)
                yield _Reference(path, "source, buffer, conveyor or station", node)
    yield from _of_calls(cell)


def _of_calls(cell: Cell) -> Iterator[_Reference]:
    for path, who in crews_of(cell):
        yield _Reference(path, "group of operators, skill or tool", who)
    for name, station in cell.stations.items():
        needs = [station.needs] if isinstance(station.needs, Need) else station.needs
        for k, need in enumerate(needs):
            where: Path = ("stations", name, "needs", *([k] if needs is station.needs else []))
            for key, kind in _WHO.items():
                who = getattr(need, key)
                if who is not None:
                    yield _Reference((*where, key), kind, who)


def _of_flow(cell: Cell) -> Iterator[_Reference]:
    for k, entry in enumerate(cell.flow):
        origin = "source, buffer, conveyor or station"
        yield _Reference(("flow", k, "from"), origin, entry.from_)
        for target in [entry.to] if isinstance(entry.to, str) else entry.to:
            yield _Reference(("flow", k, "to"), "buffer, conveyor, station or sink", target)
        products = [entry.product] if isinstance(entry.product, str) else entry.product or []
        for product in products:
            yield _Reference(("flow", k, "product"), "product", product)
        for key, name in (("otherwise", entry.otherwise), ("if_full", entry.if_full)):
            if name is not None:
                yield _Reference(("flow", k, key), "buffer, conveyor, station or sink", name)
        if entry.by is not None:
            yield _Reference(("flow", k, "by"), "robot or operator", entry.by)

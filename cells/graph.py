"""The flow of a cell as a graph: where parts of each product can get to."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from cells.expand import expand, numbered_flow
from cells.schema import Buffer, Cell, Conveyor, Flow, Sink, Source, Station

Node = Source | Buffer | Conveyor | Station | Sink
Spot = tuple[str, str]  # node, product


@dataclass(frozen=True, slots=True)
class Way:
    """Where parts go on from a spot."""

    targets: tuple[str, ...]
    by: str | None


@dataclass(frozen=True)
class Graph:
    """Spots and ways of an expanded cell."""

    cell: Cell  # expanded
    ways: dict[Spot, Way]

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """All nodes by name."""
        cell = self.cell
        return {
            **cell.sources,
            **cell.buffers,
            **cell.conveyors,
            **cell.stations,
            **cell.sinks,
        }

    @cached_property
    def arriving(self) -> dict[Spot, None]:
        """Spots that parts get to from outside or from another node, in order of finding."""
        found = [spot for spot in self.starts if spot not in self._made] + [
            (target, spot[1])
            for spot in self.reached
            if spot in self.ways and not self.is_used_up(spot)
            for target in self.ways[spot].targets
        ]
        return dict.fromkeys(found)

    @cached_property
    def _made(self) -> set[Spot]:
        """Spots of parts inside at the start that were made where they are."""
        return {
            (entry.at, entry.product)
            for entry in self.cell.inside
            if isinstance(node := self.nodes[entry.at], Station)
            if (node.makes is not None and not entry.gathered) or (node.yields and entry.finished)
        }

    def is_used_up(self, spot: Spot) -> bool:
        """Return whether parts end at a spot: in a sink, or as what others are made of."""
        node = self.nodes[spot[0]]
        if isinstance(node, Station):
            return bool(becomes(node)) and spot[1] not in becomes(node)
        return isinstance(node, Sink)

    @cached_property
    def starts(self) -> list[Spot]:
        """Spots at which parts come to be, or are at the start."""
        starts = [
            (name, product)
            for name, source in self.cell.sources.items()
            for product in products_of(source)
        ]
        starts += [(entry.at, entry.product) for entry in self.cell.inside]
        carried = ((unit.to, unit.carries) for unit in self.cell.units)
        return starts + [(to, product) for to, product in carried if to and product]

    @cached_property
    def reached(self) -> dict[Spot, None]:
        """Spots that parts can get to, in order of finding."""
        return self.beyond(*self.starts)

    def beyond(self, *starts: Spot) -> dict[Spot, None]:
        """Return the given spots and all that can be reached from them."""
        found = dict.fromkeys(starts)
        queue = list(found)
        for spot in queue:
            for following in self.after(spot):
                if following not in found:
                    found[following] = None
                    queue.append(following)
        return found

    def after(self, spot: Spot) -> Iterator[Spot]:
        """Yield the spots one move away."""
        node, way = self.nodes[spot[0]], self.ways.get(spot)
        if way is not None and not self.is_used_up(spot):
            for target in way.targets:
                yield target, spot[1]
        if isinstance(node, Station):
            for product in becomes(node):
                yield spot[0], product

    def leads_out(self) -> set[Spot]:
        """Return the reached spots from which a sink can be reached."""
        before: dict[Spot, list[Spot]] = {}
        for spot in self.reached:
            for following in self.after(spot):
                before.setdefault(following, []).append(spot)
        out = [spot for spot in self.reached if isinstance(self.nodes[spot[0]], Sink)]
        found = set(out)
        for spot in out:
            fresh = [feeder for feeder in before.get(spot, []) if feeder not in found]
            found.update(fresh)
            out.extend(fresh)
        return found


def becomes(station: Station) -> tuple[str, ...]:
    """Return the products that a station makes of what it takes, none if it makes nothing."""
    return (station.makes,) if station.makes is not None else tuple(station.yields)


def products_of(source: Source) -> tuple[str, ...]:
    """Return the products a source makes."""
    lots = [*(source.timetable or ()), *(source.orders.rows if source.orders else ())]
    found = {lot.product for lot in lots if lot.product is not None}
    if not lots or any(lot.product is None for lot in lots):
        found |= {source.product} if isinstance(source.product, str) else {*(source.product or ())}
    return tuple(sorted(found))


def targets_of(entry: Flow) -> list[str]:
    """Return the names of the targets of an entry."""
    return [entry.to] if isinstance(entry.to, str) else list(entry.to)


def spare_targets(entry: Flow) -> list[str]:
    """Return where parts of an entry go that may not, or cannot, go to its targets."""
    return [name for name in (entry.otherwise, entry.if_full) if name is not None]


def build_graph(cell: Cell) -> Graph:
    """Return the graph of a cell whose names are right."""
    ways: dict[Spot, Way] = {}
    for _, entry in sorted(numbered_flow(cell), key=lambda item: item[1].product is not None):
        targets = (entry.to,) if isinstance(entry.to, str) else tuple(entry.to)
        named = [entry.product] if isinstance(entry.product, str) else entry.product
        for product in cell.products if named is None else named:
            ways[entry.from_, product] = Way((*targets, *spare_targets(entry)), entry.by)
    return Graph(expand(cell), ways)


def station_behind(graph: Graph, spot: Spot) -> str | None:
    """Return the first station a part comes to from a spot by first targets; None: to none."""
    seen: set[Spot] = set()
    while spot in graph.ways and spot not in seen:
        seen.add(spot)
        spot = graph.ways[spot].targets[0], spot[1]
        if isinstance(graph.nodes[spot[0]], Station):
            return spot[0]
    return None


def zero_time(node: Node, product: str) -> bool:
    """Return whether a part of a product may pass a node in no time."""
    if isinstance(node, Station):
        time = node.process.get(product) if isinstance(node.process, dict) else node.process
        handling = (node.load, node.unload)
        times = (time, *(one for one in handling if one is not None))
        return all(one is not None and one.constant and one.mean() == 0.0 for one in times)
    return isinstance(node, Buffer) and node.dwell == 0

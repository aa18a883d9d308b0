"""Checks of the flow: every part finds a way, and every station is on one."""

from collections.abc import Iterator

from cells.beginning import check_beginning
from cells.disciplines import check_blocking, check_campaigns
from cells.graph import (
    Graph,
    Node,
    Spot,
    becomes,
    build_graph,
    products_of,
    station_behind,
    zero_time,
)
from cells.kits import check_kits
from cells.loops import check_loops, covered
from cells.places import where
from cells.problems import Problem
from cells.schema import Buffer, Cell, Sink, Station


def check_routes(cell: Cell) -> list[Problem]:
    """Return what is wrong with the ways of parts in a cell whose flow entries are right."""
    graph = build_graph(cell)
    found = list(check_beginning(cell, graph))
    if not graph.reached:
        message = "nothing ever enters the cell; add a source, or parts `inside` at the start"
        return [*found, Problem(("sources",), message)]
    return [
        *found,
        *_no_way_on(cell, graph),
        *_no_way_out(graph),
        *_unreached(cell, graph),
        *_no_process_time(cell, graph),
        *check_kits(cell, graph),
        *check_campaigns(cell, graph),
        *check_blocking(cell, graph),
        *_for_ever(cell, graph),
        *_shuttles(cell, graph),
        *_floods(cell, graph),
        *_unsorted(cell, graph),
        *check_loops(cell, graph),
    ]


def _no_way_on(cell: Cell, graph: Graph) -> Iterator[Problem]:
    for node, product in graph.reached:
        if (node, product) not in graph.ways and not graph.is_used_up((node, product)):
            yield Problem(
                where(cell, node),
                f"parts of product {product!r} get to {node!r} and have no way on; add to flow an"
                f" entry {{from: {node}, to: ..., product: {product}}}",
            )


def _no_way_out(graph: Graph) -> Iterator[Problem]:
    out = graph.leads_out()
    for name, source in graph.cell.sources.items():
        if source.limit is not None:
            continue  # fills a closed loop
        for product in products_of(source):
            beyond = graph.beyond((name, product))
            # Where there is no way on at all, that has been said.
            stuck = [spot for spot in beyond if spot not in out and not _dead_end(graph, spot)]
            if stuck and not any(_dead_end(graph, spot) for spot in beyond):
                yield Problem(
                    ("sources", name),
                    f"parts of product {product!r} can never leave: no sink can be reached from"
                    f" {', '.join(node for node, _ in stuck[:5])}",
                )


def _dead_end(graph: Graph, spot: Spot) -> bool:
    return spot not in graph.ways and not graph.is_used_up(spot)


def _unreached(cell: Cell, graph: Graph) -> Iterator[Problem]:
    seen = {node for node, _ in graph.reached}
    for name, node in graph.nodes.items():
        closed = isinstance(node, Sink) and not graph.cell.sources
        if name not in seen and not closed and where(cell, name) != ("flow",):
            yield Problem(
                where(cell, name),
                f"nothing ever gets to {name!r}; name it in the flow, or leave it out",
            )


def _no_process_time(cell: Cell, graph: Graph) -> Iterator[Problem]:
    for name, product in worked_on(graph):
        node = graph.nodes[name]
        times = node.process if isinstance(node, Station) else None
        if isinstance(times, dict) and product not in times:
            yield Problem(
                (*where(cell, name), "process"),
                f"no process time for product {product!r}, which gets to {name!r};"
                f" write {product}: 45 s",
            )


def worked_on(graph: Graph) -> Iterator[Spot]:
    """Yield the spots whose parts are worked on: at an assembly that is what it makes."""
    for name, product in graph.reached:
        node = graph.nodes[name]
        if isinstance(node, Station) and node.makes is not None:
            if product == node.makes:
                yield name, product
        elif not (isinstance(node, Station) and node.yields) or (name, product) in graph.arriving:
            yield name, product


def _for_ever(cell: Cell, graph: Graph) -> Iterator[Problem]:
    """Find loops that a part can neither leave nor spend time in."""
    told: set[Spot] = set()
    for start in graph.reached:
        ring: list[Spot] = []
        spot: Spot | None = start
        while spot is not None and spot not in ring and spot not in told:
            ring.append(spot)
            spot = _only_next(graph, spot)
        if spot is not None and spot in ring:
            loop = ring[ring.index(spot) :]
            names = " -> ".join(node for node, _ in [*loop, spot])
            message = f"parts of product {spot[1]!r} go round for ever in no time: {names}"
            yield Problem(where(cell, spot[0]), f"{message}; give a station a process time")
        told.update(ring)


def _shuttles(cell: Cell, graph: Graph) -> Iterator[Problem]:
    """Find loops of nothing but buffers: parts that move by themselves would circle at one instant.

    A station without a process time does not count: its operations end one by one, and a run that
    ends too many at one instant stops with a livelock.
    """
    told: set[Spot] = set()
    for start in graph.reached:
        beyond = list(dict.fromkeys(_buffers_after(graph, start)))
        for spot in beyond:
            beyond += [one for one in _buffers_after(graph, spot) if one not in beyond]
        if start in beyond and start not in told:
            told.update(beyond)
            names = ", ".join(sorted(node for node, _ in beyond))
            yield Problem(
                where(cell, start[0]),
                f"parts of product {start[1]!r} could circle among buffers ({names}) in no time;"
                " put a station or a conveyor between them, or let a robot or operator move them",
            )


def _buffers_after(graph: Graph, spot: Spot) -> Iterator[Spot]:
    """Yield the buffers a part moves into by itself from a buffer."""
    way = graph.ways.get(spot)
    if way is not None and way.by is None and _holds_no_part(graph.nodes[spot[0]]):
        yield from (one for one in graph.after(spot) if _holds_no_part(graph.nodes[one[0]]))


def _holds_no_part(node: Node) -> bool:
    """Return whether a node is a buffer that parts may leave as soon as they enter."""
    return isinstance(node, Buffer) and node.dwell == 0


def _only_next(graph: Graph, spot: Spot) -> Spot | None:
    way = graph.ways.get(spot)
    node = graph.nodes[spot[0]]
    if way is None or way.by is not None or len(way.targets) != 1:
        return None
    if isinstance(node, Station) and becomes(node):
        return None
    return (way.targets[0], spot[1]) if zero_time(graph.nodes[spot[0]], spot[1]) else None


def _floods(cell: Cell, graph: Graph) -> Iterator[Problem]:
    """Find saturated sources that would pour parts without end in no time."""
    for name, source in graph.cell.sources.items():
        if not source.saturated or source.limit is not None:
            continue
        for product in products_of(source):
            into = next(_bottomless(cell, graph, (name, product)), None)
            if into is not None:
                yield Problem(
                    ("sources", name),
                    f"a saturated source without `limit` fills {into!r} without end at once;"
                    " give it `every`, or put a station or a conveyor behind it",
                )


def _unsorted(cell: Cell, graph: Graph) -> Iterator[Problem]:
    """Find buffers that sort by the time at a station and have none behind them."""
    for name, product in graph.reached:
        node = graph.nodes[name]
        sorts = isinstance(node, Buffer) and node.order == "shortest"
        if sorts and station_behind(graph, (name, product)) is None:
            yield Problem(
                (*where(cell, name), "order"),
                f"`shortest` sorts by the process time at the station behind, and parts of"
                f" product {product!r} come to none; write fifo, lifo or priority",
            )


def _bottomless(cell: Cell, graph: Graph, start: Spot) -> Iterator[str]:
    """Yield what takes any number of parts at once, by moves that take no time."""
    carded = {name for loop in cell.loops.values() for name in covered(cell, loop)}
    seen, queue = {start}, [start]
    for spot in queue:
        way = graph.ways.get(spot)
        for following in graph.after(spot) if way and way.by is None else ():
            node = graph.nodes[following[0]]
            endless = isinstance(node, Buffer) and node.capacity is None
            if isinstance(node, Sink) or (endless and following[0] not in carded):
                yield following[0]
            elif _holds_no_part(node) and following not in seen:
                seen.add(following)
                queue.append(following)

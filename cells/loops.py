"""Loops of cards: which nodes they cover, and what is wrong with them."""

from collections import Counter
from collections.abc import Iterator

from cells.expand import QUEUE, has_queue, machines
from cells.graph import Graph, Spot
from cells.problems import Problem
from cells.schema import Cell, Loop


def covered(cell: Cell, loop: Loop) -> list[str]:
    """Return the nodes of the expanded cell that a loop covers.

    A station stands for all its machines and their queues; a loop that names no node covers every
    buffer, conveyor and station.

    Parameters
    ----------
    cell : Cell
        As written, not expanded.
    loop : Loop
        One of its loops.
    """
    named = loop.nodes
    if named is None:
        named = [*cell.buffers, *cell.conveyors, *cell.stations]
    found: dict[str, None] = {}
    for name in named:
        station = cell.stations.get(name) or cell.stations.get(_declared(cell, name))
        for machine in machines(name, station) if station and name in cell.stations else (name,):
            found[machine] = None
            if station is not None and has_queue(station):
                found[f"{machine}{QUEUE}"] = None
    return list(found)


def _declared(cell: Cell, name: str) -> str:
    """Return the station of which a name is one of several machines; empty if of none."""
    return next((one for one, s in cell.stations.items() if name in machines(one, s)), "")


def check_loops(cell: Cell, graph: Graph) -> Iterator[Problem]:
    """Yield what is wrong with the loops of a cell whose names and flow entries are right."""
    for name, loop in cell.loops.items():
        nodes = set(covered(cell, loop))
        if not any(enters(spot, target, nodes) for spot, target in _moves(graph)) and not any(
            entry.at in nodes for entry in graph.cell.inside
        ):
            message = f"no part ever comes into loop {name!r}: its cards limit nothing"
            yield Problem(("loops", name), message)
        inside = sum(entry.count for entry in graph.cell.inside if entry.at in nodes)
        inside += sum(unit.to in nodes for unit in graph.cell.units if unit.carries)
        if inside > loop.cards:
            yield Problem(
                ("loops", name, "cards"),
                f"{inside} parts stand in the loop at the start, each with a card; it has"
                f" {loop.cards}",
            )


def check_nodes(name: str, loop: Loop) -> Iterator[Problem]:
    """Yield what is wrong with the list of nodes of a loop."""
    if loop.nodes is not None and not loop.nodes:
        yield Problem(
            ("loops", name, "nodes"), "no node is named; leave `nodes` out to cover the whole line"
        )
    for node, count in Counter(loop.nodes or ()).items():
        if count > 1:
            yield Problem(("loops", name, "nodes"), f"{node!r} is named twice")


def enters(spot: Spot, target: str, nodes: set[str]) -> bool:
    """Return whether a move comes into a set of nodes from outside it."""
    return spot[0] not in nodes and target in nodes


def _moves(graph: Graph) -> Iterator[tuple[Spot, str]]:
    for spot in graph.reached:
        for target, _ in graph.after(spot):
            yield spot, target

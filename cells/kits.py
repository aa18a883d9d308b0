"""Checks of assembly and disassembly: whole kits can come together."""

from collections.abc import Iterator
from math import floor, inf

from cells.graph import Graph, Spot
from cells.places import where
from cells.problems import Problem
from cells.schema import Buffer, Cell, Conveyor, Source, Station


def check_kits(cell: Cell, graph: Graph) -> Iterator[Problem]:
    """Find kits that can never be complete and parts that belong to none."""
    for name, station in graph.cell.stations.items():
        if station.assemble:
            yield from _strangers(cell, graph, name, station)
            yield from _missing(cell, graph, name, station)


def _strangers(cell: Cell, graph: Graph, name: str, station: Station) -> Iterator[Problem]:
    kit = ", ".join(station.assemble)
    for node, product in graph.arriving:
        if node == name and product not in station.assemble:
            yield Problem(
                (*where(cell, name), "assemble"),
                f"parts of product {product!r} get to {name!r}, which assembles {kit}; add it to"
                " the kit, or send it elsewhere",
            )


def _missing(cell: Cell, graph: Graph, name: str, station: Station) -> Iterator[Problem]:
    for product, count in station.assemble.items():
        path = (*where(cell, name), "assemble", product)
        if (name, product) not in graph.arriving:
            yield Problem(path, f"no part of product {product!r} ever gets to {name!r}")
        elif station.collect == "together":
            most = sum(
                _most_on_offer(graph, node)
                for (node, p), way in graph.ways.items()
                if p == product and name in way.targets and leaves(graph, (node, p))
            )
            if most < count:
                yield Problem(
                    path,
                    f"a kit takes {count} parts of product {product!r}, and at most {most} can"
                    " wait for it; give them a buffer that holds as many, or write"
                    " `collect: as_they_come`",
                )


def leaves(graph: Graph, spot: Spot) -> bool:
    """Return whether parts leave a node as this product."""
    return spot in graph.reached and not graph.is_used_up(spot)


def _most_on_offer(graph: Graph, name: str) -> float:
    """Return how many parts of one product can be on offer at a node."""
    node = graph.nodes[name]
    if isinstance(node, Conveyor):
        return floor(node.length / node.pitch + 1e-9)
    if isinstance(node, Buffer):
        return inf if node.capacity is None else node.capacity
    if isinstance(node, Station):
        return node.servers * max(1, *node.yields.values(), 0)
    return inf if isinstance(node, Source) else 0

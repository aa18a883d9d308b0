"""What servers that gather lack in a line that stands still."""

from collections.abc import Iterator

from twin.reference.assembly import Assembly
from twin.reference.buffer import Buffer
from twin.reference.conveyor import Conveyor
from twin.reference.floor import Floor
from twin.reference.gathering import Gatherer
from twin.reference.oven import Oven
from twin.reference.plant import Node
from twin.reference.station import Station

# For what a server waits, with the nodes where that is.
Lacking = dict[str, frozenset[int]]


def shortages(floor: Floor, nodes: list[Node]) -> Iterator[tuple[Gatherer, Lacking]]:
    """Yield the servers that lack parts to begin with, and what they lack.

    Parameters
    ----------
    floor : Floor
        A line in which nothing can happen any more.
    nodes : list of Node
        All nodes.
    """
    for node in nodes:
        if isinstance(node, Oven):
            suppliers = frozenset(_suppliers(floor, node))
            for chamber in node.servers:
                if chamber.may_gather(shifts=False) and chamber.gathered:
                    yield chamber, {"more parts": suppliers}
        elif isinstance(node, Assembly):
            for server, products in node.short_of():
                yield (
                    server,
                    {
                        f"component {floor.line.products[product]}": _where(nodes, product)
                        for product in products
                    },
                )


def _suppliers(floor: Floor, station: Station) -> Iterator[int]:
    """Yield the nodes from which parts may go to a station."""
    for node, routes in enumerate(floor.offers.routes):
        for route in routes.values():
            if station in (*route.targets, route.otherwise, route.overflow):
                yield node


def _where(nodes: list[Node], product: int) -> frozenset[int]:
    """Return the nodes inside the line at which parts of a product are."""
    return frozenset(
        node.node
        for node in nodes
        if isinstance(node, Buffer | Conveyor | Station)
        and any(part.product == product for part in node.parts())
    )

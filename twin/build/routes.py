"""Routes: where a part of each product goes from each node."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cells.schema import Cell, Flow
from twin.build.loops import Loops
from twin.build.nodes import Nodes
from twin.build.tables import cumulative
from twin.kernel.model import NONE, OPTION, ROUTE
from twin.kernel.states import Choose


@dataclass
class Routes:
    """Rows of a line's route tables."""

    route_of: NDArray[np.int64]  # (N, P)
    routes: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)
    options: list[tuple[int, float]] = field(default_factory=list)
    moves: list[tuple[int, int, int]] = field(default_factory=list)  # from, to, carrier

    def rows(self) -> NDArray[np.void]:
        """Return the routes, dtype ROUTE."""
        return np.array(self.routes, dtype=ROUTE)

    def option_rows(self) -> NDArray[np.void]:
        """Return the targets of all routes, dtype OPTION."""
        return np.array(self.options, dtype=OPTION)


def collect_routes(cell: Cell, nodes: Nodes, carriers: list[str], loops: Loops) -> Routes:
    """Return the routes of an expanded cell.

    An entry that names products overrules one that names none, whatever their order.
    """
    products = list(cell.products)
    table = Routes(route_of=np.full((len(nodes.names), len(products)), NONE, dtype=np.int64))
    for flow in sorted(cell.flow, key=lambda entry: entry.product is not None):
        row = _add(table, flow, nodes, carriers, loops)
        named = [flow.product] if isinstance(flow.product, str) else flow.product
        for product in products if named is None else named:
            table.route_of[nodes.index(flow.from_), products.index(product)] = row
    return table


def _add(table: Routes, flow: Flow, nodes: Nodes, carriers: list[str], loops: Loops) -> int:
    weights = flow.to if isinstance(flow.to, dict) else None
    targets = [flow.to] if isinstance(flow.to, str) else list(flow.to)
    shares = cumulative(list(weights.values()) if weights else [1.0] * len(targets))
    choose = Choose.RANDOM if weights else Choose[flow.choose.upper()]
    if len(targets) == 1:
        choose = Choose.FIRST_FREE  # nothing to choose: no draw, no turn
    carrier = carriers.index(flow.by) if flow.by is not None else NONE
    first = len(table.options)
    for target, share in zip(targets, shares, strict=True):
        table.options.append((nodes.index(target), share))
        table.moves.append((nodes.index(flow.from_), nodes.index(target), carrier))
    carded = any(loops.crossed(nodes.index(flow.from_), nodes.index(one)) for one in targets)
    table.routes.append((choose, first, len(targets), carrier, flow.priority, int(carded)))
    return len(table.routes) - 1

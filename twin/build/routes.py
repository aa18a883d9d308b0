"""Routes: where a part of each product goes from each node."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cells.errors import CellError
from cells.own_rules import ROUTING, OwnRule
from cells.schema import Cell, Flow
from twin.build.loops import Loops
from twin.build.nodes import Nodes
from twin.build.rules import Rules
from twin.build.tables import cumulative
from twin.kernel.model import NONE, OPTION, ROUTE
from twin.kernel.states import Choose

_BITS = 62  # for counts, in the number a part carries


@dataclass
class Routes:
    """Rows of a line's route tables."""

    route_of: NDArray[np.int64]  # (N, P)
    counts: dict[int, tuple[int, int]]  # shift and mask of the count of a node with a limit
    routes: list[tuple[int, ...]] = field(default_factory=list)
    options: list[tuple[int, float, int, int, int]] = field(default_factory=list)
    moves: list[tuple[int, int, int]] = field(default_factory=list)  # from, to, carrier

    def rows(self) -> NDArray[np.void]:
        """Return the routes, dtype ROUTE."""
        return np.array(self.routes, dtype=ROUTE)

    def option_rows(self) -> NDArray[np.void]:
        """Return the targets of all routes, dtype OPTION."""
        return np.array(self.options, dtype=OPTION)


def collect_routes(
    cell: Cell, nodes: Nodes, carriers: list[str], loops: Loops, rules: Rules
) -> Routes:
    """Return the routes of an expanded cell.

    An entry that names products overrules one that names none, whatever their order.
    """
    products = list(cell.products)
    table = Routes(
        route_of=np.full((len(nodes.names), len(products)), NONE, dtype=np.int64),
        counts=_counts(cell, nodes),
    )
    for flow in sorted(cell.flow, key=lambda entry: entry.product is not None):
        function = NONE
        if isinstance(flow.choose, OwnRule):
            function = rules.add(flow.choose, len(ROUTING))
        row = _add(table, flow, nodes, carriers, loops, function)
        named = [flow.product] if isinstance(flow.product, str) else flow.product
        for product in products if named is None else named:
            table.route_of[nodes.index(flow.from_), products.index(product)] = row
    return table


def _choose(flow: Flow, targets: list[str]) -> Choose:
    """Return how one of several targets is chosen."""
    if len(targets) == 1:
        # Nothing to choose, so no draw; where a choice is made once, a turn of one.
        once = flow.at_most or flow.if_full
        return Choose.CYCLIC if once else Choose.FIRST_FREE
    if isinstance(flow.to, dict):
        return Choose.RANDOM
    return Choose.OWN if isinstance(flow.choose, OwnRule) else Choose[flow.choose.upper()]


def _add(
    table: Routes,
    flow: Flow,
    nodes: Nodes,
    carriers: list[str],
    loops: Loops,
    function: int,
) -> int:
    weights = flow.to if isinstance(flow.to, dict) else None
    targets = [flow.to] if isinstance(flow.to, str) else list(flow.to)
    shares = cumulative(list(weights.values()) if weights else [1.0] * len(targets))
    choose = _choose(flow, targets)
    carrier = carriers.index(flow.by) if flow.by is not None else NONE
    first = len(table.options)
    for target, share in zip(targets, shares, strict=True):
        _add_choice(table, nodes, target, flow.if_full, share, flow.at_most.get(target))
    otherwise = len(table.options) if flow.otherwise is not None else NONE
    if flow.otherwise is not None:
        _add_choice(table, nodes, flow.otherwise, flow.if_full, 1.0, None)
    rows, origin = table.options[first:], nodes.index(flow.from_)
    table.moves += [(origin, row[0], carrier) for row in rows]
    carded = any(loops.crossed(origin, row[0]) for row in rows)
    span = 1 if flow.if_full is None else 2
    choices = (carded, len(targets), span, otherwise, function)
    table.routes.append((choose, first, len(rows), carrier, flow.priority, *choices))
    return len(table.routes) - 1


def _add_choice(
    table: Routes,
    nodes: Nodes,
    target: str,
    if_full: str | None,
    share: float,
    limit: int | None,
) -> None:
    """Add the row of a target, and that of where parts go that it does not accept."""
    node = nodes.index(target)
    counted = (NONE, 0, 0) if limit is None else (limit, *table.counts[node])
    table.options.append((node, share, *counted))
    if if_full is not None:
        table.options.append((nodes.index(if_full), share, NONE, 0, 0))


def _counts(cell: Cell, nodes: Nodes) -> dict[int, tuple[int, int]]:
    """Return for each target with a limit which bits of a part's counts are its own.

    Raises
    ------
    CellError
        If there are too many.
    """
    most: dict[int, int] = {}
    for flow in cell.flow:
        for target, limit in flow.at_most.items():
            node = nodes.index(target)
            most[node] = max(limit, most.get(node, 0))
    bits: dict[int, tuple[int, int]] = {}
    used = 0
    for node, limit in most.items():
        bits[node] = (used, (1 << limit.bit_length()) - 1)
        used += limit.bit_length()
    if used > _BITS:
        raise CellError("too many or too large limits in `at_most`; leave out those never reached")
    return bits

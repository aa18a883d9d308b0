"""The rules by which parts arrive, wait and line up, in words."""

from collections.abc import Iterator

import numpy as np

from twin.kernel.model import NONE, NS_PER_S, Line
from twin.kernel.states import NodeKind, OffShift, Order

_ORDER = {
    Order.LIFO: "offers the part that came last first",
    Order.PRIORITY: "offers the part with the smallest priority number first",
    Order.SHORTEST: "offers the part with the shortest mean process time first",
    Order.EARLIEST_DUE: "offers the part that is due first",
}
_OFF_SHIFT = {
    OffShift.WAIT: "go on and wait outside",
    OffShift.LOST: "are lost",
    OffShift.PAUSE: "pause",
}


def waiting_rules(line: Line) -> Iterator[str]:
    """Yield the rules that differ from first come, first served, one sentence each.

    Parameters
    ----------
    line : Line
    """
    for name, row in zip(line.node_names, line.nodes, strict=True):
        yield from _of_node(name, row)
    if (line.options["limit"] != NONE).any():
        yield "A part that has gone a limited way as often as it may is sent elsewhere."


def _of_node(name: str, row: np.void) -> Iterator[str]:
    kind = NodeKind(row["kind"])
    if kind is NodeKind.SOURCE and row["calendar"] != NONE and not row["saturated"]:
        yield f"Arrivals at {name} {_OFF_SHIFT[OffShift(row['off_shift'])]} while it is off shift."
    if kind is NodeKind.BUFFER and row["order"] != Order.FIFO:
        yield f"{name} {_ORDER[Order(row['order'])]}."
    if kind is NodeKind.BUFFER and row["dwell"] > 0:
        yield f"Parts stay in {name} for at least {row['dwell'] / NS_PER_S:g} s."
    if kind in (NodeKind.SOURCE, NodeKind.BUFFER) and row["patience"] != NONE:
        yield f"Parts that wait at {name} beyond their patience leave the line and count as scrap."
    if kind is NodeKind.CONVEYOR and row["stops"]:
        yield f"{name} stands while the part at its end is not taken."

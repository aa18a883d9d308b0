"""Where the sums of a run stand: a resource has columns only for what it can show.

All columns lie in one array, a resource's behind those of the one before.  The states have one
order, in which those of every kind of resource are neighbours, so that the column of a state is
that of its resource's first one plus a constant.
"""

import numpy as np
from numpy.typing import NDArray

from twin.kernel.model import Line
from twin.kernel.states import N_STATES, NodeKind, State

_ORDER = (
    *(State.ATTENDING, State.REPAIRING, State.IDLE, State.MOVING),
    *(State.PICKING, State.CARRYING, State.PLACING),
    *(State.OFF_SHIFT, State.WORKING, State.STARVED, State.BLOCKED),
    *(State.UNDER_REPAIR, State.FAILED),
    *(State.SETTING_UP, State.LOADING, State.UNLOADING, State.MAINTENANCE, State.ASLEEP),
    *(State.WAITING_OPERATOR, State.WAITING_ROBOT, State.MADE, State.CONSUMED),
    *(State.CONVEYED, State.WAITING, State.ENTERED, State.SCRAPPED, State.FINISHED),
)
COLUMN = np.argsort(np.array(_ORDER, np.int64)).astype(np.int64)  # by state

# First and last state of a resource: a carrier unit, or what stands at a node of a kind.
_OF_UNIT = (State.ATTENDING, State.OFF_SHIFT)
_OF_UNIT_WITH_PART = (State.ATTENDING, State.ENTERED)  # which it may have at the start
_OF_KIND = {
    NodeKind.SOURCE: (State.ENTERED, State.SCRAPPED),
    NodeKind.BUFFER: (State.WAITING, State.SCRAPPED),
    NodeKind.CONVEYOR: (State.CONVEYED, State.SCRAPPED),
    NodeKind.STATION: (State.OFF_SHIFT, State.SCRAPPED),
    NodeKind.SINK: (State.ENTERED, State.FINISHED),
}
# The same where nothing but the plainest can happen to parts.
_OF_PLAIN_KIND = {
    NodeKind.BUFFER: (State.WAITING, State.WAITING),
    NodeKind.STATION: (State.OFF_SHIFT, State.UNDER_REPAIR),
    NodeKind.SINK: (State.SCRAPPED, State.FINISHED),
}


def columns_of(
    line: Line, plain: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Return where the sums of each resource stand.

    Parameters
    ----------
    line : Line
    plain : ndarray of bool, shape (N,)
        `neighbours.plain(line)`.

    Returns
    -------
    base : ndarray, shape (R,)
        The sums of state x of resource r are in column base[r] + COLUMN[x].
    places : ndarray, shape (C,)
        Which resource and state, r * N_STATES + x, a column is of.
    summed : int
        How many of the first columns hold times of parts, which add up beyond a run's length.
    """
    spans = [_span(line, int(n), bool(n >= 0 and plain[n])) for n in line.resource_node]
    # A time of a plain station is no longer than its run: these stand last.
    short = [n >= 0 and plain[n] and _kind(line, n) is NodeKind.STATION for n in line.resource_node]
    base, places, column = np.zeros(len(spans), np.int64), [], 0
    for r in sorted(range(len(spans)), key=lambda r: short[r]):
        first, last = spans[r]
        base[r] = column - first
        places += [r * N_STATES + _ORDER[k] for k in range(first, last + 1)]
        column += last + 1 - first
    shorter = sum(
        last + 1 - first for (first, last), is_short in zip(spans, short, strict=True) if is_short
    )
    return base, np.array(places, np.int64), column - shorter


def _span(line: Line, n: int, plain: bool) -> tuple[int, int]:
    """Return the first and the last column of what stands at node n, NONE: of a carrier unit."""
    if n < 0:
        first, last = _OF_UNIT_WITH_PART if line.initial.size else _OF_UNIT
    elif plain:
        first, last = _OF_PLAIN_KIND[_kind(line, n)]
    else:
        first, last = _OF_KIND[_kind(line, n)]
    return int(COLUMN[first]), int(COLUMN[last])


def _kind(line: Line, n: int) -> NodeKind:
    return NodeKind(line.nodes["kind"][n])

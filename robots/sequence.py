"""One posture for each stop of a sequence, so that all its joint moves together are shortest.

Dynamic programming over the postures: of each, only the shortest way to it is kept.
R. Bellman, "Dynamic programming", 1957.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from robots.arm import Floats
from robots.errors import RobotError
from robots.jit import compiled
from robots.joint_laws import at_least, prepared

Ints = NDArray[np.int64]


@compiled
def _hop(a: Floats, b: Floats, axes: Floats) -> float:
    """Return the time-synchronised time between two positions of the joints, s."""
    time = 0.0
    for k in range(a.size):
        time = at_least(time, abs(b[k] - a[k]), axes[k])
    return time


@compiled
def _forward(
    leave: Floats, enter: Floats, first: Ints, own: Floats, axes: Floats, cost: Floats, back: Ints
) -> None:
    """Write the least cost to each posture, and which posture of the stop before it leads there.

    The costs of the first stop's postures are given.
    """
    for stop in range(1, first.size - 1):
        for j in range(first[stop], first[stop + 1]):
            cost[j] = math.inf
            for i in range(first[stop - 1], first[stop]):
                total = cost[i]
                if total < cost[j]:
                    total += _hop(leave[i], enter[j], axes)
                    if total < cost[j]:
                        cost[j], back[j] = total, i
            cost[j] += own[j]


@compiled
def _shortest(
    leave: Floats, enter: Floats, first: Ints, own: Floats, axes: Floats, closed: bool, choice: Ints
) -> float:
    """Write the postures of the shortest sequence; return its cost, inf if there is none."""
    stops, best = first.size - 1, math.inf
    cost, back = np.empty(leave.shape[0]), np.zeros(leave.shape[0], np.int64)
    for start in range(first[1] if closed else 1):
        for i in range(first[1]):
            cost[i] = own[i] if not closed or i == start else math.inf
        _forward(leave, enter, first, own, axes, cost, back)
        for j in range(first[stops - 1], first[stops]):
            total = cost[j]
            if closed and total < best:
                total += _hop(leave[j], enter[start], axes)
            if total < best:
                best = total
                choice[stops - 1] = j
                for stop in range(stops - 1, 0, -1):
                    choice[stop - 1] = back[choice[stop]]
    return best


def shortest(
    stops: Sequence[tuple[Floats, Floats]],
    limits: Floats,
    own: Sequence[Floats] | None = None,
    *,
    closed: bool,
) -> tuple[list[int], float]:
    """Return the posture chosen at each stop, and the time of the whole sequence, s.

    Parameters
    ----------
    stops : sequence of (ndarray, ndarray), shapes (k, n)
        Of each stop the positions of the joints on arriving and on leaving, a row a posture, rad:
        the same array twice where the arm only stands there.
    limits : ndarray, shape (3, n)
        Speed, acceleration, jerk of the joints.
    own : sequence of ndarray, shape (k,), optional
        What each posture costs by itself, s.
    closed : bool
        Whether the last stop leads back to the first.

    Raises
    ------
    RobotError
        If a stop has no posture.
    """
    sizes = [len(enter) for enter, _ in stops]
    if not sizes or min(sizes) == 0:
        raise RobotError(f"stop {sizes.index(0) if sizes else 0} of the sequence: no posture")
    first = np.cumsum([0, *sizes]).astype(np.int64)
    enter, leave = (np.ascontiguousarray(np.vstack([stop[k] for stop in stops])) for k in (0, 1))
    costs = np.zeros(len(enter)) if own is None else np.concatenate(list(own)).astype(np.float64)
    choice = np.zeros(len(stops), dtype=np.int64)
    total = _shortest(leave, enter, first, costs, prepared(limits), closed, choice)
    return [int(c - f) for c, f in zip(choice, first, strict=False)], float(total)

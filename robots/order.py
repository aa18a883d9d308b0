"""In which order to make carrying moves so that the empty ways between them are shortest."""

from itertools import permutations

import numpy as np

from robots.arm import Floats

_EVERY = 7  # moves up to which every order is looked at


def best_order(between: Floats) -> tuple[list[int], float]:
    """Return a shortest round through all of m moves, beginning with the first, and its length.

    Parameters
    ----------
    between : ndarray, shape (m, m)
        Time from the end of one move to the beginning of another, s.

    Examples
    --------
    >>> best_order(np.array([[9.0, 2.0, 1.0], [1.0, 9.0, 2.0], [2.0, 1.0, 9.0]]))
    ([0, 2, 1], 3.0)
    """
    count = len(between)
    if count <= _EVERY:
        orders = [[0, *rest] for rest in permutations(range(1, count))]
        best = min(orders, key=lambda order: _length(between, order))
        return best, _length(between, best)
    return _improved(between, _nearest(between))


def _length(between: Floats, order: list[int]) -> float:
    return float(between[order, np.roll(order, -1)].sum())


def _nearest(between: Floats) -> list[int]:
    order, left = [0], set(range(1, len(between)))
    while left:
        ahead = min(left, key=lambda k: between[order[-1], k])
        order.append(ahead)
        left.remove(ahead)
    return order


def _improved(between: Floats, order: list[int]) -> tuple[list[int], float]:
    """Move one carrying move at a time to a better place, until none gains."""
    length, better = _length(between, order), True
    while better:
        better = False
        for k in range(1, len(order)):
            rest = order[:k] + order[k + 1 :]
            for at in range(1, len(order)):
                trial = [*rest[:at], order[k], *rest[at:]]
                if _length(between, trial) < length - 1e-12:
                    order, length, better = trial, _length(between, trial), True
                    break
    return order, length

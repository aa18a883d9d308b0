"""Search for the best place on a grid: spread trials, then ever smaller steps from the best."""

import math
from collections.abc import Callable
from typing import TypeVar

Spot = tuple[int, int, int]  # in steps of the grid
Found = TypeVar("Found")

_BASES = (2, 3, 5)  # of the Halton sequence


def halton(index: int, base: int) -> float:
    """Return a number of an even sequence in (0, 1).

    J. Halton, "On the efficiency of certain quasi-random sequences of points", 1960.
    """
    value, part = 0.0, 1.0
    while index > 0:
        part /= base
        value += part * (index % base)
        index //= base
    return value


def search(
    judge: Callable[[Spot], Found | None],
    cost: Callable[[Found], float],
    reach: Spot,
    spread: int,
    most: int,
) -> dict[Spot, Found | None]:
    """Return everything tried, by place; None where the place does not do.

    Parameters
    ----------
    judge : callable
        What a place is worth, None if it cannot be used.
    cost : callable
        What is to be small.
    reach : tuple of int
        How far from (0, 0, 0), the first place tried, each coordinate may go.
    spread : int
        Trials spread evenly before the steps begin.
    most : int
        Trials in all.
    """
    tried: dict[Spot, Found | None] = {}

    def value(spot: Spot) -> float:
        if spot not in tried:
            tried[spot] = judge(spot)
        found = tried[spot]
        return math.inf if found is None else cost(found)

    value((0, 0, 0))
    for k in range(1, spread + 1):
        even = [round((2 * halton(k, b) - 1) * r) for b, r in zip(_BASES, reach, strict=True)]
        value((even[0], even[1], even[2]))
    starts = sorted((spot for spot in tried if value(spot) < math.inf), key=value)[:3]
    for start in starts:
        best, step = start, max(1, max(reach) // 4)
        while step >= 1 and len(tried) < most:
            around = [spot for spot in _around(best, step, reach) if len(tried) < most]
            nearer = min(around, key=value, default=best)
            if value(nearer) < value(best):
                best = nearer
            else:
                step //= 2
    return tried


def _around(spot: Spot, step: int, reach: Spot) -> list[Spot]:
    """Return the neighbours of a place at one step, within reach."""
    found = []
    for axis in range(3):
        for sign in (-step, step):
            moved = list(spot)
            moved[axis] = min(max(spot[axis] + sign, -reach[axis]), reach[axis])
            if tuple(moved) != spot:
                found.append((moved[0], moved[1], moved[2]))
    return found

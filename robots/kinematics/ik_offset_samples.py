"""What is off square of an arm with an offset wrist, sampled over joint 6 finely enough to see all.

The samples stand closer where the function bends much beside its size, towards the ends of reach,
and on stretches of reach that lie between two samples.
"""

import math
from typing import NamedTuple

import numpy as np

from robots.arm import Floats
from robots.jit import compiled
from robots.kinematics.ik_spherical import WAYS, Basis, Vector, links, pan

STEPS = 96  # of joint 6 over a full turn, before any closer look
MOST = 1500  # samples
_DEPTH = 7  # how often a step is halved
_BENT = 0.1  # deviation from a straight line, of the size, that asks for a closer look
_FLAT = 1e-3  # deviation that never does: dips that small are looked for by themselves
_EDGE_STEPS = 8
_HALVINGS = 30
_GOLDEN = 0.5 * (3.0 - math.sqrt(5.0))


class Search(NamedTuple):
    """One pose that is asked for, and room for the wrist of one angle of joint 6."""

    basis: Basis
    parameters: Floats  # (9,)
    turn: Floats  # (3, 3)
    position: Floats  # (3,)
    wrist: Floats  # (3,), m
    y5: Floats  # (3,), axis 5


@compiled
def place(search: Search, t6: float) -> None:
    """Write the wrist and axis 5 for one angle of joint 6."""
    c6, s6 = math.cos(t6), math.sin(t6)
    parameters, turn = search.parameters, search.turn
    for k in range(3):
        x5 = c6 * turn[k, 0] - s6 * turn[k, 1]
        search.y5[k] = s6 * turn[k, 0] + c6 * turn[k, 1]
        search.wrist[k] = search.position[k] - parameters[6] * turn[k, 2]
        search.wrist[k] -= parameters[7] * x5 + parameters[8] * search.y5[k]


@compiled
def stand(search: Search, row: int) -> tuple[Vector, Vector]:
    """Return cosines and sines of joints 1 to 3 that reach the wrist written last; nan: none."""
    front, high = WAYS[row]
    c1, s1, reach = pan(search.basis, search.wrist[0], search.wrist[1], front)
    c2, s2, c3, s3 = links(search.basis, reach, search.wrist[2] - search.basis.c1, high)
    return (c1, c2, c3), (s1, s2, s3)


@compiled
def value(search: Search, row: int, t6: float) -> float:
    """Return what is off square for one way of the arm and one angle of joint 6; nan: no reach."""
    place(search, t6)
    (c1, c2, c3), (s1, s2, s3) = stand(search, row)
    along = c1 * search.y5[0] + s1 * search.y5[1]
    return (s2 * c3 + c2 * s3) * along + (c2 * c3 - s2 * s3) * search.y5[2]


@compiled
def spare(search: Search, row: int, t6: float) -> float:
    """Return by how much the wrist is within reach of one way of the arm, m2; negative: beyond."""
    place(search, t6)
    basis, wrist = search.basis, search.wrist
    height = wrist[2] - basis.c1
    radius = math.sqrt(max(wrist[0] ** 2 + wrist[1] ** 2 - basis.b**2, 0.0))
    reach = WAYS[row][0] * radius - basis.a1
    squared = reach * reach + height * height
    least, most = (basis.c2 - basis.forearm) ** 2, (basis.c2 + basis.forearm) ** 2
    return min(squared - least, most - squared)


@compiled
def _island(search: Search, row: int, low: float, high: float) -> float:
    """Return an angle within reach between two that are not, nan if there seems to be none."""
    one, other = low + _GOLDEN * (high - low), high - _GOLDEN * (high - low)
    at_one, at_other = spare(search, row, one), spare(search, row, other)
    for _ in range(_HALVINGS):
        if at_one > 0.0:
            return one
        if at_other > 0.0:
            return other
        if at_one > at_other:
            high, other, at_other = other, one, at_one
            one = low + _GOLDEN * (high - low)
            at_one = spare(search, row, one)
        else:
            low, one, at_one = one, other, at_other
            other = high - _GOLDEN * (high - low)
            at_other = spare(search, row, other)
    return math.nan


@compiled
def _edge(search: Search, row: int, out: float, there: float) -> float:
    """Return the last angle of joint 6 from `there` towards `out` that the arm reaches."""
    for _ in range(_HALVINGS):
        middle = 0.5 * (out + there)
        if math.isnan(value(search, row, middle)):
            out = middle
        else:
            there = middle
    return there


@compiled
def _to_edge(
    search: Search, row: int, out: float, there: float, samples: Floats, count: int
) -> int:
    """Add samples between an angle that is reached and one that is not; return how many in all.

    Towards the end of reach everything changes with the root of the distance from it.
    """
    edge = _edge(search, row, out, there)
    for i in range(_EDGE_STEPS):
        k = i if out < there else _EDGE_STEPS - 1 - i
        samples[count, 0] = edge + (there - edge) * (k / _EDGE_STEPS) ** 2
        samples[count, 1] = value(search, row, samples[count, 0])
        count += 1
    return count


@compiled
def _closer(left: float, middle: float, right: float) -> bool:
    """Say whether a closer look at a step is due."""
    known = (not math.isnan(left)) + (not math.isnan(middle)) + (not math.isnan(right))
    if known < 3:
        return known > 0
    least = min(abs(left), abs(middle), abs(right))
    return abs(middle - 0.5 * (left + right)) > max(_BENT * least, _FLAT)


@compiled
def _step(search: Search, row: int, span: Floats, samples: Floats, count: int) -> int:
    """Add the samples of one step, (from, what is there, to, what is there); return how many."""
    left, at_left, island = span[0], span[1], span[4]
    stack, depth, top = np.empty((_DEPTH + 2, 2)), np.empty(_DEPTH + 2), 0
    stack[0, 0], stack[0, 1], depth[0] = span[2], span[3], 0
    while top >= 0 and count < MOST - 2 * _EDGE_STEPS:
        right, at_right = stack[top, 0], stack[top, 1]
        middle = 0.5 * (left + right)
        if left < island < right:
            middle = island
        here = value(search, row, middle)
        if depth[top] < _DEPTH and _closer(at_left, here, at_right):
            depth[top] += 1
            stack[top + 1, 0], stack[top + 1, 1], depth[top + 1] = middle, here, depth[top]
            top += 1
            continue
        if math.isnan(at_left) and not math.isnan(at_right):
            count = _to_edge(search, row, left, right, samples, count)
        elif math.isnan(at_right) and not math.isnan(at_left):
            count = _to_edge(search, row, right, left, samples, count)
        samples[count, 0], samples[count, 1] = right, at_right
        left, at_left = right, at_right
        count += 1
        top -= 1
    return count


@compiled
def sample(search: Search, row: int, values: Floats, samples: Floats) -> int:
    """Write (angle of joint 6, what is off square) once round and a bit more; return how many.

    Parameters
    ----------
    values : ndarray, shape (STEPS,)
        What is off square at equal steps.
    samples : ndarray, shape (MOST, 2)
        In order of the angles; nan where the arm does not reach.
    """
    step, span, island = 2.0 * math.pi / STEPS, np.empty(5), math.nan
    samples[0, 0], samples[0, 1], count = 0.0, values[0], 1
    for k in range(STEPS + 1):
        at, here, ahead = k * step, values[k % STEPS], values[(k + 1) % STEPS]
        if not (
            _closer(values[(k - 1) % STEPS], here, ahead)
            or _closer(here, ahead, values[(k + 2) % STEPS])
            or math.isnan(here)
        ):
            samples[count, 0], samples[count, 1] = at + step, ahead
            count += 1
            continue
        span[0], span[1], span[2], span[3] = at, here, at + step, ahead
        if math.isnan(here) and math.isnan(ahead):
            room = spare(search, row, at + step)
            best = room >= spare(search, row, at) and room >= spare(search, row, at + 2.0 * step)
            if not (at < island < at + step) and best:
                island = _island(search, row, at, at + 2.0 * step)
        span[4] = island
        count = _step(search, row, span, samples, count)
    return count

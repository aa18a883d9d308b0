"""The least time along a given path under limits that are linear in the path's motion; kernels.

With x = s'^2 and u = s'' each limit reads |a u + b x + c| <= 1 (torques, accelerations, the tool's
acceleration, each divided by what is allowed), and speeds cap x.  Backwards, the largest x from
which the rest can still be done; forwards, the largest u.
H. Pham, Q.-C. Pham, "A new approach to time-optimal path parameterization based on reachability
analysis", 2018.
"""

import math
from typing import NamedTuple

import numpy as np

from robots.arm import Floats
from robots.jit import compiled

_FLAT = 1e-9  # a coefficient of u below this part of the others does not bound u
_SLACK = 1e-9


class Bounds(NamedTuple):
    """What limits the motion at each of N points of a path; m limits."""

    step: Floats  # (N - 1,), of the path parameter between points
    a: Floats  # (N, m)
    b: Floats  # (N, m), on the way ahead of the point
    behind: Floats  # (N, m), b on the way behind it: another where the path's curvature jumps
    c: Floats  # (N, m)
    cap: Floats  # (N,), most x


@compiled
def at_both_ends(bounds: Bounds) -> Bounds:
    """Return bounds that hold at both ends of each step, not only where it begins; 2 m limits."""
    n, m = bounds.a.shape
    a, b, c = np.zeros((n, 2 * m)), np.zeros((n, 2 * m)), np.zeros((n, 2 * m))
    for i in range(n):
        for k in range(m):
            a[i, k], b[i, k], c[i, k] = bounds.a[i, k], bounds.b[i, k], bounds.c[i, k]
            if i < n - 1:
                a[i, m + k] = bounds.a[i + 1, k] + 2.0 * bounds.step[i] * bounds.behind[i + 1, k]
                b[i, m + k], c[i, m + k] = bounds.behind[i + 1, k], bounds.c[i + 1, k]
    return Bounds(bounds.step, a, b, b, c, bounds.cap)


@compiled
def _span(bounds: Bounds, i: int, x: float, ceiling: float, rates: Floats) -> bool:
    """Write lower and upper end of u at x, and how both change with x; say if x itself is allowed.

    `ceiling` is the most x at the next point.
    """
    twice = 2.0 * bounds.step[i]
    low, high = -x / twice, (ceiling - x) / twice
    rates[2] = rates[3] = -1.0 / twice
    allowed = True
    for k in range(bounds.a.shape[1]):
        a, b = bounds.a[i, k], bounds.b[i, k]
        rest = b * x + bounds.c[i, k]
        size = abs(a)
        if size <= _FLAT * (1.0 + abs(b)):
            allowed = allowed and abs(rest) <= 1.0 + _SLACK
            continue
        side = 1.0 if a > 0.0 else -1.0
        top = (1.0 - side * rest) / size
        bottom = (-1.0 - side * rest) / size
        if top < high:
            high, rates[3] = top, -b / a
        if bottom > low:
            low, rates[2] = bottom, -b / a
    rates[0], rates[1] = low, high
    return allowed


@compiled
def _flat_cap(bounds: Bounds, i: int) -> float:
    """Return the most x that limits without u leave."""
    most = bounds.cap[i]
    for k in range(bounds.a.shape[1]):
        b, c = bounds.b[i, k], bounds.c[i, k]
        if abs(bounds.a[i, k]) <= _FLAT * (1.0 + abs(b)) and abs(b) > 1e-15:
            most = min(most, (1.0 - c) / b if b > 0.0 else (-1.0 - c) / b)
    return most


@compiled
def _controllable(bounds: Bounds, i: int, ceiling: float, rates: Floats) -> float:
    """Return the largest x at point i from which some u leads below `ceiling`; -1.0 if none.

    The gap between the ends of u is concave in x: Newton's steps from the right cannot pass its
    zero.
    """
    x = _flat_cap(bounds, i)
    for _ in range(64):
        if x < 0.0:
            return -1.0
        allowed = _span(bounds, i, x, ceiling, rates)
        gap, slope = rates[1] - rates[0], rates[3] - rates[2]
        if gap >= -_SLACK * (1.0 + abs(rates[0])):
            return x if allowed else -1.0
        if slope >= 0.0:
            return -1.0
        x = min(x - gap / slope, x * (1.0 - 1e-15))
    return -1.0


@compiled
def fastest_along(bounds: Bounds, x: Floats) -> bool:
    """Write x = s'^2 at each point, from rest to rest; say whether there is a way at all.

    Parameters
    ----------
    x : ndarray, shape (N,)
    """
    n = x.size
    rates, ceiling = np.empty(4), np.empty(n)
    ceiling[n - 1] = 0.0
    for i in range(n - 2, -1, -1):
        ceiling[i] = _controllable(bounds, i, ceiling[i + 1], rates)
        if ceiling[i] < 0.0:
            return False
    x[0] = 0.0
    for i in range(n - 1):
        _span(bounds, i, x[i], ceiling[i + 1], rates)
        if rates[1] < rates[0] - 1e-6 * (1.0 + abs(rates[0])):
            return False  # standing, nothing leads on
        x[i + 1] = min(
            max(x[i] + 2.0 * bounds.step[i] * max(rates[0], rates[1]), 0.0), ceiling[i + 1]
        )
    return True


@compiled
def instants(step: Floats, x: Floats) -> Floats:
    """Return when each point is passed, (N,) s: between points u is constant."""
    t = np.zeros(x.size)
    for i in range(step.size):
        speeds = math.sqrt(x[i]) + math.sqrt(x[i + 1])
        t[i + 1] = t[i] + (2.0 * step[i] / speeds if speeds > 0.0 else math.inf)
    return t

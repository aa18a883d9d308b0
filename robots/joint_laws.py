"""Joint moves from rest to rest, in closed form: all joints at once, or straight in joint space."""

import math

import numpy as np

from robots.arm import Floats
from robots.jit import compiled
from robots.timelaw import rest_to_rest


@compiled
def axis_times(way: Floats, limits: Floats, out: Floats) -> int:
    """Write the least time of each joint by itself, s; return which one takes longest.

    Parameters
    ----------
    way : ndarray, shape (n,)
        Angles to turn, rad, of either sign.
    limits : ndarray, shape (3, n)
        Speed, acceleration, jerk of each joint; jerk may be infinite.
    """
    slowest = 0
    for k in range(way.size):
        out[k] = rest_to_rest(abs(way[k]), limits[0, k], limits[1, k], limits[2, k])
        if out[k] > out[slowest]:
            slowest = k
    return slowest


@compiled
def straight_time(way: Floats, limits: Floats) -> float:
    """Return the least time of a move straight in joint space, s.

    All joints follow one profile s in [0, 1], so each limit of it is the tightest of any joint.
    """
    v, a, j = math.inf, math.inf, math.inf
    for k in range(way.size):
        size = abs(way[k])
        if size > 0.0:
            v = min(v, limits[0, k] / size)
            a = min(a, limits[1, k] / size)
            j = min(j, limits[2, k] / size)
    return rest_to_rest(1.0, v, a, j) if v < math.inf else 0.0


@compiled
def prepared(limits: Floats) -> Floats:
    """Return for each joint what its time law needs, (n, 8), so that a move costs no division.

    Parameters
    ----------
    limits : ndarray, shape (3, n)
        As `axis_times`.
    """
    axes = np.empty((limits.shape[1], 8))
    for k in range(limits.shape[1]):
        v, a, j = limits[0, k], limits[1, k], limits[2, k]
        build_up = a / j
        ramp = build_up + v / a if v > a * build_up else 2.0 * math.sqrt(v / j)
        axes[k, 0], axes[k, 1], axes[k, 2] = 1.0 / v, ramp, v * ramp
        axes[k, 3] = 2.0 * a * build_up * build_up
        # build_up + 2 sqrt((a build_up / 2)^2 + a d) / a
        axes[k, 4], axes[k, 5], axes[k, 6] = build_up, build_up * build_up, 4.0 / a
        axes[k, 7] = 0.5 / j
    return axes


@compiled
def at_least(time: float, way: float, axis: Floats) -> float:
    """Return the time of a way (not negative) by one row of `prepared`, but at least `time`, s."""
    if way >= axis[2]:
        return max(time, way * axis[0] + axis[1])
    if way >= axis[3]:
        return max(time, axis[4] + math.sqrt(axis[5] + way * axis[6]))
    cube = way * axis[7]
    # The cube root is dear: it is drawn only where this joint is slower than those before.
    return time if 64.0 * cube <= time * time * time else 4.0 * cube ** (1.0 / 3.0)


@compiled
def synchronised_times(start: Floats, goal: Floats, limits: Floats) -> Floats:
    """Return the times of many moves, each joint stretched to the slowest, (m,) s.

    Parameters
    ----------
    start, goal : ndarray, shape (m, n)
        rad.
    limits : ndarray, shape (3, n)
        As `axis_times`.
    """
    axes = prepared(limits)
    times = np.zeros(start.shape[0])
    for m in range(start.shape[0]):
        time = 0.0
        for k in range(start.shape[1]):
            time = at_least(time, abs(goal[m, k] - start[m, k]), axes[k])
        times[m] = time
    return times

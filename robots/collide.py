"""Clearance of an arm and its tool from fixtures, and from itself, along a motion.

The base link is not checked against fixtures, nor the first moving link against the one the base
stands on: it only turns above it.  Parts in the gripper are not checked: their shape is not known.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from robots.arm import Floats
from robots.distance import segment_to_segment, segment_to_solid
from robots.jit import compiled
from robots.kinematics.fk import frames
from robots.scene import NOTHING, Scene, scene

__all__ = ["NOTHING", "Nearest", "Scene", "clearances", "nearest", "place_capsules", "scene"]

_TOLERANCE = 0.004  # m


class Nearest(NamedTuple):
    """The tightest place of a motion."""

    clearance: float  # m, negative: depth; inf without fixtures
    fixture: int  # NOTHING without fixtures
    link: int
    own: float  # least distance between parts of the arm itself, m
    own_links: tuple[int, int]


@compiled
def place_capsules(view: Scene, q: Floats, turns: Floats, origins: Floats, ends: Floats) -> None:
    """Write the capsules' ends, (2, m, 3), in the base."""
    frames(view.chain, q, turns, origins)
    for c in range(view.link.size):
        link = view.link[c]
        for k in range(3):
            a, b = origins[link, k], origins[link, k]
            for j in range(3):
                a += turns[link, k, j] * view.start[c, j]
                b += turns[link, k, j] * view.end[c, j]
            ends[0, c, k], ends[1, c, k] = a, b


@compiled
def _apart(view: Scene, ends: Floats, least: Floats) -> None:
    """Write how far the balls around capsules and fixtures are apart, at least, (m, F) m."""
    for c in range(view.link.size):
        x, y, z = (
            0.5 * (ends[0, c, 0] + ends[1, c, 0]),
            0.5 * (ends[0, c, 1] + ends[1, c, 1]),
            0.5 * (ends[0, c, 2] + ends[1, c, 2]),
        )
        for f in range(view.kind.size):
            dx, dy, dz = view.center[0, f] - x, view.center[1, f] - y, view.center[2, f] - z
            least[c, f] = math.sqrt(dx * dx + dy * dy + dz * dz) - view.margin[c, f]


@compiled
def _ball_gap(view: Scene, ends: Floats, c: int, f: int) -> float:
    """Return the distance of a capsule from the ball around a fixture, m."""
    square = along = 0.0
    for k in range(3):
        d = ends[1, c, k] - ends[0, c, k]
        square += d * d
        along += d * (view.origin[f, k] - ends[0, c, k])
    t = min(max(along / square, 0.0), 1.0) if square > 0.0 else 0.0
    gap = 0.0
    for k in range(3):
        d = ends[0, c, k] + t * (ends[1, c, k] - ends[0, c, k]) - view.origin[f, k]
        gap += d * d
    return math.sqrt(gap) - view.ball[f] - view.radius[c]


@compiled
def _exact(view: Scene, ends: Floats, c: int, f: int, local: Floats) -> float:
    """Return the distance of a capsule from a fixture, m."""
    for k in range(3):
        local[0, k] = local[1, k] = 0.0
        for j in range(3):
            local[0, k] += view.turn[f, j, k] * (ends[0, c, j] - view.origin[f, j])
            local[1, k] += view.turn[f, j, k] * (ends[1, c, j] - ends[0, c, j])
    return segment_to_solid(view.kind[f], local[0], local[1], view.half[f]) - view.radius[c]


@compiled
def _to_fixtures(view: Scene, ends: Floats, least: Floats, found: NDArray[np.int64]) -> float:
    """Return the least clearance of the placed capsules; write fixture and link.

    The pair whose balls are nearest is looked at first: its distance spares most others a look.
    `least` is room to work in, (m, F).
    """
    _apart(view, ends, least)
    best, low, first = math.inf, math.inf, 0
    for c in range(view.link.size):
        for f in range(view.kind.size):
            if least[c, f] < low:
                low, first = least[c, f], c * view.kind.size + f
    if low == math.inf:
        return best
    local = np.empty((2, 3))
    c, f = first // view.kind.size, first % view.kind.size
    best = _exact(view, ends, c, f, local)
    found[0], found[1] = f, view.link[c]
    least[c, f] = math.inf
    for c in range(view.link.size):
        for f in range(view.kind.size):
            if least[c, f] < best and _ball_gap(view, ends, c, f) < best:
                gap = _exact(view, ends, c, f, local)
                if gap < best:
                    best = gap
                    found[0], found[1] = f, view.link[c]
    return best


@compiled
def _to_itself(view: Scene, ends: Floats, found: NDArray[np.int64]) -> float:
    """Return the least distance between checked pairs of capsules; write their links."""
    best = math.inf
    for p in range(view.pairs.shape[0]):
        a, b = view.pairs[p, 0], view.pairs[p, 1]
        apart = segment_to_segment(ends[0, a], ends[1, a], ends[0, b], ends[1, b])
        gap = apart - view.radius[a] - view.radius[b]
        if gap < best:
            best = gap
            found[2], found[3] = view.link[a], view.link[b]
    return best


@compiled
def _watch(
    view: Scene,
    path: Floats,
    ask: tuple[float, float, float],
    best: Floats,
    who: NDArray[np.int64],
) -> None:
    """Write the least clearances along straight joint moves between the rows of `path` (k, n).

    Where a pose has clearance c, no pose that moves every point by less than c - x can have less
    than x: so the step to the next pose is as long as that allows, with x the least found so far
    less a tolerance.  Between parts of the arm only contact is sought.  `ask` holds the tolerance,
    the clearance from which on its size does not matter, and the one below which to look no more.
    """
    tolerance, enough, stop = ask
    n = path.shape[1]
    turns, origins = np.empty((n + 2, 3, 3)), np.empty((n + 2, 3))
    ends, q = np.empty((2, view.link.size, 3)), np.empty(n)
    found, balls = np.full(4, NOTHING, np.int64), np.empty((view.link.size, view.kind.size))
    best[:] = math.inf
    for row in range(max(path.shape[0] - 1, 1)):
        last = min(row + 1, path.shape[0] - 1)
        motion = 0.0
        for i in range(n):
            motion += abs(path[last, i] - path[row, i]) * view.lever[i]
        s = 0.0
        while True:
            for i in range(n):
                q[i] = path[row, i] + s * (path[last, i] - path[row, i])
            place_capsules(view, q, turns, origins, ends)
            gap, own = _to_fixtures(view, ends, balls, found), _to_itself(view, ends, found)
            if gap < best[0]:
                best[0], who[0], who[1] = gap, found[0], found[1]
            if own < best[1]:
                best[1], who[2], who[3] = own, found[2], found[3]
            if min(best[0], best[1]) < stop:
                return
            if s >= 1.0 or motion == 0.0:
                break
            least = min(best[0], enough)
            free = gap if math.isinf(gap) else gap - least + max(tolerance, 0.1 * least)
            # Two links of the arm can both move: their gap changes twice as fast.
            s = min(1.0, s + max(min(free, 0.5 * own), tolerance) / motion)


@compiled
def clearances(view: Scene, q: Floats) -> Floats:
    """Return the clearance from fixtures at each of m positions of the joints, (m,) m.

    Parameters
    ----------
    q : ndarray, shape (m, n)
        rad.
    """
    n = q.shape[1]
    turns, origins = np.empty((n + 2, 3, 3)), np.empty((n + 2, 3))
    ends, found = np.empty((2, view.link.size, 3)), np.full(4, NOTHING, np.int64)
    least = np.empty((view.link.size, view.kind.size))
    gaps = np.empty(q.shape[0])
    for k in range(q.shape[0]):
        place_capsules(view, q[k], turns, origins, ends)
        gaps[k] = _to_fixtures(view, ends, least, found)
    return gaps


def nearest(
    view: Scene, path: Floats, enough: float = math.inf, stop: float = -math.inf
) -> Nearest:
    """Return the tightest place of a motion through joint positions.

    Parameters
    ----------
    path : ndarray, shape (k, n)
        Joint positions, rad; straight in joint space between them.
    enough : float
        Clearance from which on its size does not matter, m: 0.0 to look for contact only.
    stop : float
        Clearance below which it does not matter either, m: the first such place is returned.

    Notes
    -----
    The true clearance is smaller than the one returned by at most 4 mm or a tenth.
    """
    best, who = np.empty(2), np.full(4, NOTHING, dtype=np.int64)
    _watch(
        view, np.ascontiguousarray(path, dtype=np.float64), (_TOLERANCE, enough, stop), best, who
    )
    return Nearest(
        float(best[0]), int(who[0]), int(who[1]), float(best[1]), (int(who[2]), int(who[3]))
    )

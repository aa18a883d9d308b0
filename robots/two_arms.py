"""How near two arms come to each other when both move: the same instant for both."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from robots.arm import Floats
from robots.collide import Scene, place_capsules
from robots.distance import segment_to_segment
from robots.errors import RobotError
from robots.jit import compiled

_TOLERANCE = 0.002  # m of way of both arms between two looks, at least


class Apart(NamedTuple):
    """The tightest instant of two motions."""

    clearance: float  # m, negative: depth
    at: float  # s
    links: tuple[int, int]  # of the first and of the second arm; n + 1 is the tool


@compiled
def _gap(one: Scene, other: Scene, a: Floats, b: Floats, who: NDArray[np.int64]) -> float:
    """Return the least distance between placed capsules of two arms; write their links."""
    best = np.inf
    for i in range(one.link.size):
        for j in range(other.link.size):
            gap = segment_to_segment(a[0, i], a[1, i], b[0, j], b[1, j])
            gap -= one.radius[i] + other.radius[j]
            if gap < best:
                best = gap
                who[0], who[1] = one.link[i], other.link[j]
    return best


@compiled
def _watch_two(
    arms: tuple[Scene, Scene],
    pose_one_other: Floats,
    tracks: tuple[Floats, Floats],
    way: Floats,
    found: NDArray[np.int64],
) -> float:
    """Return the least clearance at rows of two tracks; write row and links.

    `way` is how far any points of both arms have moved together up to each row, at most: where
    they are x apart, they cannot be nearer than the least so far before it has grown by the rest.
    """
    one, other = arms
    n, m = tracks[0].shape[1], tracks[1].shape[1]
    turns, origins = np.empty((n + 2, 3, 3)), np.empty((n + 2, 3))
    turns_b, origins_b = np.empty((m + 2, 3, 3)), np.empty((m + 2, 3))
    a, b = np.empty((2, one.link.size, 3)), np.empty((2, other.link.size, 3))
    moved, who = np.empty(3), np.zeros(2, np.int64)
    best, row = np.inf, 0
    while row < way.size:
        place_capsules(one, tracks[0][row], turns, origins, a)
        place_capsules(other, tracks[1][row], turns_b, origins_b, b)
        for e in range(2):
            for c in range(other.link.size):
                for k in range(3):
                    moved[k] = pose_one_other[k, 3]
                    for j in range(3):
                        moved[k] += pose_one_other[k, j] * b[e, c, j]
                b[e, c] = moved
        gap = _gap(one, other, a, b, who)
        if gap < best:
            best = gap
            found[0], found[1], found[2] = row, who[0], who[1]
        until = way[row] + max(gap - best, _TOLERANCE)
        row += 1
        while row < way.size - 1 and way[row] < until:
            row += 1
    return best


def between_arms(
    arms: tuple[Scene, Scene],
    poses_cell_base: tuple[Floats, Floats],
    tracks: tuple[Floats, Floats],
    step: float,
) -> Apart:
    """Return how near two moving arms come to each other.

    Parameters
    ----------
    arms : tuple of Scene
        Their capsules, see `robots.scene.scene`.
    poses_cell_base : tuple of ndarray, shape (4, 4)
        Where they stand.
    tracks : tuple of ndarray, shapes (k, n) and (k, m)
        Joint angles of both at the same instants, rad.
    step : float
        Time between two rows, s.

    Raises
    ------
    RobotError
        If the tracks are not equally long.
    """
    rows = [np.ascontiguousarray(track, dtype=np.float64) for track in tracks]
    if len(rows[0]) != len(rows[1]) or len(rows[0]) == 0:
        raise RobotError(f"two tracks of the same length, got {len(rows[0])} and {len(rows[1])}")
    ways = sum(
        np.abs(np.diff(track, axis=0)) @ view.lever for track, view in zip(rows, arms, strict=True)
    )
    way = np.concatenate([[0.0], np.cumsum(ways)])
    pose_one_other = np.linalg.inv(poses_cell_base[0]) @ poses_cell_base[1]
    found = np.zeros(3, dtype=np.int64)
    gap = _watch_two(arms, np.ascontiguousarray(pose_one_other), (rows[0], rows[1]), way, found)
    return Apart(float(gap), float(found[0] * step), (int(found[1]), int(found[2])))

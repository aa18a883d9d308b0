"""A way round what a direct move would hit: farther out and back in, or a search of the joints.

J. Kuffner, S. LaValle, "RRT-Connect: an efficient approach to single-query path planning", 2000.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from robots.arm import Floats
from robots.bends import bent
from robots.collide import Nearest, Scene, nearest
from robots.frames import inverse
from robots.kinematics.inverse import inverse_of
from robots.straight import follow
from robots.task import ArmTask

CLEAR = 0.005  # m from everything on a detour
_OUT = (0.05, 0.1, 0.2, 0.3, 0.45)  # m tried along the tool and upwards
_STEP = 0.35  # rad, longest step of the search
_NODES = 3000  # of the search before it gives up
_TRIES = 3  # of the search; the quickest way is taken
_SHORTCUTS = 200
_PLACES = 24  # on a way that may become via-points,
_LOOKS = 60  # and how many of their choices are looked at
_WIDTHS = (1.0, 0.7, 0.4, 0.2, 0.1, 0.05)  # of corners, the widest free one is taken
_SAMPLES = 41  # of a bent way, that are joined by straight pieces


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detour:
    """Via-points of a travel, and how wide its corners are."""

    points: Floats  # (p, n), start, via-points, goal, rad
    width: float
    spot: Nearest  # the tightest place


def detour(task: ArmTask, view: Scene, start: Floats, goal: Floats) -> Detour | None:
    """Return a free way between two positions of the joints, None if none was found.

    Parameters
    ----------
    start, goal : ndarray, shape (n,)
        rad; both free.
    """
    for points in _outwards(task, start, goal):
        if _free(view, points):
            return _rounded(view, points)
    ways = [_search(task, view, start, goal, seed) for seed in range(_TRIES)]
    found = [_simplest(task, view, _shortened(view, way)) for way in ways if way is not None]
    if not found:
        return None
    return _rounded(view, min(found, key=lambda way: _duration(task, way)))


def _duration(task: ArmTask, points: Floats) -> float:
    """Return the time at full speed of the joints, s."""
    return float((np.abs(np.diff(points, axis=0)) / task.arm.speed).max(axis=1).sum())


def _free(view: Scene, points: Floats) -> bool:
    spot = nearest(view, points, enough=CLEAR, stop=CLEAR)
    return min(spot.clearance, spot.own) >= CLEAR


def _outwards(task: ArmTask, start: Floats, goal: Floats) -> Iterator[Floats]:
    """Give ways that first back off along the tool or rise, and come in alike."""
    outs = [
        [_backed(task, q, far, up) for far in _OUT for up in (False, True)] for q in (start, goal)
    ]
    for one, other in zip(*outs, strict=True):
        for via in ((one,), (other,), (one, other)):
            if all(q is not None for q in via):
                yield np.array([start, *via, goal])


def _backed(task: ArmTask, q: Floats, far: float, up: bool) -> Floats | None:
    """Return the joints after the tool moved back, or up in the cell; None if it cannot."""
    from robots.kinematics.fk import flange

    pose_base_tcp = flange(task.arm.chain, q) @ task.tool.pose_flange_tcp
    axis = task.pose_cell_base[:3, :3].T @ (0.0, 0.0, 1.0) if up else -pose_base_tcp[:3, 2]
    poses = np.tile(pose_base_tcp, (12, 1, 1))
    poses[:, :3, 3] += np.linspace(0.0, far, 12)[:, None] * axis
    path = np.empty((12, task.arm.dof))
    path[0] = q
    flanges = np.ascontiguousarray(poses @ inverse(task.tool.pose_flange_tcp))
    if not follow(inverse_of(task.arm), flanges, path):
        return None
    inside = (path[-1] >= task.arm.lower) & (path[-1] <= task.arm.upper)
    return path[-1] if inside.all() else None


def _search(task: ArmTask, view: Scene, start: Floats, goal: Floats, seed: int) -> Floats | None:
    """Grow trees of free positions from both ends until they meet."""
    draws = np.random.default_rng(seed)
    trees = [([start], [0]), ([goal], [0])]
    for _ in range(_NODES):
        here, there = trees
        towards = draws.uniform(task.arm.lower, task.arm.upper)
        reached = _grow(view, here, towards, connect=False)
        if reached >= 0:
            target = here[0][reached]
            met = _grow(view, there, target, connect=True)
            if met >= 0 and np.abs(there[0][met] - target).max() < 1e-12:
                one, other = _trunk(here, reached)[::-1], _trunk(there, met)
                points = np.array([*one, *other[1:]])
                return points if np.array_equal(points[0], start) else points[::-1].copy()
        trees.reverse()
    return None


Tree = tuple[list[Floats], list[int]]  # positions, and which one each grew from


def _grow(view: Scene, tree: Tree, towards: Floats, *, connect: bool) -> int:
    """Grow a tree by steps towards a position; return the last new node, -1 if there is none."""
    nodes, parents = tree
    node = int(np.argmin(np.abs(np.array(nodes) - towards).max(axis=1)))
    last = -1
    while True:
        way = towards - nodes[node]
        size = float(np.abs(way).max())
        if size < 1e-12:
            return node
        step = towards if size <= _STEP else nodes[node] + way * (_STEP / size)
        if not _free(view, np.array([nodes[node], step])):
            return last
        nodes.append(step)
        parents.append(node)
        last = node = len(nodes) - 1
        if not connect or size <= _STEP:
            return last


def _trunk(tree: Tree, node: int) -> list[Floats]:
    """Return the positions from a node back to the root."""
    nodes, parents = tree
    way = [nodes[node]]
    while node != 0:
        node = parents[node]
        way.append(nodes[node])
    return way


def _shortened(view: Scene, points: Floats) -> Floats:
    """Cut a way short at random, between any two places on it."""
    draws = np.random.default_rng(1)
    way = points
    for _ in range(_SHORTCUTS):
        if len(way) <= 2:
            break
        (i, x), (j, y) = sorted((int(at), at % 1.0) for at in draws.uniform(0.0, len(way) - 1, 2))
        if i == j:
            continue
        cut = np.array([way[i] + x * (way[i + 1] - way[i]), way[j] + y * (way[j + 1] - way[j])])
        if _free(view, cut):
            way = np.vstack([way[: i + 1], cut, way[j + 1 :]])
    k = 1
    while k < len(way) - 1:
        if _free(view, way[[k - 1, k + 1]]):
            way = np.delete(way, k, axis=0)
        else:
            k += 1
    return way


def _simplest(task: ArmTask, view: Scene, points: Floats) -> Floats:
    """Return the quickest free way by one or two places on a way, or the way itself.

    Few via-points far apart leave room for wide corners.
    """
    parts = np.linspace(0.0, 1.0, _PLACES + 2)[1:-1]
    on_it = list(bent(points, 1e-6, parts)[0])
    start, goal = points[0], points[-1]
    for count in (1, 2):
        ways = [np.array([start, *via, goal]) for via in itertools.combinations(on_it, count)]
        ways.sort(key=lambda way: _duration(task, way))
        for way in ways[:_LOOKS]:
            if _free(view, way):
                return way
    return points


def _rounded(view: Scene, points: Floats) -> Detour:
    """Return a way with the widest corners that are free."""
    s = np.linspace(0.0, 1.0, _SAMPLES)
    for width in _WIDTHS:
        spot = nearest(view, bent(points, width, s)[0])
        if min(spot.clearance, spot.own) >= 0.5 * CLEAR:
            break
    return Detour(points=points, width=width, spot=spot)

"""An arm's capsules and the fixtures around it, as the kernels want them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from robots.arm import Arm, Chain, Floats
from robots.distance import BOX, CYLINDER, segment_to_solid
from robots.frames import inverse
from robots.task import ArmTask, Tool

NOTHING = -1
_MOUNT = 0.03  # m; a fixture that near to the origin of the base carries it


class Scene(NamedTuple):
    """An arm's capsules and the fixtures around it, for the kernels; everything in the arm's base.

    F fixtures, m capsules, link n + 1 is the flange with the tool.
    """

    chain: Chain
    link: NDArray[np.int64]  # (m,)
    start: Floats  # (m, 3)
    end: Floats  # (m, 3)
    radius: Floats  # (m,)
    pairs: NDArray[np.int64]  # (p, 2) capsules checked against each other
    kind: NDArray[np.int64]  # (F,) BOX or CYLINDER
    turn: Floats  # (F, 3, 3)
    origin: Floats  # (F, 3)
    half: Floats  # (F, 3)
    center: Floats  # (3, F) the origins, coordinate by coordinate
    ball: Floats  # (F,) radius of the ball around each
    margin: Floats  # (m, F) radii of the balls around capsule and fixture; -inf: not checked
    lowest: NDArray[np.int64]  # (F,) links below this one are not checked against it
    lever: Floats  # (n,) farthest any capsule reaches from each joint, m


def scene(task: ArmTask) -> Scene:
    """Return what the kernels need of a task."""
    arm = task.arm
    link, start, end, radius = _capsules(arm, task.grippers)
    index = {pair: k for k, pair in enumerate(arm.self_pairs)}
    pairs = [
        (a, b)
        for a in range(link.size)
        for b in range(link.size)
        if (int(link[a]), int(link[b])) in index
    ]
    pose_base_cell = inverse(task.pose_cell_base)
    poses = np.array([pose_base_cell @ f.pose_cell_fixture for f in task.fixtures]).reshape(
        -1, 4, 4
    )
    half = np.array([_half(f.kind, f.size) for f in task.fixtures]).reshape(-1, 3)
    kinds = [BOX if f.kind == "box" else CYLINDER for f in task.fixtures]
    # Of a cylinder the rim is farthest from the centre: one radius counts.
    rims = half * np.array([[1.0, float(kind == BOX), 1.0] for kind in kinds]).reshape(-1, 3)
    ball = np.sqrt((rims**2).sum(axis=1))
    lowest = _lowest(kinds, poses, half)
    margin = (np.linalg.norm(end - start, axis=1) / 2 + radius)[:, None] + ball
    margin[link[:, None] < lowest] = -np.inf
    return Scene(
        arm.chain,
        link,
        start,
        end,
        radius,
        np.array(pairs, dtype=np.int64).reshape(-1, 2),
        np.array(kinds, dtype=np.int64),
        np.ascontiguousarray(poses[:, :3, :3]),
        np.ascontiguousarray(poses[:, :3, 3]),
        half,
        np.ascontiguousarray(poses[:, :3, 3].T),
        ball,
        margin,
        lowest,
        _levers(arm.chain, link, start, end, radius),
    )


def _lowest(kinds: list[int], poses: Floats, half: Floats) -> NDArray[np.int64]:
    """Return 2 for fixtures the base stands on, 1 for others."""
    base = [inverse(pose)[:3, 3].copy() for pose in poses]
    gaps = [segment_to_solid(k, p, 0.0 * p, h) for k, p, h in zip(kinds, base, half, strict=True)]
    return np.array([2 if gap < _MOUNT else 1 for gap in gaps], dtype=np.int64)


def _half(kind: str, size: tuple[float, ...]) -> tuple[float, float, float]:
    if kind == "box":
        return size[0] / 2, size[1] / 2, size[2] / 2
    return size[0], size[0], size[1] / 2


def _capsules(
    arm: Arm, grippers: tuple[Tool, ...]
) -> tuple[NDArray[np.int64], Floats, Floats, Floats]:
    link, start, end, radii = arm.capsules
    for tool in grippers:
        tcp = tool.pose_flange_tcp[:3, 3]
        length = float(np.linalg.norm(tcp))
        if length < 1e-6:
            continue
        # The round end of the capsule touches the tcp, it does not stand beyond it.
        radius = min(tool.radius, length / 2)
        link = np.append(link, arm.dof + 1)
        start = np.vstack([start, tcp * min(radius / length, 0.5)])
        end = np.vstack([end, tcp * (1 - radius / length)])
        radii = np.append(radii, radius)
    return link, start, end, radii


def _levers(
    chain: Chain, link: NDArray[np.int64], start: Floats, end: Floats, radius: Floats
) -> Floats:
    """Return for each joint how far a capsule point can be from its axis, whatever the pose."""
    n = len(chain.axis)
    steps = np.linalg.norm(chain.offset, axis=1)
    far = np.maximum(np.linalg.norm(start, axis=1), np.linalg.norm(end, axis=1)) + radius
    levers = np.zeros(n)
    for i in range(n):
        beyond = [far[k] + steps[i + 1 : link[k]].sum() for k in range(link.size) if link[k] > i]
        levers[i] = max(beyond, default=0.0)
    return levers

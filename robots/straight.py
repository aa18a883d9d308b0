"""Joint angles along the straight move into a target, for every branch of the arm."""

import math

import numpy as np

from robots.arm import Floats
from robots.frames import inverse, retreat
from robots.jit import compiled
from robots.kinematics.inverse import Inverse, rows_of, solve, solve_near
from robots.task import ArmTask, Target

STATIONS = 41  # poses looked at along a straight move
JUMP = 0.3  # rad; a joint that turns farther between two stations does not follow the line


def flange_poses(task: ArmTask, target: Target) -> Floats:
    """Return the flange in the base from approach point to target, (STATIONS, 4, 4)."""
    pose_base_cell = inverse(task.pose_cell_base)
    pose_tcp_flange = inverse(task.grippers[target.gripper].pose_flange_tcp)
    ways = np.linspace(task.approach, 0.0, STATIONS)
    return np.array(
        [pose_base_cell @ retreat(target.pose_cell_tcp, way) @ pose_tcp_flange for way in ways]
    )


@compiled
def follow(model: Inverse, poses: Floats, path: Floats) -> bool:
    """Write the joint angles along poses, from `path[0]` on; say whether none jumps.

    Parameters
    ----------
    poses : ndarray, shape (k, 4, 4)
        Flange in the base.
    path : ndarray, shape (k, n)
        Row 0 is given; joints are not wrapped, so that the path is continuous, rad.
    """
    turn, position = np.empty((3, 3)), np.empty(3)
    for k in range(1, poses.shape[0]):
        for i in range(3):  # one by one: whole arrays take a second to compile
            position[i] = poses[k, i, 3]
            for j in range(3):
                turn[i, j] = poses[k, i, j]
        if solve_near(model, turn, position, path[k - 1], path[k]) > JUMP:
            return False
    return True


def straight_paths(model: Inverse, poses: Floats) -> tuple[Floats, int]:
    """Return the continuous joint paths through all poses, and the branches at the first.

    Returns
    -------
    ndarray, shape (b, k, n)
        One path a branch that follows the line; the full turns are those of the first pose.
    int
        Branches at the first pose, followed or not.
    """
    joints = model.lower.size
    start = np.empty((rows_of(model), joints))
    turn = np.ascontiguousarray(poses[0, :3, :3])
    count = solve(model, turn, np.ascontiguousarray(poses[0, :3, 3]), model.free, start)
    paths = []
    for row in range(count):
        path = np.empty((len(poses), joints))
        path[0] = start[row]
        if follow(model, poses, path):
            paths.append(path)
    return np.array(paths).reshape(-1, len(poses), joints), int(count)


def turned_paths(path: Floats, lower: Floats, upper: Floats) -> Floats:
    """Return a path in every combination of full turns that keeps all of it within limits.

    Parameters
    ----------
    path : ndarray, shape (k, n)
    lower, upper : ndarray, shape (n,)

    Returns
    -------
    ndarray, shape (t, n)
        What to add to the path, multiples of 2 pi.
    """
    full = 2 * math.pi
    first = np.ceil((lower - path.min(axis=0) - 1e-9) / full)
    last = np.floor((upper - path.max(axis=0) + 1e-9) / full)
    choices = [np.arange(a, b + 1) * full for a, b in zip(first, last, strict=True)]
    if any(choice.size == 0 for choice in choices):
        return np.empty((0, path.shape[1]))
    return np.stack(np.meshgrid(*choices, indexing="ij"), axis=-1).reshape(-1, path.shape[1])

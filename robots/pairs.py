"""Joint-move times between many poses at once, under constant limits: for placement studies.

Blind to fixtures; `robots.tables` makes tables for loads and tools of them.
"""

import math

import numpy as np

from robots.arm import Arm, Floats
from robots.errors import RobotError
from robots.jit import compiled
from robots.joint_laws import at_least, prepared
from robots.kinematics.inverse import Inverse, inverse_of, solve_many


@compiled
def _shortest(way: float, room_from: float, room_to: float) -> float:
    """Return the least angle between two joint angles, full turns within limits allowed at both."""
    full = 2.0 * math.pi
    least = abs(way)
    if room_to >= full:
        least = min(least, abs(way + full))
    if room_from >= full:
        least = min(least, abs(way - full))
    return least


@compiled
def _pair(a: Floats, b: Floats, model: Inverse, axes: Floats) -> float:
    """Return the least time-synchronised time over all branches of two poses, s."""
    best = math.inf
    for i in range(a.shape[0]):
        if math.isnan(a[i, 0]):
            break
        for j in range(b.shape[0]):
            if math.isnan(b[j, 0]):
                break
            time = 0.0
            for k in range(a.shape[1]):
                way = b[j, k] - a[i, k]
                way = _shortest(way, model.upper[k] - a[i, k], model.upper[k] - b[j, k])
                time = at_least(time, way, axes[k])
                if time >= best:
                    break
            best = min(best, time)
    return best


@compiled
def _pairs(branches: Floats, model: Inverse, limits: Floats, symmetric: Floats) -> None:
    axes = prepared(limits)
    for i in range(branches.shape[0]):
        symmetric[i, i] = math.inf if math.isnan(branches[i, 0, 0]) else 0.0
        for j in range(i):
            symmetric[i, j] = _pair(branches[i], branches[j], model, axes)
            symmetric[j, i] = symmetric[i, j]


def pair_times(
    arm: Arm, poses: Floats, acceleration: Floats, jerk: Floats, speed: Floats | None = None
) -> Floats:
    """Return the least joint-move time between each two poses, from rest to rest.

    Parameters
    ----------
    poses : ndarray, shape (m, 4, 4)
        pose_base_flange.
    acceleration, jerk : ndarray, shape (n,)
        Limits of the joints, rad/s2 and rad/s3.
    speed : ndarray, shape (n,), optional
        rad/s; default: the arm's.

    Returns
    -------
    ndarray, shape (m, m)
        s; infinite where one of the poses is out of reach.

    Raises
    ------
    RobotError
        If a limit is not positive.
    """
    fastest = arm.speed if speed is None else speed
    limits = np.stack([fastest, acceleration, jerk]).astype(np.float64)
    if not (limits > 0).all():
        raise RobotError("limits of speed, acceleration and jerk must be positive")
    model = inverse_of(arm)
    times = np.empty((len(poses), len(poses)))
    _pairs(solve_many(model, np.ascontiguousarray(poses)), model, limits, times)
    return times

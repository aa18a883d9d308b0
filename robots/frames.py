"""Poses as 4 x 4 matrices: `pose_<in>_<of>`, so that products read like dominoes (REP-103 axes)."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def rotation_rpy(roll: float, pitch: float, yaw: float) -> Floats:
    """Return the rotation by roll, pitch, yaw (rad) about fixed x, y, z (URDF `rpy`).

    Examples
    --------
    >>> rotation_rpy(0.0, 0.0, math.pi / 2).round(6).tolist()
    [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [-0.0, 0.0, 1.0]]
    """
    cr, sr = math.cos(roll), math.sin(roll)
    cp, sp = math.cos(pitch), math.sin(pitch)
    cy, sy = math.cos(yaw), math.sin(yaw)
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def pose(
    position: tuple[float, float, float] | Floats, rpy: tuple[float, float, float] = (0.0, 0.0, 0.0)
) -> Floats:
    """Return the pose at `position` (m), turned by `rpy` (rad)."""
    matrix = np.eye(4)
    matrix[:3, :3] = rotation_rpy(*rpy)
    matrix[:3, 3] = position
    return matrix


def inverse(pose_a_b: Floats) -> Floats:
    """Return pose_b_a.

    Parameters
    ----------
    pose_a_b : ndarray, shape (4, 4)
    """
    turn = pose_a_b[:3, :3].T
    matrix = np.eye(4)
    matrix[:3, :3] = turn
    matrix[:3, 3] = -turn @ pose_a_b[:3, 3]
    return matrix


def retreat(pose_a_tcp: Floats, distance: float) -> Floats:
    """Return the pose `distance` m back along the tool's z axis: where an approach begins."""
    matrix = pose_a_tcp.copy()
    matrix[:3, 3] -= distance * pose_a_tcp[:3, 2]
    return matrix


def quaternion(rotation: Floats) -> Floats:
    """Return the unit quaternion (x, y, z, w), w not negative, of a rotation matrix.

    Parameters
    ----------
    rotation : ndarray, shape (3, 3)

    References
    ----------
    S. W. Shepperd, "Quaternion from rotation matrix", 1978: the largest component is found first.
    """
    trace = np.trace(rotation)
    squares = np.array([*(1 + 2 * np.diag(rotation) - trace), 1 + trace]) / 4
    k = int(np.argmax(squares))
    big = math.sqrt(squares[k])
    r = rotation
    skew = (r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1])
    if k == 3:
        value = np.array([*(s / (4 * big) for s in skew), big])
    else:
        value = np.array(
            [*((r[k, i] + r[i, k]) / (4 * big) for i in range(3)), skew[k] / (4 * big)]
        )
        value[k] = big
    return -value if value[3] < 0 else value

"""Forward kinematics and the geometric Jacobian of any serial chain."""

import math
from typing import Literal

import numpy as np

from robots.arm import Chain, Floats
from robots.errors import ArmFileError
from robots.jit import compiled


@compiled
def turn_about(axis: Floats, angle: float, out: Floats) -> None:
    """Write the rotation by `angle` about the unit vector `axis` (Rodrigues) into `out` (3, 3)."""
    c, s = math.cos(angle), math.sin(angle)
    x, y, z = axis[0], axis[1], axis[2]
    v = 1.0 - c
    out[0, 0] = x * x * v + c
    out[0, 1] = x * y * v - z * s
    out[0, 2] = x * z * v + y * s
    out[1, 0] = x * y * v + z * s
    out[1, 1] = y * y * v + c
    out[1, 2] = y * z * v - x * s
    out[2, 0] = x * z * v - y * s
    out[2, 1] = y * z * v + x * s
    out[2, 2] = z * z * v + c


@compiled
def multiply(a: Floats, b: Floats, out: Floats) -> None:
    """Write a @ b (3 x 3) into `out`, which may be `a` but must not be `b`."""
    for i in range(3):
        x, y, z = a[i, 0], a[i, 1], a[i, 2]
        for j in range(3):
            out[i, j] = x * b[0, j] + y * b[1, j] + z * b[2, j]


@compiled
def frames(chain: Chain, q: Floats, turns: Floats, origins: Floats) -> None:
    """Write the frames of all links and the flange in the base.

    Parameters
    ----------
    q : ndarray, shape (n,)
        Joint angles, rad; of a sliding joint its way, m.
    turns : ndarray, shape (n + 2, 3, 3)
        Rotations: base, link 1 .. n, flange.
    origins : ndarray, shape (n + 2, 3)
        Origins, m.
    """
    n = q.size
    moved = np.empty((3, 3))
    origins[0] = 0.0
    turns[0] = 0.0
    for k in range(3):
        turns[0, k, k] = 1.0
    for i in range(n + 1):
        for k in range(3):
            origins[i + 1, k] = (
                origins[i, k]
                + turns[i, k, 0] * chain.offset[i, 0]
                + turns[i, k, 1] * chain.offset[i, 1]
                + turns[i, k, 2] * chain.offset[i, 2]
            )
        multiply(turns[i], chain.rotation[i], turns[i + 1])
        if i < n and not chain.slides[i]:
            turn_about(chain.axis[i], q[i], moved)
            multiply(turns[i + 1], moved, turns[i + 1])
        if i < n and chain.slides[i]:
            for k in range(3):
                for j in range(3):
                    origins[i + 1, k] += turns[i + 1, k, j] * chain.axis[i, j] * q[i]


@compiled
def flanges(chain: Chain, q: Floats) -> Floats:
    """Return the flange poses in the base, (m, 4, 4), for joint angles of shape (m, n), rad."""
    n = q.shape[1]
    turns, origins = np.empty((n + 2, 3, 3)), np.empty((n + 2, 3))
    poses = np.zeros((q.shape[0], 4, 4))
    for k in range(q.shape[0]):
        frames(chain, q[k], turns, origins)
        for i in range(3):
            for j in range(3):
                poses[k, i, j] = turns[n + 1, i, j]
            poses[k, i, 3] = origins[n + 1, i]
        poses[k, 3, 3] = 1.0
    return poses


def flange(chain: Chain, q: Floats) -> Floats:
    """Return pose_base_flange, (4, 4), for joint angles of shape (n,), rad."""
    pose: Floats = flanges(chain, np.asarray(q, dtype=np.float64).reshape(1, -1))[0]
    return pose


@compiled
def columns(chain: Chain, turns: Floats, origins: Floats, out: Floats) -> None:
    """Write the geometric Jacobian of the flange, (6, n), from the frames of a pose.

    Axes of the base.  Column i is (z_i x (p - p_i), z_i) with z_i the axis of joint i, and (z_i, 0)
    where the joint slides.
    """
    n = chain.axis.shape[0]
    z, d = np.empty(3), np.empty(3)
    for i in range(n):
        for k in range(3):
            z[k] = 0.0
            d[k] = origins[n + 1, k] - origins[i + 1, k]
            for j in range(3):
                z[k] += turns[i + 1, k, j] * chain.axis[i, j]
        out[0, i] = z[1] * d[2] - z[2] * d[1]
        out[1, i] = z[2] * d[0] - z[0] * d[2]
        out[2, i] = z[0] * d[1] - z[1] * d[0]
        for k in range(3):
            out[3 + k, i] = z[k]
            if chain.slides[i]:
                out[k, i], out[3 + k, i] = z[k], 0.0


@compiled
def jacobian(chain: Chain, q: Floats) -> Floats:
    """Return the geometric Jacobian of the flange, (6, n): speeds of its origin, then turning."""
    n = q.size
    turns, origins = np.empty((n + 2, 3, 3)), np.empty((n + 2, 3))
    frames(chain, q, turns, origins)
    out = np.empty((6, n))
    columns(chain, turns, origins, out)
    return out


def _link(theta: float, d: float, a: float, alpha: float) -> Floats:
    c, s, ca, sa = math.cos(theta), math.sin(theta), math.cos(alpha), math.sin(alpha)
    return np.array(
        [[c, -s * ca, s * sa, a * c], [s, c * ca, -c * sa, a * s], [0, sa, ca, d], [0, 0, 0, 1.0]]
    )


def chain_from_dh(
    rows: Floats, convention: Literal["standard", "modified"], flange_d: float = 0.0
) -> Chain:
    """Return the chain of a Denavit-Hartenberg table.

    Parameters
    ----------
    rows : ndarray, shape (n, 4)
        theta (fixed part, rad), d (m), a (m), alpha (rad) of each joint.
    convention : {"standard", "modified"}
        standard (Denavit, Hartenberg 1955): Rz(theta) Tz(d) Tx(a) Rx(alpha);
        modified (Craig): Rx(alpha) Tx(a) Rz(theta) Tz(d).
    flange_d : float
        Distance of the flange along the last z axis, m.
    """
    table = np.asarray(rows, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != 4:
        raise ArmFileError(f"a DH table has rows of theta, d, a, alpha; got shape {table.shape}")
    n = len(table)
    fixed = np.stack([np.eye(4)] * (n + 1))
    for i, (theta, d, a, alpha) in enumerate(table):
        if convention == "standard":
            fixed[i] = fixed[i] @ _link(theta, 0.0, 0.0, 0.0)
            fixed[i + 1] = _link(0.0, d, a, alpha)
        else:
            along_x = _link(0.0, 0.0, a, alpha)
            fixed[i] = fixed[i] @ along_x @ _link(theta, 0.0, 0.0, 0.0)
            fixed[i + 1] = _link(0.0, d, 0.0, 0.0)
    fixed[n] = fixed[n] @ _link(0.0, flange_d, 0.0, 0.0)
    axis = np.tile([0.0, 0.0, 1.0], (n, 1))
    return Chain(fixed[:, :3, :3].copy(), fixed[:, :3, 3].copy(), axis, np.zeros(n, dtype=np.bool_))

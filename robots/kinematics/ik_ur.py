"""Closed-form inverse of arms with three parallel axes and an offset wrist (UR type).

The geometry is that of K. P. Hawkins, "Analytic inverse kinematics for the Universal Robots
UR-5/UR-10 arms", 2013: axis 1 from the wrist centre, axis 5 and 6 from the orientation, axes 2 to 4
as a planar arm.
"""

import math

from robots.arm import Floats
from robots.jit import compiled
from robots.kinematics.ik_spherical import angle_of_cosine

_SINGULAR = 1e-10  # sine of joint 5 below which joint 6 turns parallel to joints 2 to 4


@compiled
def _planar(parameters: Floats, x: float, y: float, t234: float, out: Floats) -> None:
    """Write joints 2 to 4, elbow up and down, for the wrist at (x, y) in the plane of the arm."""
    a2, a3 = parameters[1], parameters[2]
    elbow = angle_of_cosine((x * x + y * y - a2 * a2 - a3 * a3) / (2.0 * a2 * a3))
    if math.isnan(elbow):
        return
    for down in range(2):
        t3 = -elbow if down else elbow
        t2 = math.atan2(y, x) - math.atan2(a3 * math.sin(t3), a2 + a3 * math.cos(t3))
        out[down, 1], out[down, 2], out[down, 3] = t2, t3, t234 - t2 - t3


@compiled
def _wrist(parameters: Floats, turn: Floats, position: Floats, pan: float, out: Floats) -> None:
    """Write joints 2 to 6 for a given joint 1: rows wrist x elbow, (4, 6)."""
    c1, s1 = math.cos(pan), math.sin(pan)
    # Axes of the flange along the parallel axes z1 = (s1, -c1, 0).
    along_x = turn[0, 0] * s1 - turn[1, 0] * c1
    along_y = turn[0, 1] * s1 - turn[1, 1] * c1
    along_z = turn[0, 2] * s1 - turn[1, 2] * c1
    sine = math.hypot(along_x, along_y)
    d1, d5, d6 = parameters[0], parameters[4], parameters[5]
    for flip in range(2):
        sign = -1.0 if flip else 1.0
        t5 = math.atan2(sign * sine, along_z)
        # In the singular pose any split between joints 4 and 6 does: joint 6 stays at zero.
        t6 = math.atan2(-sign * along_y, sign * along_x) if sine > _SINGULAR else 0.0
        c5, s5, c6, s6 = math.cos(t5), math.sin(t5), math.cos(t6), math.sin(t6)
        wx = position[0] - d6 * turn[0, 2] + d5 * (turn[0, 0] * s6 + turn[0, 1] * c6)
        wy = position[1] - d6 * turn[1, 2] + d5 * (turn[1, 0] * s6 + turn[1, 1] * c6)
        wz = position[2] - d6 * turn[2, 2] + d5 * (turn[2, 0] * s6 + turn[2, 1] * c6)
        fx = c5 * (turn[0, 0] * c6 - turn[0, 1] * s6) - s5 * turn[0, 2]
        fy = c5 * (turn[1, 0] * c6 - turn[1, 1] * s6) - s5 * turn[1, 2]
        fz = c5 * (turn[2, 0] * c6 - turn[2, 1] * s6) - s5 * turn[2, 2]
        rows = out[2 * flip : 2 * flip + 2]
        _planar(parameters, c1 * wx + s1 * wy, wz - d1, math.atan2(fz, c1 * fx + s1 * fy), rows)
        for k in range(2):
            rows[k, 4], rows[k, 5] = t5, t6


@compiled
def solve(parameters: Floats, turn: Floats, position: Floats, out: Floats) -> None:
    """Write all eight branches for one flange pose; rows of nan where there is none.

    Parameters
    ----------
    parameters : ndarray, shape (6,)
        d1, a2, a3, d4, d5, d6 of the standard DH table, m.
    turn, position : ndarray, shapes (3, 3) and (3,)
        Flange in the base of the DH table.
    out : ndarray, shape (8, 6)
        DH angles, rad, not wrapped: shoulder left and right, each with both wrists and elbows.
    """
    out[:, 0] = math.nan
    d4, d6 = parameters[3], parameters[5]
    x = position[0] - d6 * turn[0, 2]
    y = position[1] - d6 * turn[1, 2]
    beside = x * x + y * y - d4 * d4
    if beside < 0.0:  # the wrist is inside the cylinder around axis 1 that the arm cannot enter
        return
    heading, aside = math.atan2(y, x), math.atan2(math.sqrt(beside), d4)
    for right in range(2):
        pan = heading + (-aside if right else aside) + 0.5 * math.pi
        rows = out[4 * right : 4 * right + 4]
        rows[:, 1] = math.nan
        _wrist(parameters, turn, position, pan, rows)
        for k in range(4):
            rows[k, 0] = math.nan if math.isnan(rows[k, 1]) else pan

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
def _planar(parameters: Floats, x: float, y: float, t234: float, out: Floats, row: int) -> None:
    """Write joints 2 to 4, elbow up and down, for the wrist at (x, y) in the plane of the arm."""
    a2, a3 = parameters[1], parameters[2]
    cosine = (x * x + y * y - a2 * a2 - a3 * a3) / (2.0 * a2 * a3)
    elbow = angle_of_cosine(cosine)
    if math.isnan(elbow):
        return
    cosine = min(max(cosine, -1.0), 1.0)
    towards = math.atan2(y, x)
    bend = math.atan2(a3 * math.sqrt(1.0 - cosine * cosine), a2 + a3 * cosine)
    for down in range(2):
        t3, t2 = (-elbow, towards + bend) if down else (elbow, towards - bend)
        at = row + down
        out[at, 1], out[at, 2], out[at, 3] = t2, t3, t234 - t2 - t3


@compiled
def _wrist(
    parameters: Floats,
    turn: Floats,
    position: Floats,
    pan: tuple[float, float],
    out: Floats,
    row: int,
) -> None:
    """Write joints 2 to 6 for the cosine and sine of joint 1: rows wrist x elbow, four from `row`.

    Cosines and sines come from the axes, not from the angles: half of the time is trigonometry.
    """
    c1, s1 = pan
    # Axes of the flange along the parallel axes z1 = (s1, -c1, 0).
    along_x = turn[0, 0] * s1 - turn[1, 0] * c1
    along_y = turn[0, 1] * s1 - turn[1, 1] * c1
    c5 = turn[0, 2] * s1 - turn[1, 2] * c1
    sine = math.sqrt(along_x * along_x + along_y * along_y)
    d1, d5, d6 = parameters[0], parameters[4], parameters[5]
    bent = math.atan2(sine, c5)
    rolled, c6, s6 = 0.0, 1.0, 0.0  # singular: any split between joints 4 and 6 does
    if sine > _SINGULAR:
        rolled, c6, s6 = math.atan2(-along_y, along_x), along_x / sine, -along_y / sine
    for flip in range(2):
        s5, t5, t6 = sine, bent, rolled
        if flip:
            s5, t5 = -sine, -bent
            if sine > _SINGULAR:
                t6, c6, s6 = rolled + math.pi, -c6, -s6
        wx = position[0] - d6 * turn[0, 2] + d5 * (turn[0, 0] * s6 + turn[0, 1] * c6)
        wy = position[1] - d6 * turn[1, 2] + d5 * (turn[1, 0] * s6 + turn[1, 1] * c6)
        wz = position[2] - d6 * turn[2, 2] + d5 * (turn[2, 0] * s6 + turn[2, 1] * c6)
        fx = c5 * (turn[0, 0] * c6 - turn[0, 1] * s6) - s5 * turn[0, 2]
        fy = c5 * (turn[1, 0] * c6 - turn[1, 1] * s6) - s5 * turn[1, 2]
        fz = c5 * (turn[2, 0] * c6 - turn[2, 1] * s6) - s5 * turn[2, 2]
        first = row + 2 * flip
        t234 = math.atan2(fz, c1 * fx + s1 * fy)
        _planar(parameters, c1 * wx + s1 * wy, wz - d1, t234, out, first)
        for k in range(first, first + 2):
            out[k, 4], out[k, 5] = t5, t6


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
    for k in range(8):
        out[k, 0] = out[k, 1] = math.nan
    d4, d6 = parameters[3], parameters[5]
    x = position[0] - d6 * turn[0, 2]
    y = position[1] - d6 * turn[1, 2]
    squared = x * x + y * y
    beside = squared - d4 * d4
    if beside < 0.0:  # the wrist is inside the cylinder around axis 1 that the arm cannot enter
        return
    out_of = math.sqrt(beside)
    heading, aside = math.atan2(y, x), math.atan2(out_of, d4)
    for right in range(2):
        sign = 1.0 if right else -1.0
        pan = heading - sign * aside + 0.5 * math.pi
        cosine = (sign * x * out_of - y * d4) / squared
        sine = (sign * y * out_of + x * d4) / squared
        _wrist(parameters, turn, position, (cosine, sine), out, 4 * right)
        for k in range(4 * right, 4 * right + 4):
            out[k, 0] = math.nan if math.isnan(out[k, 1]) else pan

"""Closed-form inverse of seven-axis arms for a given last joint: all eight branches.

Axes 1 to 3 meet in the shoulder, axes 5 and 6 in the wrist, and everything between shoulder and
wrist lies in one plane.  With joint 7 given, the wrist and axis 6 are known: their distance from
the shoulder gives the elbow, and axis 5 must be square to axis 6.  The idea is that of Y. He and
S. Liu, "Analytical inverse kinematics for Franka Emika Panda", 2021.  The zero pose is that of the
Franka arms: upper arm and forearm up, flange down.
"""

import math

import numpy as np

from robots.arm import Floats
from robots.jit import compiled
from robots.kinematics.angles import angle, bend_of

_SINGULAR = 1e-9


@compiled
def _across(v: Floats, one: Floats, other: Floats) -> None:
    """Write two unit vectors that are square to the unit vector v and to each other."""
    least = 0
    for k in range(1, 3):
        if abs(v[k]) < abs(v[least]):
            least = k
    size = math.sqrt(1.0 - v[least] * v[least])
    for k in range(3):
        one[k] = ((1.0 if k == least else 0.0) - v[least] * v[k]) / size
    other[0] = v[1] * one[2] - v[2] * one[1]
    other[1] = v[2] * one[0] - v[0] * one[2]
    other[2] = v[0] * one[1] - v[1] * one[0]


@compiled
def _dot(a: Floats, b: Floats) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@compiled
def _joints(x3: Floats, y3: Floats, z3: Floats, six: Floats, t4: float, out: Floats) -> None:
    """Write both shoulders' joints 1 to 6 into `out` (2, 7) from the axes of links 3 and 6.

    Parameters
    ----------
    x3, y3, z3 : ndarray, shape (3,)
        Axes of link 3 in the base.
    six : ndarray, shape (2, 3)
        x axis of link 6, and axis 6.
    """
    c4, s4 = math.cos(t4), math.sin(t4)
    x4, y4, z4, x5 = np.empty(3), np.empty(3), np.empty(3), np.empty(3)
    for k in range(3):
        x4[k], y4[k], z4[k] = c4 * x3[k] + s4 * z3[k], c4 * z3[k] - s4 * x3[k], -y3[k]
    s5, c5 = _dot(six[1], x4), _dot(six[1], z4)
    for k in range(3):
        x5[k] = c5 * x4[k] - s5 * z4[k]
    t5, t6 = angle(s5, c5), angle(_dot(six[0], y4), _dot(six[0], x5))
    flat = math.hypot(z3[0], z3[1])
    for way in range(2):
        sign = -1.0 if way else 1.0
        # With joint 2 at zero any split between joints 1 and 3 does: joint 1 stays at zero.
        c1, s1 = sign, 0.0
        if flat > _SINGULAR:
            c1, s1 = sign * z3[0] / flat, sign * z3[1] / flat
        out[way, 0], out[way, 1] = angle(s1, c1), angle(z3[0] * c1 + z3[1] * s1, z3[2])
        out[way, 2] = angle(c1 * x3[1] - s1 * x3[0], c1 * y3[1] - s1 * y3[0])
        out[way, 3], out[way, 4], out[way, 5] = t4, t5, t6


@compiled
def _plane(arm: Floats, towards: Floats, six: Floats, t4: float, out: Floats) -> None:
    """Write both arm planes' joints 1 to 6 into `out` (4, 7).

    Parameters
    ----------
    arm : ndarray, shape (2,)
        The wrist from the shoulder in link 3, along x and z, m.
    towards : ndarray, shape (3,)
        Unit vector from shoulder to wrist.
    six : ndarray, shape (2, 3)
        x axis of link 6, and axis 6.
    """
    length = math.hypot(arm[0], arm[1])
    along, up = arm[0] / length, arm[1] / length
    # Axis 5 = (-sin t4, cos t4) in link 3, split along the line to the wrist and across it.
    parallel = up * math.cos(t4) - along * math.sin(t4)
    across = along * math.cos(t4) + up * math.sin(t4)
    one, other = np.empty(3), np.empty(3)
    _across(towards, one, other)
    a, b = _dot(one, six[1]), _dot(other, six[1])
    size = across * math.hypot(a, b)
    if abs(size) < _SINGULAR:  # stretched out: the elbow turns freely; no single branch
        return
    c, s = bend_of(-parallel * _dot(towards, six[1]) / size)
    half = angle(s, c)
    if math.isnan(half):
        return
    x3, y3, z3 = np.empty(3), np.empty(3), np.empty(3)
    for side in range(2):
        phi = math.atan2(b, a) + (-half if side else half)
        for k in range(3):
            n = math.cos(phi) * one[k] + math.sin(phi) * other[k]
            x3[k] = along * towards[k] - up * n
            z3[k] = up * towards[k] + along * n
        y3[0] = z3[1] * x3[2] - z3[2] * x3[1]
        y3[1] = z3[2] * x3[0] - z3[0] * x3[2]
        y3[2] = z3[0] * x3[1] - z3[1] * x3[0]
        _joints(x3, y3, z3, six, t4, out[2 * side : 2 * side + 2])


@compiled
def solve(parameters: Floats, turn: Floats, position: Floats, last: float, out: Floats) -> None:
    """Write all eight branches for one flange pose and one angle of joint 7; nan where none is.

    Parameters
    ----------
    parameters : ndarray, shape (6,)
        d1, d3, a4, d5, a7, d7: heights of the shoulder, of the elbow above it and of the wrist
        above that, offsets of elbow and axis 7, and the flange beyond axis 6, m.
    turn, position : ndarray, shapes (3, 3) and (3,)
        Flange in the base.
    last : float
        Angle of joint 7, rad.
    out : ndarray, shape (8, 7)
        Angles, rad, not wrapped: both elbows, each with both arm planes and both shoulders.
    """
    out[:, 0] = math.nan
    d1, d3, a4, d5 = parameters[0], parameters[1], parameters[2], parameters[3]
    c7, s7 = math.cos(last), math.sin(last)
    six, towards, arm = np.empty((2, 3)), np.empty(3), np.empty(2)
    for k in range(3):
        six[0, k], six[1, k] = c7 * turn[k, 0] - s7 * turn[k, 1], s7 * turn[k, 0] + c7 * turn[k, 1]
        towards[k] = position[k] - parameters[5] * turn[k, 2] - parameters[4] * six[0, k]
    towards[2] -= d1
    length = math.sqrt(_dot(towards, towards))
    if length < _SINGULAR:
        return
    towards /= length
    a, b = d3 * d5 - a4 * a4, a4 * (d3 + d5)
    rest = 0.5 * (length * length - 2.0 * a4 * a4 - d3 * d3 - d5 * d5)
    c, s = bend_of(rest / math.hypot(a, b))
    bend = angle(s, c)
    if math.isnan(bend):
        return
    for elbow in range(2):
        t4 = (-bend if elbow else bend) - math.atan2(b, a)
        c4, s4 = math.cos(t4), math.sin(t4)
        arm[0], arm[1] = a4 - a4 * c4 - d5 * s4, d3 - a4 * s4 + d5 * c4
        _plane(arm, towards, six, t4, out[4 * elbow : 4 * elbow + 4])
    out[:, 6] = last

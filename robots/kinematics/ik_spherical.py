"""Closed-form inverse of six-axis arms with an ortho-parallel basis and a spherical wrist.

M. Brandstoetter, A. Angerer, M. Hofbaur, "An analytical solution of the inverse kinematics problem
of industrial serial manipulators with an ortho-parallel basis and a spherical wrist", 2014.
Parameters a1, a2, b, c1, c2, c3, c4 (m) and the zero pose are those of the paper.
"""

import math

import numpy as np

from robots.arm import Floats
from robots.jit import compiled

_ROUNDING = 1e-10  # how far a cosine may leave [-1, 1] by rounding, at full stretch
_SINGULAR = 1e-10  # sine of joint 5 below which joints 4 and 6 turn about one line


@compiled
def angle_of_cosine(cosine: float) -> float:
    """Return the angle in [0, pi], or nan where there is none."""
    if abs(cosine) > 1.0 + _ROUNDING:
        return math.nan
    if abs(cosine) >= 1.0:
        return 0.0 if cosine > 0.0 else math.pi
    return math.acos(cosine)


@compiled
def _wrist(turn: Floats, t1: float, t23: float, out: Floats) -> None:
    """Write joints 4 to 6, both ways, into `out` (2, 6)."""
    c1, s1, c, s = math.cos(t1), math.sin(t1), math.cos(t23), math.sin(t23)
    # The wrist's own rotation w = Rz(t4) Ry(t5) Rz(t6): its upper two rows and its last column.
    w00 = c * (c1 * turn[0, 0] + s1 * turn[1, 0]) - s * turn[2, 0]
    w01 = c * (c1 * turn[0, 1] + s1 * turn[1, 1]) - s * turn[2, 1]
    along = c1 * turn[0, 2] + s1 * turn[1, 2]
    w02 = c * along - s * turn[2, 2]
    w10, w11 = c1 * turn[1, 0] - s1 * turn[0, 0], c1 * turn[1, 1] - s1 * turn[0, 1]
    w12, w22 = c1 * turn[1, 2] - s1 * turn[0, 2], s * along + c * turn[2, 2]
    sine = math.sqrt(w02 * w02 + w12 * w12)
    t4, c4, s4 = 0.0, 1.0, 0.0
    if sine > _SINGULAR:  # else any split between joints 4 and 6 does: joint 4 stays at zero
        t4, c4, s4 = math.atan2(w12, w02), w02 / sine, w12 / sine
    t5 = math.atan2(c4 * w02 + s4 * w12, w22)
    # Joint 6 follows from joint 4, so that an error of one near the singular pose undoes the other.
    t6 = math.atan2(c4 * w10 - s4 * w00, c4 * w11 - s4 * w01)
    out[0, 3], out[0, 4], out[0, 5] = t4, t5, t6
    out[1, 3], out[1, 4], out[1, 5] = t4 + math.pi, -t5, t6 + math.pi


@compiled
def to_wrist(parameters: Floats, x: float, y: float, z: float, out: Floats) -> None:
    """Write joints 1 to 3 that put the wrist's centre at (x, y, z); rows of nan where none do.

    Parameters
    ----------
    parameters : ndarray, shape (6 or more,)
        a1, a2, b, c1, c2, c3, m.
    out : ndarray, shape (4, 3)
        Angles of the paper, rad: front low, front high, back low, back high.
    """
    a1, a2, b, c2 = parameters[0], parameters[1], parameters[2], parameters[4]
    out[:, 0] = math.nan
    height = z - parameters[3]
    out_of_plane = x * x + y * y - b * b
    if out_of_plane < 0.0:  # the wrist is nearer to axis 1 than the lateral offset
        return
    radius = math.sqrt(out_of_plane)
    heading, aside = math.atan2(y, x), math.atan2(b, radius)
    forearm = math.hypot(a2, parameters[5])
    bend = math.atan2(a2, parameters[5])
    for back in range(2):
        t1 = heading + aside - math.pi if back else heading - aside
        reach = -radius - a1 if back else radius - a1
        squared = reach * reach + height * height
        distance = math.sqrt(squared)
        if distance < 1e-12:  # the wrist is on axis 2: never on an arm of unequal links
            continue
        cosine = (squared + c2 * c2 - forearm * forearm) / (2.0 * distance * c2)
        inner = angle_of_cosine(cosine)
        elbow = angle_of_cosine((squared - c2 * c2 - forearm * forearm) / (2.0 * c2 * forearm))
        if math.isnan(inner) or math.isnan(elbow):
            continue
        towards = math.atan2(reach, height)
        for high in range(2):
            row = 2 * back + high
            out[row, 0] = t1
            out[row, 1] = towards + inner if high else towards - inner
            out[row, 2] = (-elbow if high else elbow) - bend


@compiled
def solve(parameters: Floats, turn: Floats, position: Floats, out: Floats) -> None:
    """Write all eight branches for one flange pose; rows of nan where there is none.

    Parameters
    ----------
    parameters : ndarray, shape (7,)
        a1, a2, b, c1, c2, c3, c4, m.
    turn, position : ndarray, shapes (3, 3) and (3,)
        Flange in the base.
    out : ndarray, shape (8, 6)
        Angles of the paper, rad, not wrapped: front low, front high, back low, back high,
        each with both wrists.
    """
    out[:, 0] = math.nan
    hand = parameters[6]
    arms = np.empty((4, 3))
    to_wrist(
        parameters,
        position[0] - hand * turn[0, 2],
        position[1] - hand * turn[1, 2],
        position[2] - hand * turn[2, 2],
        arms,
    )
    for row in range(4):
        if math.isnan(arms[row, 0]):
            continue
        _wrist(turn, arms[row, 0], arms[row, 1] + arms[row, 2], out[2 * row : 2 * row + 2])
        for k in range(2 * row, 2 * row + 2):
            out[k, 0], out[k, 1], out[k, 2] = arms[row, 0], arms[row, 1], arms[row, 2]

"""Closed-form inverse of six-axis arms with an ortho-parallel basis and a spherical wrist.

M. Brandstoetter, A. Angerer, M. Hofbaur, "An analytical solution of the inverse kinematics problem
of industrial serial manipulators with an ortho-parallel basis and a spherical wrist", 2014.
Parameters a1, a2, b, c1, c2, c3, c4 (m) and the zero pose are those of the paper.  Cosines and
sines come from lengths, not from the angles.
"""

import math
from typing import NamedTuple

from robots.arm import Floats
from robots.jit import compiled, inlined
from robots.kinematics.angles import angle, bend_of, root
from robots.kinematics.block import LANES, Block

WAYS = ((1.0, -1.0), (1.0, 1.0), (-1.0, -1.0), (-1.0, 1.0))  # front low, front high, back ...
_SINGULAR = 1e-10  # sine of joint 5 below which joints 4 and 6 turn about one line
_ON_AXIS_1 = 1e-200  # m2
_ON_AXIS_2 = 1e-12  # m

Vector = tuple[float, float, float]


class Basis(NamedTuple):
    """Lengths of an arm up to its wrist, m."""

    a1: float
    b: float
    c1: float
    c2: float
    forearm: float  # from axis 3 to the wrist
    cosine: float  # of the angle between the forearm and its part c3
    sine: float


@compiled
def basis_of(parameters: Floats) -> Basis:
    """Return the lengths for parameters that begin with a1, a2, b, c1, c2, c3."""
    a1, a2, b, c1 = parameters[0], parameters[1], parameters[2], parameters[3]
    c2, c3 = parameters[4], parameters[5]
    forearm = math.hypot(a2, c3)
    return Basis(a1, b, c1, c2, forearm, c3 / forearm, a2 / forearm)


@inlined
def pan(basis: Basis, x: float, y: float, front: float) -> Vector:
    """Return cosine and sine of joint 1, and how far the wrist is out from axis 2, m.

    They are nan where the wrist is nearer to axis 1 than the lateral offset.

    Parameters
    ----------
    x, y : float
        Where the wrist's centre is, m.
    front : float
        1, or -1: the arm reaches back over its base.
    """
    squared = x * x + y * y
    radius = front * root(squared - basis.b * basis.b)
    apart = squared > _ON_AXIS_1  # else any angle does
    c1 = (x * radius + y * basis.b) / squared if apart else front
    s1 = (y * radius - x * basis.b) / squared if apart else 0.0
    return c1, s1, radius - basis.a1


@inlined
def links(
    basis: Basis, reach: float, height: float, high: float
) -> tuple[float, float, float, float]:
    """Return cosine and sine of joint 2 and of joint 3; nan where the arm does not reach.

    Parameters
    ----------
    reach, height : float
        Where the wrist is, seen from axis 2, m.
    high : float
        1 or -1: on which side of that line the elbow is.
    """
    c2, forearm = basis.c2, basis.forearm
    squared = reach * reach + height * height
    distance = math.sqrt(squared)
    distance = distance if distance > _ON_AXIS_2 else math.nan  # never, with unequal links
    inner, aside = bend_of((squared + c2 * c2 - forearm * forearm) / (2.0 * distance * c2))
    elbow, bent = bend_of((squared - c2 * c2 - forearm * forearm) / (2.0 * c2 * forearm))
    aside, bent = high * aside / distance, high * bent
    inner /= distance
    return (
        height * inner - reach * aside,
        reach * inner + height * aside,
        elbow * basis.cosine - bent * basis.sine,
        -bent * basis.cosine - elbow * basis.sine,
    )


@inlined
def _wrist(x: Vector, y: Vector, z: Vector) -> Vector:
    """Return joints 4 to 6, one way, for the axes of the flange in link 3."""
    sine = math.sqrt(z[0] * z[0] + z[1] * z[1])
    bent = sine > _SINGULAR  # else any split between joints 4 and 6 does: joint 4 stays at zero
    c4 = z[0] / sine if bent else 1.0
    s4 = z[1] / sine if bent else 0.0
    # Joint 6 follows from joint 4, so that an error of one near the singular pose undoes the other.
    t6 = angle(c4 * x[1] - s4 * x[0], c4 * y[1] - s4 * y[0])
    return angle(s4, c4), angle(c4 * z[0] + s4 * z[1], z[2]), t6


@compiled
def _way(parameters: Floats, block: Block, count: int, row: int) -> None:
    """Write both wrists of one way of the arm."""
    pose, joints = block.pose, block.joints
    assert pose.shape == (3, 4, LANES)
    assert joints.shape == (8, 6, LANES)
    basis, hand = basis_of(parameters), parameters[6]
    front, high = WAYS[row]
    one, other = joints[2 * row], joints[2 * row + 1]
    for k in range(count):
        xx, yx, zx = pose[0, 0, k], pose[0, 1, k], pose[0, 2, k]
        xy, yy, zy = pose[1, 0, k], pose[1, 1, k], pose[1, 2, k]
        xz, yz, zz = pose[2, 0, k], pose[2, 1, k], pose[2, 2, k]
        c1, s1, reach = pan(basis, pose[0, 3, k] - hand * zx, pose[1, 3, k] - hand * zy, front)
        c2, s2, c3, s3 = links(basis, reach, pose[2, 3, k] - hand * zz - basis.c1, high)
        c, s = c2 * c3 - s2 * s3, s2 * c3 + c2 * s3
        xl, yl, zl = c1 * xx + s1 * xy, c1 * yx + s1 * yy, c1 * zx + s1 * zy
        t4, t5, t6 = _wrist(
            (c * xl - s * xz, c1 * xy - s1 * xx, 0.0),
            (c * yl - s * yz, c1 * yy - s1 * yx, 0.0),
            (c * zl - s * zz, c1 * zy - s1 * zx, s * zl + c * zz),
        )
        one[0, k] = other[0, k] = angle(s1, c1)
        one[1, k] = other[1, k] = angle(s2, c2)
        one[2, k] = other[2, k] = angle(s3, c3)
        one[3, k], one[4, k], one[5, k] = t4, t5, t6
        other[3, k], other[4, k], other[5, k] = t4 + math.pi, -t5, t6 + math.pi


@compiled
def solve(parameters: Floats, block: Block, count: int) -> None:
    """Write all eight branches of the first lanes; nan in those that are none.

    The order is front low, front high, back low, back high, each with both wrists; angles of the
    paper, rad, not wrapped.

    Parameters
    ----------
    parameters : ndarray, shape (7,)
        a1, a2, b, c1, c2, c3, c4, m.
    block : Block
        Flange poses in the base, and (8, 6) joints of each.
    """
    for row in range(4):
        _way(parameters, block, count, row)

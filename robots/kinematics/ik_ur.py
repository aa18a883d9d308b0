"""Closed-form inverse of arms with three parallel axes and an offset wrist (UR type).

The geometry is that of K. P. Hawkins, "Analytic inverse kinematics for the Universal Robots
UR-5/UR-10 arms", 2013: axis 1 from the wrist centre, axis 5 and 6 from the orientation, axes 2 to 4
as a planar arm.  Cosines and sines come from the axes, not from the angles.
"""

import math

from robots.arm import Floats
from robots.jit import compiled, inlined
from robots.kinematics.angles import angle, bend_of, root
from robots.kinematics.block import LANES, Block

_SINGULAR = 1e-10  # sine of joint 5 below which joint 6 turns parallel to joints 2 to 4

Vector = tuple[float, float, float]


@inlined
def _pan(x: float, y: float, d4: float, side: float) -> tuple[float, float]:
    """Return cosine and sine of joint 1 for the end of link 5 above (x, y)."""
    squared = x * x + y * y
    # nan: it is inside the cylinder around axis 1 that the arm cannot enter.
    out_of = side * root(squared - d4 * d4)
    squared = squared if squared > 0.0 else math.nan
    return (x * out_of - y * d4) / squared, (y * out_of + x * d4) / squared


@inlined
def _wrist(across: Vector, flip: float) -> tuple[float, float, float, float, float]:
    """Return joints 5 and 6, the sine of 5, cosine and sine of 6.

    Parameters
    ----------
    across : tuple of 3 floats
        Axes of the flange along the parallel axes.
    flip : float
        1 or -1: which way joint 5 bends.
    """
    x, y, c5 = across
    sine = math.sqrt(x * x + y * y)
    bent = sine > _SINGULAR
    # Singular: any split between joints 4 and 6 does.
    c6 = flip * x / sine if bent else 1.0
    s6 = -flip * y / sine if bent else 0.0
    return angle(flip * sine, c5), angle(s6, c6), flip * sine, c6, s6


@inlined
def _planar(a2: float, a3: float, x: float, y: float) -> tuple[float, float, float]:
    """Return the elbow, and joint 2 with it up and down, for the wrist at (x, y) in the plane."""
    c, s = bend_of((x * x + y * y - a2 * a2 - a3 * a3) / (2.0 * a2 * a3))
    towards, bend = angle(y, x), angle(a3 * s, a2 + a3 * c)
    return angle(s, c), towards - bend, towards + bend


@compiled
def _way(parameters: Floats, block: Block, count: int, side: float, flip: float) -> None:
    """Write both elbows of one shoulder and one wrist."""
    pose, joints = block.pose, block.joints
    assert pose.shape == (3, 4, LANES)
    assert joints.shape == (8, 6, LANES)
    d1, a2, a3 = parameters[0], parameters[1], parameters[2]
    d4, d5, d6 = parameters[3], parameters[4], parameters[5]
    row = (0 if side < 0.0 else 4) + (0 if flip > 0.0 else 2)
    up, down = joints[row], joints[row + 1]
    for k in range(count):
        xx, yx, zx = pose[0, 0, k], pose[0, 1, k], pose[0, 2, k]
        xy, yy, zy = pose[1, 0, k], pose[1, 1, k], pose[1, 2, k]
        xz, yz, zz = pose[2, 0, k], pose[2, 1, k], pose[2, 2, k]
        px, py, pz = pose[0, 3, k] - d6 * zx, pose[1, 3, k] - d6 * zy, pose[2, 3, k] - d6 * zz
        c1, s1 = _pan(px, py, d4, side)
        c5 = zx * s1 - zy * c1
        t5, t6, s5, c6, s6 = _wrist((xx * s1 - xy * c1, yx * s1 - yy * c1, c5), flip)
        # In the plane of the arm: axes of the flange, x axis and end of link 4.
        xl, yl, zl = c1 * xx + s1 * xy, c1 * yx + s1 * yy, c1 * zx + s1 * zy
        level, rise = c5 * (c6 * xl - s6 * yl) - s5 * zl, c5 * (c6 * xz - s6 * yz) - s5 * zz
        t234, reach = angle(rise, level), c1 * px + s1 * py + d5 * (s6 * xl + c6 * yl)
        t3, high, low = _planar(a2, a3, reach, pz - d1 + d5 * (s6 * xz + c6 * yz))
        up[0, k] = down[0, k] = angle(s1, c1)
        up[1, k], up[2, k], up[3, k] = high, t3, t234 - high - t3
        down[1, k], down[2, k], down[3, k] = low, -t3, t234 - low + t3
        up[4, k] = down[4, k] = t5
        up[5, k] = down[5, k] = t6


@compiled
def solve(parameters: Floats, block: Block, count: int) -> None:
    """Write all eight branches of the first lanes; nan in those that are none.

    The order is shoulder left and right, each with both wrists and elbows; DH angles, rad, not
    wrapped.

    Parameters
    ----------
    parameters : ndarray, shape (6,)
        d1, a2, a3, d4, d5, d6 of the standard DH table, m.
    block : Block
        Flange poses in the base of the DH table, and (8, 6) joints of each.
    """
    for side in (-1.0, 1.0):
        for flip in (1.0, -1.0):
            _way(parameters, block, count, side, flip)

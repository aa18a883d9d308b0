"""Closed-form inverse of four-axis arms: two arms that turn about z, a shaft that slides and turns.

At zero both arms lie along x and the flange looks down, its x axis along x.
"""

import math

from robots.arm import Floats
from robots.jit import compiled
from robots.kinematics.angles import angle, bend_of
from robots.kinematics.block import Block

_UPRIGHT = 1e-6  # how far from straight down the flange may look, as a direction cosine


@compiled
def solve(parameters: Floats, block: Block, count: int) -> None:
    """Write both branches of the first lanes, elbow left and right; nan in those that are none.

    Angles, rad, not wrapped, and in the third row the way of the shaft upwards, m.

    Parameters
    ----------
    parameters : ndarray, shape (3,)
        Lengths of the inner and the outer arm, height of the flange at zero, m.
    block : Block
        Flange poses in the base, and (2, 4) joints of each.
    """
    pose, joints = block.pose, block.joints
    inner, outer = parameters[0], parameters[1]
    for k in range(count):
        x, y = pose[0, 3, k], pose[1, 3, k]
        upright = max(abs(pose[0, 2, k]), abs(pose[1, 2, k])) <= _UPRIGHT and pose[2, 2, k] <= 0.0
        c, s = bend_of((x * x + y * y - inner**2 - outer**2) / (2.0 * inner * outer))
        elbow = angle(s, c) if upright else math.nan
        towards, aside = angle(y, x), angle(outer * s, inner + outer * c)
        heading = angle(pose[1, 0, k], pose[0, 0, k])
        for right in range(2):
            t2 = -elbow if right else elbow
            t1 = towards + aside if right else towards - aside
            joints[right, 0, k], joints[right, 1, k] = t1, t2
            # The flange looks down: a turn about its own z is one about the base's, backwards.
            joints[right, 2, k] = pose[2, 3, k] - parameters[2]
            joints[right, 3, k] = heading - t1 - t2

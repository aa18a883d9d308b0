"""Closed-form inverse of four-axis arms: two arms that turn about z, a shaft that slides and turns.

At zero both arms lie along x and the flange looks down, its x axis along x.
"""

import math

from robots.arm import Floats
from robots.jit import compiled
from robots.kinematics.ik_spherical import angle_of_cosine

_UPRIGHT = 1e-6  # how far from straight down the flange may look, as a direction cosine


@compiled
def solve(parameters: Floats, turn: Floats, position: Floats, out: Floats) -> None:
    """Write both branches, elbow left and right, for one flange pose; nan where there is none.

    Parameters
    ----------
    parameters : ndarray, shape (3,)
        Lengths of the inner and the outer arm, height of the flange at zero, m.
    turn, position : ndarray, shapes (3, 3) and (3,)
        Flange in the base.
    out : ndarray, shape (2, 4)
        Angles, rad, not wrapped, and in the third column the way of the shaft upwards, m.
    """
    out[:, 0] = math.nan
    if abs(turn[0, 2]) > _UPRIGHT or abs(turn[1, 2]) > _UPRIGHT or turn[2, 2] > 0.0:
        return
    inner, outer = parameters[0], parameters[1]
    x, y = position[0], position[1]
    elbow = angle_of_cosine((x * x + y * y - inner**2 - outer**2) / (2.0 * inner * outer))
    if math.isnan(elbow):
        return
    heading = math.atan2(turn[1, 0], turn[0, 0])
    for right in range(2):
        t2 = -elbow if right else elbow
        t1 = math.atan2(y, x) - math.atan2(outer * math.sin(t2), inner + outer * math.cos(t2))
        # The flange looks down: a positive turn about its own z is a negative one about the base's.
        out[right, 0], out[right, 1] = t1, t2
        out[right, 2], out[right, 3] = position[2] - parameters[2], heading - t1 - t2

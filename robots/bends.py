"""A way of the joints through points without a stop: straight between them, bent round corners.

Linear segments with parabolic blends, which is a moving average of the straight ones.
J. Craig, "Introduction to robotics", 7.3.
"""

import numpy as np

from robots.arm import Floats


def bent(points: Floats, width: float, s: Floats) -> tuple[Floats, Floats, Floats]:
    """Return joint angles and two derivatives at places along a way, (k, n) each.

    Parameters
    ----------
    points : ndarray, shape (p, n)
        Start, via-points, goal, rad; the way does not pass the via-points but near them.
    width : float
        How far a corner reaches to both sides, as a share of the first or the last piece, whichever
        is shorter; above 0, at most 1.
    s : ndarray, shape (k,)
        Places, 0 at the start and 1 at the goal.
    """
    ways = np.diff(points, axis=0)
    lengths = np.abs(ways).max(axis=1)
    if lengths.sum() == 0.0:
        still = np.zeros((len(s), points.shape[1]))
        return points[0] + still, still, still
    lengths = lengths / lengths.sum()
    slopes = ways / lengths[:, None]
    corners = np.cumsum(lengths)[:-1]
    # Corners may overlap: then they become one.  At the ends the way is straight.
    reach = width * min(lengths[0], lengths[-1])
    at = np.asarray(s, dtype=np.float64)[:, None]
    q = points[0] + at * slopes[0]
    first = np.tile(slopes[0], (len(at), 1))
    second = np.zeros_like(first)
    for corner, change in zip(corners, np.diff(slopes, axis=0), strict=True):
        # The slope rises evenly by `change` over the corner: what that adds to angle and slope.
        past = np.clip(at - corner + reach, 0.0, 2 * reach)
        beyond = np.maximum(at - corner - reach, 0.0)
        q += change * (past**2 / (4 * reach) + beyond)
        first += change * past / (2 * reach)
        second += np.where((past > 0) & (past < 2 * reach), change / (2 * reach), 0.0)
    return q, first, second

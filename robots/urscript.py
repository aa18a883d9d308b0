"""URScript moves as published: a trapezoid of the leading axis, in seconds.

Universal Robots, "The URScript programming language": movej, movel, movec.  Blends (parameter r)
are in `robots.zones`.
"""

import math

import numpy as np

from robots.arm import Floats
from robots.errors import RobotError
from robots.moves import Timing, arc, trapezoid

BASIS = "published rule of the controller"
JOINT_ACCELERATION, JOINT_SPEED = 1.4, 1.05  # rad/s2, rad/s: defaults of movej
TOOL_ACCELERATION, TOOL_SPEED = 1.2, 0.25  # m/s2, m/s: defaults of movel and movec


def _timing(way: float, a: float, v: float, t: float) -> Timing:
    """Return a trapezoid, or what it takes to be there after `t`: t overrides a and v."""
    if t < 0 or not math.isfinite(t):
        raise RobotError(f"t must be a time, not negative, got {t}")
    if t == 0:
        timing = trapezoid(way, v, a)
        return Timing(timing.duration, timing.peak_speed, timing.peak_acceleration, BASIS)
    # With the acceleration given, the lowest peak speed that is there in time; where that is not
    # enough, half the time is spent speeding up.
    root = t * t - 4.0 * way / a
    peak = 0.5 * a * (t - math.sqrt(root)) if root >= 0 else 2.0 * way / t
    return Timing(t, peak, a if root >= 0 else 4.0 * way / (t * t), BASIS)


def movej(
    start: Floats, goal: Floats, a: float = JOINT_ACCELERATION, v: float = JOINT_SPEED, t: float = 0
) -> Timing:
    """Return the timing of a joint move: the leading axis, which turns farthest, keeps a and v.

    The other joints follow in proportion: the move is straight in joint space.

    Parameters
    ----------
    start, goal : ndarray, shape (n,)
        rad.
    a, v : float
        Of the leading axis, rad/s2 and rad/s.
    t : float
        Duration, s; overrides a and v unless it is 0.

    Examples
    --------
    >>> round(movej(np.zeros(6), np.full(6, 1.05), a=2.1).duration, 6)
    1.5
    """
    way = np.abs(np.asarray(goal, dtype=np.float64) - np.asarray(start, dtype=np.float64))
    return _timing(float(way.max()), a, v, t)


def movel(
    start: Floats,
    goal: Floats,
    a: float = TOOL_ACCELERATION,
    v: float = TOOL_SPEED,
    t: float = 0,
) -> Timing:
    """Return the timing of a straight move of the tool.

    Parameters
    ----------
    start, goal : ndarray, shape (4, 4)
        Poses of the tool centre point.
    a, v : float
        m/s2 and m/s.
    t : float
        Duration, s; overrides a and v unless it is 0.

    Raises
    ------
    RobotError
        If the tool only turns and no `t` is given: no speed of turning is published.
    """
    way = float(np.linalg.norm(goal[:3, 3] - start[:3, 3]))
    if way < 1e-9 and t == 0 and np.abs(goal[:3, :3] - start[:3, :3]).max() > 1e-9:
        raise RobotError("movel: the tool only turns, for which no speed is published; give t")
    return _timing(way, a, v, t)


def movec(
    radius: float,
    angle: float,
    a: float = TOOL_ACCELERATION,
    v: float = TOOL_SPEED,
) -> Timing:
    """Return the timing of a circular move of the tool: the trapezoid of movel along the arc.

    Parameters
    ----------
    radius, angle : float
        m and rad.
    """
    timing = arc(abs(radius), angle, v, a, math.inf)
    return Timing(timing.duration, timing.peak_speed, timing.peak_acceleration, BASIS)

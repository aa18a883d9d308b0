"""Durations of single moves under given limits: joint moves, straight lines, arcs."""

import math
from dataclasses import dataclass

import numpy as np

from robots import timelaw
from robots.arm import Floats
from robots.errors import RobotError
from robots.joint_laws import axis_times, straight_time


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a move along one coordinate takes, and how hard it goes."""

    duration: float  # s
    peak_speed: float  # m/s or rad/s, of either sign's size
    peak_acceleration: float  # m/s2 or rad/s2
    basis: str = "given limits"  # what the figure rests on


@dataclass(frozen=True, slots=True)
class JointTiming:
    """How long a move of several joints takes."""

    axis_times: tuple[float, ...]  # least time of each joint by itself, s
    time_synchronised: float  # all joints stretched to the slowest, s
    straight: float  # straight in joint space, s; never shorter
    slowest: int  # joint with the largest time of its own
    basis: str = "given limits"  # what the figures rest on


def _positive(**limits: float) -> None:
    for name, value in limits.items():
        if not value > 0:
            raise RobotError(f"{name} must be positive, got {value}")


def trapezoid(
    distance: float, v_max: float, a_max: float, d_max: float | None = None, v_start: float = 0.0
) -> Timing:
    """Return the timing of an acceleration-limited move that ends at rest.

    Parameters
    ----------
    distance, v_start : float
        m and m/s (or rad), of any sign; a way too short to stop in is overshot and returned.
    v_max, a_max, d_max : float
        Limits of speed, acceleration and deceleration (default: the same), positive.

    Raises
    ------
    RobotError
        If a limit is not positive.

    Examples
    --------
    >>> trapezoid(1.0, v_max=1.0, a_max=2.0).duration
    1.5
    """
    brake = a_max if d_max is None else d_max
    _positive(v_max=v_max, a_max=a_max, d_max=brake)
    time, peak = timelaw.trapezoid(float(distance), float(v_start), v_max, a_max, brake)
    return Timing(time, peak, 0.0 if time == 0.0 else max(a_max, brake))


def jerk_limited(
    distance: float,
    v_max: float,
    a_max: float,
    j_max: float,
    v_start: float = 0.0,
    v_end: float = 0.0,
) -> Timing:
    """Return the timing of a seven-segment move, acceleration zero at both ends.

    A way too short to stop in is overshot and returned.

    Raises
    ------
    RobotError
        If a limit is not positive or a speed is beyond `v_max`.
    """
    _positive(v_max=v_max, a_max=a_max, j_max=j_max)
    if max(abs(v_start), abs(v_end)) > v_max:
        raise RobotError(f"v_start and v_end must be within v_max = {v_max}")
    if v_start == 0.0 and v_end == 0.0:
        lengths = np.empty(timelaw.SEGMENTS)
        timelaw.segments(abs(float(distance)), v_max, a_max, j_max, lengths)
        acceleration = j_max * lengths[0]
        speed = acceleration * (lengths[0] + lengths[1])
        return Timing(float(lengths.sum()), float(speed), float(acceleration))
    time, peak = timelaw.with_speeds(float(distance), v_start, v_end, v_max, a_max, j_max)
    change = max(abs(peak - v_start), abs(peak - v_end))
    fastest = max(abs(peak), abs(v_start), abs(v_end))
    return Timing(time, fastest, min(a_max, math.sqrt(change * j_max)))


def straight(length: float, v_tcp: float, a_tcp: float, j_tcp: float = math.inf) -> Timing:
    """Return the timing of a straight move of the tool centre point from rest to rest.

    Parameters
    ----------
    length, v_tcp, a_tcp, j_tcp : float
        m, m/s, m/s2, m/s3; without a jerk limit the profile is a trapezoid.
    """
    if math.isinf(j_tcp):
        return trapezoid(length, v_tcp, a_tcp)
    return jerk_limited(length, v_tcp, a_tcp, j_tcp)


def arc(
    radius: float, angle: float, v_tcp: float, a_tangential: float, a_centripetal: float
) -> Timing:
    """Return the timing of a circular move; the speed stays below sqrt(a_centripetal * radius).

    Parameters
    ----------
    radius, angle : float
        m, rad.
    v_tcp, a_tangential, a_centripetal : float
        m/s, m/s2, m/s2.
    """
    _positive(radius=radius, v_tcp=v_tcp, a_centripetal=a_centripetal)
    cap = min(v_tcp, math.sqrt(a_centripetal * radius))
    return trapezoid(radius * abs(angle), cap, a_tangential)


def joint_move(
    start: Floats, goal: Floats, v_max: Floats, a_max: Floats, j_max: Floats | None = None
) -> JointTiming:
    """Return the timing of a joint move from rest to rest.

    Parameters
    ----------
    start, goal : ndarray, shape (n,)
        Joint angles, rad.
    v_max, a_max, j_max : ndarray, shape (n,)
        rad/s, rad/s2, rad/s3; None: no jerk limit.

    Raises
    ------
    RobotError
        If a limit is not positive.
    """
    way = np.asarray(goal, dtype=np.float64) - np.asarray(start, dtype=np.float64)
    free = np.full(way.shape, math.inf)
    limits = np.stack(
        [np.broadcast_to(x, way.shape) for x in (v_max, a_max, free if j_max is None else j_max)]
    ).astype(np.float64)
    if not (limits > 0).all():
        raise RobotError("limits of speed, acceleration and jerk must be positive")
    times = np.empty(way.shape)
    slowest = int(axis_times(way, limits, times))
    return JointTiming(
        axis_times=tuple(float(time) for time in times),
        time_synchronised=float(times[slowest]),
        straight=float(straight_time(way, limits)),
        slowest=slowest,
    )

"""Time laws: how long a move along one coordinate takes, in closed form; kernels."""

import math

from robots.arm import Floats
from robots.jit import compiled

SEGMENTS = 7


@compiled
def rest_to_rest(distance: float, v_max: float, a_max: float, j_max: float) -> float:
    """Return the least time of a jerk-limited move from rest to rest, s.

    Parameters
    ----------
    distance, v_max, a_max, j_max : float
        Not negative; the three limits positive, `j_max` possibly infinite.
    """
    if distance <= 0.0:
        return 0.0
    ramp = (
        a_max / j_max + v_max / a_max
        if v_max * j_max > a_max**2
        else 2.0 * math.sqrt(v_max / j_max)
    )
    if v_max * ramp <= distance:
        return distance / v_max + ramp
    build_up = a_max / j_max
    if distance >= 2.0 * a_max * build_up * build_up:
        half = 0.5 * a_max * build_up
        return build_up + 2.0 * math.sqrt(half * half + a_max * distance) / a_max
    return 4.0 * (distance / (2.0 * j_max)) ** (1.0 / 3.0)


@compiled
def segments(distance: float, v_max: float, a_max: float, j_max: float, out: Floats) -> float:
    """Write the lengths (s) of the seven segments from rest to rest; return the jerk used.

    Segments: acceleration builds up, holds, fades, speed holds, deceleration builds up, holds,
    fades.

    References
    ----------
    L. Biagiotti, C. Melchiorri, "Trajectory planning for automatic machines and robots", 2008, 3.4.
    """
    out[:] = 0.0
    if distance <= 0.0:
        return 0.0
    build_up, hold = a_max / j_max, v_max / a_max - a_max / j_max
    if hold < 0.0:
        build_up, hold = math.sqrt(v_max / j_max), 0.0
    cruise = distance / v_max - 2.0 * build_up - hold
    if cruise < 0.0:
        cruise = 0.0
        build_up = a_max / j_max
        # distance = a (build_up + hold) (2 build_up + hold)
        hold = math.sqrt(0.25 * build_up * build_up + distance / a_max) - 1.5 * build_up
        if hold < 0.0:
            build_up, hold = (distance / (2.0 * j_max)) ** (1.0 / 3.0), 0.0
    out[0] = out[2] = out[4] = out[6] = build_up
    out[1] = out[5] = hold
    out[3] = cruise
    return j_max


@compiled
def along(lengths: Floats, jerk: float, t: float, out: Floats) -> None:
    """Write position, speed and acceleration at time `t` of a profile made by `segments`."""
    signs = (1.0, 0.0, -1.0, 0.0, -1.0, 0.0, 1.0)
    s, v, a = 0.0, 0.0, 0.0
    left = max(t, 0.0)
    for k in range(7):
        dt = min(left, lengths[k])
        j = signs[k] * jerk
        s += dt * (v + dt * (0.5 * a + dt * j / 6.0))
        v += dt * (a + 0.5 * dt * j)
        a += dt * j
        left -= dt
    # After the end the axis stands; what is left of speed there is rounding.
    out[0], out[1], out[2] = s, (0.0 if left > 0.0 else v), (0.0 if left > 0.0 else a)


@compiled
def ramp_time(change: float, a_max: float, j_max: float) -> float:
    """Return the least time to change speed by `change`, acceleration zero at both ends, s."""
    change = abs(change)
    if change * j_max >= a_max * a_max:
        return change / a_max + a_max / j_max
    return 2.0 * math.sqrt(change / j_max)


@compiled
def _ramps(
    peak: float, v_start: float, v_end: float, a_max: float, j_max: float
) -> tuple[float, float]:
    """Return distance and time from `v_start` over `peak` to `v_end` without cruising."""
    up, down = ramp_time(peak - v_start, a_max, j_max), ramp_time(peak - v_end, a_max, j_max)
    return 0.5 * (v_start + peak) * up + 0.5 * (peak + v_end) * down, up + down


@compiled
def with_speeds(
    distance: float, v_start: float, v_end: float, v_max: float, a_max: float, j_max: float
) -> tuple[float, float]:
    """Return time and peak speed of a jerk-limited move between given speeds, s and m/s.

    Acceleration is zero at both ends and at the peak; the peak is negative when the move must
    overshoot and return.  `distance` and the speeds may have any sign; the speeds must be within
    `v_max`.
    """
    best, peak = math.inf, 0.0
    for cruise in (v_max, -v_max):
        covered, time = _ramps(cruise, v_start, v_end, a_max, j_max)
        if (distance - covered) * cruise >= 0.0 and time + (distance - covered) / cruise < best:
            best, peak = time + (distance - covered) / cruise, cruise
    if best < math.inf:
        return best, peak
    straight, time = _ramps(v_start, v_start, v_end, a_max, j_max)
    if abs(distance - straight) <= 1e-13 * (abs(distance) + time * (abs(v_start) + abs(v_end))):
        return time, v_start
    # Just below both speeds a dip first lengthens the way, so the sign change is sought from the
    # far side: the distance covered grows with the peak outside [v_start, v_end].
    low, high = -v_max, min(v_start, v_end)
    if distance > straight:
        low, high = max(v_start, v_end), v_max
    for _ in range(100):
        middle = 0.5 * (low + high)
        if _ramps(middle, v_start, v_end, a_max, j_max)[0] > distance:
            high = middle
        else:
            low = middle
    peak = 0.5 * (low + high)
    return _ramps(peak, v_start, v_end, a_max, j_max)[1], peak


@compiled
def _forward(
    distance: float, v_start: float, v_max: float, a_max: float, d_max: float
) -> tuple[float, float]:
    """Return time and peak of a trapezoid that starts with 0 <= v_start and need not turn back."""
    if v_start > v_max:  # brakes to the limit first
        braking = (v_start - v_max) / d_max
        rest = distance - 0.5 * (v_start + v_max) * braking
        time, _ = _forward_within(rest, v_max, v_max, a_max, d_max)
        return braking + time, v_start
    return _forward_within(distance, v_start, v_max, a_max, d_max)


@compiled
def _forward_within(
    distance: float, v_start: float, v_max: float, a_max: float, d_max: float
) -> tuple[float, float]:
    both = (2.0 * distance + v_start * v_start / a_max) / (1.0 / a_max + 1.0 / d_max)
    peak = min(math.sqrt(max(both, 0.0)), v_max)
    up, down = (peak - v_start) / a_max, peak / d_max
    cruise = distance - 0.5 * (v_start + peak) * up - 0.5 * peak * down
    return up + down + max(cruise, 0.0) / peak if peak > 0.0 else 0.0, peak


@compiled
def trapezoid(
    distance: float, v_start: float, v_max: float, a_max: float, d_max: float
) -> tuple[float, float]:
    """Return time and peak speed of an acceleration-limited move that ends at rest, s and m/s.

    `distance` and `v_start` may have any sign.  Where the way is too short to stop, the axis
    overshoots and returns; where it moves the wrong way, it stops first.
    """
    if distance < 0.0:
        distance, v_start = -distance, -v_start
    stopping = 0.5 * v_start * v_start / d_max
    if v_start < 0.0:
        time, peak = _forward_within(distance + stopping, 0.0, v_max, a_max, d_max)
        return time - v_start / d_max, max(peak, -v_start)
    if stopping > distance * (1.0 + 1e-12):
        time, peak = _forward_within(stopping - distance, 0.0, v_max, a_max, d_max)
        return time + v_start / d_max, max(peak, v_start)
    return _forward(distance, v_start, v_max, a_max, d_max)

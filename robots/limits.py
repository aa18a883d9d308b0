"""The fastest seven-segment law along a path that no joint's limit forbids.

Along a path q(s) the effort of joint i is a_i(s) s'' + b_i(s) s'^2 + c_i(s): torques by the
equations of motion, or accelerations of the joints where no torques are published.
J. Bobrow, S. Dubowsky, J. Gibson, "Time-optimal control of robotic manipulators along specified
paths", 1985.
"""

import math
from typing import NamedTuple

import numpy as np

from robots import timelaw
from robots.arm import Floats
from robots.dynamics import Body, along_path
from robots.jit import compiled

BUILD_UP = (
    0.05  # s; assumed: how long acceleration takes to build up, for want of published jerk limits
)
MARGIN = 0.9  # part of the published torque that is used
_SAMPLES = 8  # checked instants in each segment of a law, at least
_INTERPOLATION = 0.999  # covers the error of reading coefficients between samples of the path


class Effort(NamedTuple):
    """Coefficients at N equal steps along a path, and what each joint may give."""

    a: Floats  # (N, n)
    b: Floats  # (N, n)
    c: Floats  # (N, n)
    limit: Floats  # (n,)


@compiled
def torque_effort(body: Body, limit: Floats, path: Floats) -> Effort:
    """Return the coefficients of the joint torques.

    Parameters
    ----------
    limit : ndarray, shape (n,)
        N m.
    path : ndarray, shape (3, N, n)
        q, dq/ds and d2q/ds2.
    """
    shape = path.shape[1:]
    a, b, c = np.empty(shape), np.empty(shape), np.empty(shape)
    along_path(body, path, a, b, c)
    return Effort(a, b, c, limit)


def acceleration_effort(limit: Floats, path: Floats) -> Effort:
    """Return the coefficients of the joint accelerations; arguments as `torque_effort`, rad/s2."""
    still = np.zeros(path.shape[1:])
    return Effort(path[1].copy(), path[2].copy(), still, limit)


@compiled
def _allowed(effort: Effort, length: float, lengths: Floats, jerk: float) -> bool:
    """Say whether no limit is passed by a law of `timelaw.segments` on a path of that length."""
    steps, n = effort.a.shape[0] - 1, effort.a.shape[1]
    state = np.empty(3)
    samples = max(_SAMPLES, effort.a.shape[0] // _SAMPLES)
    begin = 0.0
    for segment in range(
        4
    ):  # the law is symmetric in time: s' and s'' at s are those on the way back
        for k in range(samples + 1):
            timelaw.along(lengths, jerk, begin + lengths[segment] * k / samples, state)
            for mirrored in range(2):
                s = length - state[0] if mirrored else state[0]
                u = -state[2] if mirrored else state[2]
                at = min(max(s / length * steps, 0.0), steps - 1e-9)
                low = int(at)
                part = at - low
                for i in range(n):
                    a = effort.a[low, i] + part * (effort.a[low + 1, i] - effort.a[low, i])
                    b = effort.b[low, i] + part * (effort.b[low + 1, i] - effort.b[low, i])
                    c = effort.c[low, i] + part * (effort.c[low + 1, i] - effort.c[low, i])
                    if abs(a * u + b * state[1] * state[1] + c) > _INTERPOLATION * effort.limit[i]:
                        return False
        begin += lengths[segment]
    return True


@compiled
def _largest(effort: Effort, length: float, v: float, a_max: float, build_up: float) -> float:
    """Return the largest acceleration that is allowed at peak speed v, 0.0 if none."""
    lengths = np.empty(timelaw.SEGMENTS)
    low, high = 0.0, 1.0  # as powers: a_max * 1e-4 ** (1 - x)
    for step in range(16):
        x = 1.0 if step == 0 else 0.5 * (low + high)
        a = a_max * 1e-4 ** (1.0 - x)
        jerk = timelaw.segments(length, v, a, a / build_up, lengths)
        if _allowed(effort, length, lengths, jerk):
            low = x
            if step == 0:
                break
        else:
            high = x
    return a_max * 1e-4 ** (1.0 - low) if low > 0.0 else 0.0


@compiled
def fastest(
    effort: Effort, length: float, v_max: float, a_max: float, build_up: float, law: Floats
) -> float:
    """Write the fastest law (speed, acceleration, jerk); return its time, s, inf if there is none.

    Parameters
    ----------
    length, v_max, a_max : float
        Of the path parameter.
    build_up : float
        Time acceleration takes to reach its peak, s; jerk = acceleration / build_up.
    law : ndarray, shape (3,)
    """
    best, v = math.inf, v_max
    for _ in range(24):  # a lower peak speed may allow harder braking
        a = _largest(effort, length, v, a_max, build_up)
        if a > 0.0:
            time = timelaw.rest_to_rest(length, v, a, a / build_up)
            if time >= best:
                break
            best = time
            law[0], law[1], law[2] = v, a, a / build_up
        v *= 0.92
    return best

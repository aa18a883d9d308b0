"""Inverse of six-axis arms whose axis 6 passes beside the wrist: all branches, by a line search.

Axes 4 and 5 meet in the wrist.  With joint 6 given, the wrist and axis 5 are known; joints 1 to 3
follow in closed form, and axis 4 must be square to axis 5.  What is off square is a function of
joint 6 alone, one for each way of the arm; its zeros are the branches.
"""

import math

import numpy as np

from robots.arm import Floats
from robots.jit import compiled
from robots.kinematics.angles import angle
from robots.kinematics.ik_offset_samples import MOST, STEPS, Search, place, sample, stand, value
from robots.kinematics.ik_spherical import basis_of

BRANCHES = 16
_ITERATIONS = 60
_HALVINGS = 30
_GOLDEN = 0.5 * (3.0 - math.sqrt(5.0))
_SQUARE = 1e-15  # cosine between axes 4 and 5 that is rounding
_SAME = 1e-7  # rad between two zeros that are one


@compiled
def _zero(search: Search, row: int, span: Floats) -> float:
    """Return where it is square, between two angles where it is off either way (Illinois)."""
    low, high = span[0], span[1]
    at_low, at_high = value(search, row, low), value(search, row, high)
    for _ in range(_ITERATIONS):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        here = value(search, row, middle)
        if (here > 0.0) == (at_high > 0.0):
            at_low *= 0.5
        else:
            low, at_low = high, at_high
        gap, high, at_high = abs(high - middle), middle, here
        if abs(here) < _SQUARE or gap < _SQUARE:
            break
    return high


@compiled
def _dip(search: Search, row: int, low: float, high: float, positive: bool) -> float:
    """Return an angle between two of the same sign where the sign is the other, nan if none is."""
    sign = 1.0 if positive else -1.0
    one, other = low + _GOLDEN * (high - low), high - _GOLDEN * (high - low)
    at_one, at_other = sign * value(search, row, one), sign * value(search, row, other)
    for _ in range(_HALVINGS):
        if at_one < 0.0:
            return one
        if at_other < 0.0:
            return other
        if at_one < at_other:
            high, other, at_other = other, one, at_one
            one = low + _GOLDEN * (high - low)
            at_one = sign * value(search, row, one)
        else:
            low, one, at_one = one, other, at_other
            other = high - _GOLDEN * (high - low)
            at_other = sign * value(search, row, other)
    return math.nan


@compiled
def _finish(search: Search, t6: float, row: int, out: Floats) -> None:
    """Write the six angles of one branch."""
    place(search, t6)
    turn = search.turn
    (c1, c2, c3), (s1, s2, s3) = stand(search, row)
    c, s = c2 * c3 - s2 * s3, s2 * c3 + c2 * s3
    c6, s6 = math.cos(t6), math.sin(t6)
    x5, y5, z5 = np.empty(3), np.empty(3), np.empty(3)
    for k in range(3):
        x5[k], y5[k] = c6 * turn[k, 0] - s6 * turn[k, 1], s6 * turn[k, 0] + c6 * turn[k, 1]
        z5[k] = turn[k, 2]
    # Axis 5 and the flange's axis seen from link 3.
    yx = c * (c1 * y5[0] + s1 * y5[1]) - s * y5[2]
    yy = c1 * y5[1] - s1 * y5[0]
    t4 = math.atan2(-yx, yy)
    zz = s * (c1 * z5[0] + s1 * z5[1]) + c * z5[2]
    xz = s * (c1 * x5[0] + s1 * x5[1]) + c * x5[2]
    out[0], out[1], out[2] = angle(s1, c1), angle(s2, c2), angle(s3, c3)
    out[3], out[4], out[5] = t4, math.atan2(-xz, zz), t6


@compiled
def _zeros(search: Search, row: int, values: Floats, zeros: Floats) -> int:
    """Write the angles of joint 6 at which one way of the arm fits; return how many."""
    samples = np.empty((MOST, 2))
    total = sample(search, row, values, samples)
    count, last = 0, zeros.size
    span = np.empty(2)
    for i in range(1, total):
        before, here = samples[i - 1, 1], samples[i, 1]
        after = samples[i + 1, 1] if i + 1 < total else math.nan
        if math.isnan(before) or math.isnan(here) or count == last:
            continue
        if (before > 0.0) != (here > 0.0):
            span[0], span[1] = samples[i - 1, 0], samples[i, 0]
            zeros[count] = _zero(search, row, span)
            count += 1
        elif abs(here) <= abs(before) and abs(here) < abs(after):
            if (after > 0.0) != (here > 0.0):
                continue
            # Maybe two zeros between three samples of one sign.
            dip = _dip(search, row, samples[i - 1, 0], samples[i + 1, 0], here > 0.0)
            for side in range(0 if math.isnan(dip) else 2):
                span[0], span[1] = dip, samples[i + 1 if side else i - 1, 0]
                if count < last:
                    zeros[count] = _zero(search, row, span)
                    count += 1
    return count


@compiled
def solve(parameters: Floats, turn: Floats, position: Floats, out: Floats) -> None:
    """Write all branches for one flange pose; rows of nan where there is none.

    Parameters
    ----------
    parameters : ndarray, shape (9,)
        a1, a2, b, c1, c2, c3, c4 as for a spherical wrist, then how far axis 6 passes beside the
        wrist across axis 5 and along it, m.
    turn, position : ndarray, shapes (3, 3) and (3,)
        Flange in the base.
    out : ndarray, shape (16, 6)
        Angles, rad, not wrapped.
    """
    out[:, 0] = math.nan
    search = Search(basis_of(parameters), parameters, turn, position, np.empty(3), np.empty(3))
    values, zeros, filled = np.empty(STEPS), np.empty(BRANCHES), 0
    for row in range(4):
        for k in range(STEPS):
            values[k] = value(search, row, k * 2.0 * math.pi / STEPS)
        count = _zeros(search, row, values, zeros)
        for k in range(count):
            new = filled < BRANCHES
            for j in range(k):
                gap = zeros[k] - zeros[j]
                gap -= 2.0 * math.pi * math.floor(gap / (2.0 * math.pi) + 0.5)
                new = new and abs(gap) > _SAME
            if new:
                _finish(search, zeros[k], row, out[filled])
                filled += 1

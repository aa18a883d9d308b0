"""All joint angles, within limits, that put the flange somewhere."""

import math
from typing import NamedTuple

import numpy as np

from robots.arm import Arm, Floats
from robots.jit import compiled
from robots.kinematics import ik_spherical, ik_ur

UR, ORTHO_PARALLEL = 0, 1
BRANCHES = 8
_SLACK = 1e-9  # rad a joint may pass its limit by rounding


class Inverse(NamedTuple):
    """What the kernels below need to know of an arm."""

    kind: int
    parameters: Floats
    sign: Floats  # (6,), angle of the formula = sign * joint angle + zero
    zero: Floats  # (6,), rad
    lower: Floats  # (6,), rad
    upper: Floats  # (6,), rad


def inverse_of(arm: Arm) -> Inverse:
    """Return the closed-form inverse of an arm."""
    form = arm.closed_form
    kind = UR if form.kind == "ur" else ORTHO_PARALLEL
    return Inverse(kind, form.parameters, form.sign, form.zero, arm.lower, arm.upper)


@compiled
def solve(inverse: Inverse, turn: Floats, position: Floats, out: Floats) -> int:
    """Write the branches within limits for one flange pose and return how many there are.

    Parameters
    ----------
    turn, position : ndarray, shapes (3, 3) and (3,)
        Flange in the base.
    out : ndarray, shape (8, 6)
        The first rows: joint angles, each in the lowest turn within its limits, rad.
        The rest: nan.
    """
    if inverse.kind == UR:
        ik_ur.solve(inverse.parameters, turn, position, out)
    else:
        ik_spherical.solve(inverse.parameters, turn, position, out)
    count = 0
    for row in range(BRANCHES):
        good = not math.isnan(out[row, 0])
        if not good:
            continue
        for k in range(6):
            angle = inverse.sign[k] * (out[row, k] - inverse.zero[k])
            lower = inverse.lower[k] - _SLACK
            angle -= 2.0 * math.pi * math.floor((angle - lower) / (2.0 * math.pi))
            good = good and angle <= inverse.upper[k] + _SLACK
            out[count, k] = min(max(angle, inverse.lower[k]), inverse.upper[k])
        if good:
            count += 1
    out[count:, :] = math.nan
    return count


@compiled
def solve_many(inverse: Inverse, poses: Floats) -> Floats:
    """Return the branches of many flange poses, (m, 8, 6), for poses of shape (m, 4, 4)."""
    found = np.empty((poses.shape[0], BRANCHES, 6))
    for k in range(poses.shape[0]):
        solve(inverse, poses[k, :3, :3], poses[k, :3, 3], found[k])
    return found


@compiled
def with_turns(inverse: Inverse, branches: Floats) -> Floats:
    """Return branches, (m, 6), in every combination of full turns within limits, (k, 6), m <= k."""
    total = 0
    for row in range(branches.shape[0]):
        ways = 1
        for k in range(6):
            room = inverse.upper[k] + _SLACK - branches[row, k]
            ways *= 1 + int(room / (2.0 * math.pi))
        total += ways
    found = np.empty((total, 6))
    at = 0
    for row in range(branches.shape[0]):
        first = at
        found[at] = branches[row]
        at += 1
        for k in range(6):
            room = inverse.upper[k] + _SLACK - branches[row, k]
            block = at
            for turn in range(1, 1 + int(room / (2.0 * math.pi))):
                for j in range(first, block):
                    found[at] = found[j]
                    found[at, k] = min(found[j, k] + 2.0 * math.pi * turn, inverse.upper[k])
                    at += 1
    return found


def branches(arm: Arm, pose_base_flange: Floats) -> Floats:
    """Return every branch within limits, full turns included.

    Parameters
    ----------
    pose_base_flange : ndarray, shape (4, 4)

    Returns
    -------
    ndarray, shape (k, 6)
        Joint angles, rad; k = 0 where the arm does not reach.
    """
    inverse = inverse_of(arm)
    found = np.empty((BRANCHES, 6))
    turn = np.ascontiguousarray(pose_base_flange[:3, :3])
    count = solve(inverse, turn, np.ascontiguousarray(pose_base_flange[:3, 3]), found)
    every: Floats = with_turns(inverse, found[:count])
    return every

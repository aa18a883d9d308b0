"""All joint angles, within limits, that put the flange somewhere."""

import math
from typing import NamedTuple

import numpy as np

from robots.arm import Arm, Chain, Floats, FormulaKind
from robots.jit import compiled
from robots.kinematics import ik_numeric, ik_offset, ik_scara, ik_seven, ik_spherical, ik_ur

UR, ORTHO_PARALLEL, SCARA, OFFSET_WRIST, SEVEN, NUMERIC = 0, 1, 2, 3, 4, 5
KINDS: dict[FormulaKind, int] = {
    "ur": UR,
    "ortho_parallel": ORTHO_PARALLEL,
    "scara": SCARA,
    "offset_wrist": OFFSET_WRIST,
    "seven": SEVEN,
}
FREE_VALUES = 16  # of joint 7 that a seven-axis arm is looked at with
_SLACK = 1e-9  # rad a joint may pass its limit by rounding
_FOLLOW = 20  # iterations from one pose to a near one


class Inverse(NamedTuple):
    """What the kernels below need to know of an arm of n joints."""

    kind: int
    parameters: Floats
    sign: Floats  # (n,), angle of the formula = sign * joint angle + zero
    zero: Floats  # (n,), rad
    lower: Floats  # (n,), rad, of a sliding joint m
    upper: Floats  # (n,), rad
    free: Floats  # (f,), angles of the last joint to look at, rad; one that is not used: six axes
    chain: Chain


def inverse_of(arm: Arm) -> Inverse:
    """Return the inverse of an arm: a closed form where it has one, else a numeric one."""
    form, n = arm.closed_form, arm.dof
    if form is None:
        plain = np.ones(n)
        return Inverse(
            NUMERIC, np.empty(0), plain, 0.0 * plain, arm.lower, arm.upper, np.zeros(1), arm.chain
        )
    free = np.zeros(1)
    if form.kind == "seven":
        part = (np.arange(FREE_VALUES) + 0.5) / FREE_VALUES
        free = arm.lower[-1] + part * (arm.upper[-1] - arm.lower[-1])
    return Inverse(
        KINDS[form.kind],
        form.parameters,
        form.sign,
        form.zero,
        arm.lower,
        arm.upper,
        free,
        arm.chain,
    )


@compiled
def rows_of(inverse: Inverse) -> int:
    """Return how many rows `solve` may need."""
    if inverse.kind == SCARA:
        return 2
    if inverse.kind in (OFFSET_WRIST, NUMERIC):
        return ik_offset.BRANCHES
    return 8 * inverse.free.size


@compiled
def _formula(inverse: Inverse, turn: Floats, position: Floats, free: float, out: Floats) -> None:
    """Write the branches of the formula as they are; rows of nan where there is none."""
    if inverse.kind == UR:
        ik_ur.solve(inverse.parameters, turn, position, out)
    elif inverse.kind == ORTHO_PARALLEL:
        ik_spherical.solve(inverse.parameters, turn, position, out)
    elif inverse.kind == SCARA:
        ik_scara.solve(inverse.parameters, turn, position, out)
    elif inverse.kind == OFFSET_WRIST:
        ik_offset.solve(inverse.parameters, turn, position, out)
    else:
        last = inverse.sign[6] * free + inverse.zero[6]
        ik_seven.solve(inverse.parameters, turn, position, last, out)


@compiled
def solve_free(inverse: Inverse, turn: Floats, position: Floats, free: float, out: Floats) -> int:
    """Write the branches within limits for one angle of the free joint; return how many.

    Parameters
    ----------
    turn, position : ndarray, shapes (3, 3) and (3,)
        Flange in the base.
    free : float
        Angle of the last joint of a seven-axis arm, rad; others do not use it.
    out : ndarray, shape (rows, n)
        The first rows: joint angles, each in the lowest turn within its limits, rad.
        The rest: nan.
    """
    count = 0
    if inverse.kind == NUMERIC:
        lower, upper = inverse.lower, inverse.upper
        count = ik_numeric.solve(inverse.chain, lower, upper, turn, position, out)
        out[count:, :] = math.nan
        return count
    _formula(inverse, turn, position, free, out)
    for row in range(out.shape[0]):
        good = not math.isnan(out[row, 0])
        if not good:
            continue
        for k in range(inverse.lower.size):
            angle = inverse.sign[k] * (out[row, k] - inverse.zero[k])
            if not inverse.chain.slides[k]:
                lower = inverse.lower[k] - _SLACK
                angle -= 2.0 * math.pi * math.floor((angle - lower) / (2.0 * math.pi))
            good = good and inverse.lower[k] - _SLACK <= angle <= inverse.upper[k] + _SLACK
            out[count, k] = min(max(angle, inverse.lower[k]), inverse.upper[k])
        if good:
            count += 1
    out[count:, :] = math.nan
    return count


@compiled
def solve(inverse: Inverse, turn: Floats, position: Floats, out: Floats) -> int:
    """Write the branches within limits for one flange pose and return how many there are.

    Parameters
    ----------
    turn, position : ndarray, shapes (3, 3) and (3,)
        Flange in the base.
    out : ndarray, shape (`rows_of` the inverse, n)
        The first rows: joint angles, each in the lowest turn within its limits, rad.
        The rest: nan.
    """
    if inverse.free.size == 1:
        return solve_free(inverse, turn, position, inverse.free[0], out)
    found = np.empty((8, out.shape[1]))
    total = 0
    for free in inverse.free:
        count = solve_free(inverse, turn, position, free, found)
        out[total : total + count] = found[:count]
        total += count
    out[total:, :] = math.nan
    return total


@compiled
def solve_near(
    inverse: Inverse, turn: Floats, position: Floats, near: Floats, out: Floats
) -> float:
    """Write the branch nearest to given joint angles; return how far the farthest joint turns.

    Parameters
    ----------
    turn, position : ndarray, shapes (3, 3) and (3,)
        Flange in the base.
    near : ndarray, shape (n,)
        Joint angles, rad; the last joint of a seven-axis arm stays where it is.
    out : ndarray, shape (n,)
        Not wrapped: in the turns of `near`, so maybe outside limits.

    Returns
    -------
    float
        rad; infinite where there is no branch.
    """
    n = near.size
    if inverse.kind in (OFFSET_WRIST, NUMERIC):
        out[:] = near
        if ik_numeric.descend(inverse.chain, turn, position, _FOLLOW, out) >= ik_numeric.CLOSE:
            return math.inf
        return np.abs(out - near).max()
    found, turned = np.empty((2 if inverse.kind == SCARA else 8, n)), np.empty(n)
    best = math.inf
    for row in range(solve_free(inverse, turn, position, near[n - 1], found)):
        farthest = 0.0
        for k in range(n):
            gap = found[row, k] - near[k]
            if not inverse.chain.slides[k]:
                gap -= 2.0 * math.pi * math.floor(gap / (2.0 * math.pi) + 0.5)
            turned[k] = near[k] + gap
            farthest = max(farthest, abs(gap))
        if farthest < best:
            best = farthest
            out[:] = turned
    return best


@compiled
def solve_many(inverse: Inverse, poses: Floats) -> Floats:
    """Return the branches of many flange poses, (m, rows, n), for poses of shape (m, 4, 4)."""
    found = np.empty((poses.shape[0], rows_of(inverse), inverse.lower.size))
    turn, position = np.empty((3, 3)), np.empty(3)
    for k in range(poses.shape[0]):
        turn[:], position[:] = poses[k, :3, :3], poses[k, :3, 3]
        solve(inverse, turn, position, found[k])
    return found


@compiled
def with_turns(inverse: Inverse, branches: Floats) -> Floats:
    """Return branches, (m, n), in every combination of full turns within limits, (k, n), m <= k."""
    n, full = branches.shape[1], 2.0 * math.pi
    more = np.zeros((branches.shape[0], n), dtype=np.int64)  # turns beside the lowest
    total = 0
    for row in range(branches.shape[0]):
        ways = 1
        for k in range(n):
            if not inverse.chain.slides[k]:
                more[row, k] = int((inverse.upper[k] + _SLACK - branches[row, k]) / full)
            ways *= 1 + more[row, k]
        total += ways
    found = np.empty((total, n))
    at = 0
    for row in range(branches.shape[0]):
        first = at
        found[at] = branches[row]
        at += 1
        for k in range(n):
            block = at
            for turn in range(1, 1 + more[row, k]):
                for j in range(first, block):
                    found[at] = found[j]
                    found[at, k] = min(found[j, k] + full * turn, inverse.upper[k])
                    at += 1
    return found


def branches(arm: Arm, pose_base_flange: Floats, last: float | None = None) -> Floats:
    """Return every branch within limits, full turns included.

    Parameters
    ----------
    pose_base_flange : ndarray, shape (4, 4)
    last : float, optional
        Angle of the last joint of a seven-axis arm, rad.  Default: `FREE_VALUES` evenly spread
        ones.

    Returns
    -------
    ndarray, shape (k, n)
        Joint angles, rad; k = 0 where the arm does not reach.
    """
    inverse = inverse_of(arm)
    if last is not None and inverse.kind == SEVEN:
        inverse = inverse._replace(free=np.array([last]))
    found = np.empty((rows_of(inverse), arm.dof))
    turn = np.ascontiguousarray(pose_base_flange[:3, :3])
    count = solve(inverse, turn, np.ascontiguousarray(pose_base_flange[:3, 3]), found)
    every: Floats = with_turns(inverse, found[:count])
    return every

"""All joint angles, within limits, that put the flange somewhere."""

import math
from typing import NamedTuple

import numpy as np

from robots.arm import Arm, Chain, Floats, FormulaKind
from robots.jit import compiled
from robots.kinematics import ik_numeric, ik_offset, ik_scara, ik_seven, ik_spherical, ik_ur
from robots.kinematics.block import LANES, Block, get, new_block, put, take

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
_FOLLOW = 20  # iterations from one pose to a near one; int() below: one code for any number


class Inverse(NamedTuple):
    """What the kernels below need to know of an arm of n joints."""

    kind: int
    parameters: Floats
    sign: Floats  # (n,), angle of the formula = sign * joint angle + zero
    zero: Floats  # (n,), rad
    lower: Floats  # (n,), rad, of a sliding joint m
    upper: Floats  # (n,), rad
    free: Floats  # (f,), f <= LANES, last joint's angles to look at, rad; not used: six axes, one
    chain: Chain
    # None: poses are worked out in blocks; an empty array: one by one, or searched for.  It decides
    # by its type: searches, a third of all there is to compile, are not compiled for most arms.
    single: Floats | None


def single_of(kind: int) -> Floats | None:
    """Return `Inverse.single` of a kind."""
    return None if kind in (UR, ORTHO_PARALLEL, SCARA) else np.empty(0)


def inverse_of(arm: Arm) -> Inverse:
    """Return the inverse of an arm: a closed form where it has one, else a numeric one."""
    form, n = arm.closed_form, arm.dof
    if form is None:
        empty, plain, free = np.empty(0), np.ones(n), np.zeros(1)
        limits = arm.lower, arm.upper
        return Inverse(NUMERIC, empty, plain, 0.0 * plain, *limits, free, arm.chain, empty)
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
        single_of(KINDS[form.kind]),
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
def _one_by_one(
    single: Floats | None, inverse: Inverse, block: Block, count: int, free: Floats
) -> None:
    """Write the branches of formulas that look at one pose at a time."""
    if single is None:
        return
    rows, n, _ = block.joints.shape
    turn, position, found = np.empty((3, 3)), np.empty(3), np.empty((rows, n))
    for lane in range(count):
        get(block, lane, turn, position)
        if inverse.kind == OFFSET_WRIST:
            ik_offset.solve(inverse.parameters, turn, position, found)
        else:
            last = inverse.sign[6] * free[lane] + inverse.zero[6]
            ik_seven.solve(inverse.parameters, turn, position, last, found)
        for row in range(rows):
            for k in range(n):
                block.joints[row, k, lane] = found[row, k]


@compiled
def _into_limits(inverse: Inverse, k: int, block: Block, count: int) -> None:
    """Turn the k-th angles of the formula into joint angles, and note where they do not fit."""
    joints, fits = block.joints, block.fits
    assert joints.shape[2] == fits.shape[1] == LANES
    sign, zero, slides = inverse.sign[k], inverse.zero[k], inverse.chain.slides[k]
    lower, upper = inverse.lower[k], inverse.upper[k]
    first, last = lower - _SLACK, upper + _SLACK
    full, turns = 2.0 * math.pi, 0.0 if slides else 1.0 / (2.0 * math.pi)
    for row in range(joints.shape[0]):
        for lane in range(count):
            value = sign * (joints[row, k, lane] - zero)
            value -= full * np.floor(turns * (value - first))
            fits[row, lane] &= (value >= first) & (value <= last)
            value = lower if value < lower else value
            joints[row, k, lane] = upper if value > upper else value


@compiled
def _solve_block(inverse: Inverse, block: Block, count: int, free: Floats) -> None:
    """Write the branches of the first lanes, and which of them are within limits."""
    if inverse.kind == UR:
        ik_ur.solve(inverse.parameters, block, count)
    elif inverse.kind == ORTHO_PARALLEL:
        ik_spherical.solve(inverse.parameters, block, count)
    elif inverse.kind == SCARA:
        ik_scara.solve(inverse.parameters, block, count)
    else:
        _one_by_one(inverse.single, inverse, block, count, free)
    block.fits[:] = True
    for k in range(block.joints.shape[1]):
        _into_limits(inverse, k, block, count)


@compiled
def _search(
    single: Floats | None, inverse: Inverse, turn: Floats, position: Floats, out: Floats
) -> int:
    """Write the branches that a search finds; return how many."""
    if single is None:
        return 0
    return ik_numeric.solve(inverse.chain, inverse.lower, inverse.upper, turn, position, out)


@compiled
def _search_near(
    single: Floats | None,
    inverse: Inverse,
    turn: Floats,
    position: Floats,
    near: Floats,
    out: Floats,
) -> float:
    """Do as `solve_near` does, by a search from `near`."""
    if single is None:
        return math.inf
    for k in range(near.size):
        out[k] = near[k]
    if ik_numeric.descend(inverse.chain, turn, position, int(_FOLLOW), out) >= ik_numeric.CLOSE:
        return math.inf
    return np.abs(out - near).max()


@compiled
def solve(inverse: Inverse, turn: Floats, position: Floats, free: Floats, out: Floats) -> int:
    """Write the branches within limits for one flange pose and return how many there are.

    Parameters
    ----------
    turn, position : ndarray, shapes (3, 3) and (3,)
        Flange in the base.
    free : ndarray, shape (f,), f <= LANES
        Angles of the last joint of a seven-axis arm, rad; of others one that is not used.
    out : ndarray, shape (rows, n)
        The first rows: joint angles, each in the lowest turn within its limits, rad.
        The rest: nan.  For the free angles of the inverse `rows_of` it are needed.
    """
    total = 0
    if inverse.kind == NUMERIC:
        total = _search(inverse.single, inverse, turn, position, out)
    else:
        rows = out.shape[0] // free.size
        block = new_block(rows, out.shape[1])
        for lane in range(free.size):
            put(block, lane, turn, position)
        _solve_block(inverse, block, free.size, free)
        for lane in range(free.size):
            total += take(block, lane, out[total : total + rows])
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
        return _search_near(inverse.single, inverse, turn, position, near, out)
    found, turned = np.empty((2 if inverse.kind == SCARA else 8, n)), np.empty(n)
    best = math.inf
    for row in range(solve(inverse, turn, position, near[n - 1 :], found)):
        farthest = 0.0
        for k in range(n):
            gap = found[row, k] - near[k]
            if not inverse.chain.slides[k]:
                gap -= 2.0 * math.pi * math.floor(gap / (2.0 * math.pi) + 0.5)
            turned[k] = near[k] + gap
            farthest = max(farthest, abs(gap))
        if farthest < best:
            best = farthest
            for k in range(n):
                out[k] = turned[k]
    return best


@compiled
def _solve_together(inverse: Inverse, poses: Floats, found: Floats) -> None:
    """Do as `solve_many` does, a block at a time, for formulas without a free joint."""
    block = new_block(found.shape[1], found.shape[2])
    for first in range(0, len(poses), LANES):
        count = min(LANES, len(poses) - first)
        for lane in range(count):
            put(block, lane, poses[first + lane], poses[first + lane, :, 3])
        _solve_block(inverse, block, count, inverse.free)
        for lane in range(count):
            total = take(block, lane, found[first + lane])
            found[first + lane, total:, :] = math.nan


@compiled
def solve_many(inverse: Inverse, poses: Floats) -> Floats:
    """Return the branches of many flange poses, (m, rows, n), for poses of shape (m, 4, 4)."""
    found = np.empty((len(poses), rows_of(inverse), inverse.lower.size))
    if inverse.kind in (SEVEN, NUMERIC):
        for k in range(len(poses)):
            turn, position = poses[k, :3, :3].copy(), poses[k, :3, 3].copy()
            solve(inverse, turn, position, inverse.free, found[k])
    else:
        _solve_together(inverse, poses, found)
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
        for k in range(n):
            found[at, k] = branches[row, k]
        at += 1
        for k in range(n):
            block = at
            for turn in range(1, 1 + more[row, k]):
                for j in range(first, block):
                    for i in range(n):
                        found[at, i] = found[j, i]
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
    position = np.ascontiguousarray(pose_base_flange[:3, 3])
    count = solve(inverse, turn, position, inverse.free, found)
    every: Floats = with_turns(inverse, found[:count])
    return every

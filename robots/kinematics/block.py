"""Flange poses side by side, one a lane, so that a formula is worked out for several at once.

A loop over lanes with nothing but arithmetic in it becomes vector code, if its rows are known not
to overlap.  So the number of lanes is a constant, and such loops assert the shapes they work on.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from robots.arm import Floats
from robots.jit import compiled

LANES = 32

Bools = NDArray[np.bool_]


class Block(NamedTuple):
    """Up to `LANES` flange poses, and room for what the formula says of them."""

    pose: Floats  # (3, 4, LANES), flange in the base: rotation, and beside it the origin, m
    joints: Floats  # (rows, n, LANES), the branches, rad, of a sliding joint m; nan: none
    fits: Bools  # (rows, LANES), whether the branch is there and within limits


@compiled
def new_block(rows: int, n: int) -> Block:
    """Return an empty block for so many branches of n joints a pose."""
    return Block(
        np.empty((3, 4, LANES)),
        np.empty((rows, n, LANES)),
        np.empty((rows, LANES), dtype=np.bool_),
    )


@compiled
def put(block: Block, lane: int, turn: Floats, position: Floats) -> None:
    """Write one flange pose into a lane."""
    for i in range(3):
        for j in range(3):
            block.pose[i, j, lane] = turn[i, j]
        block.pose[i, 3, lane] = position[i]


@compiled
def get(block: Block, lane: int, turn: Floats, position: Floats) -> None:
    """Write the flange pose of a lane into `turn` (3, 3) and `position` (3,)."""
    for i in range(3):
        for j in range(3):
            turn[i, j] = block.pose[i, j, lane]
        position[i] = block.pose[i, 3, lane]


@compiled
def take(block: Block, lane: int, out: Floats) -> int:
    """Write the branches of a lane that fit into the first rows; return how many."""
    joints, fits = block.joints, block.fits
    assert joints.shape[2] == fits.shape[1] == LANES
    count = 0
    for row in range(joints.shape[0]):
        for k in range(joints.shape[1]):
            out[count, k] = joints[row, k, lane]
        count += fits[row, lane]
    return count

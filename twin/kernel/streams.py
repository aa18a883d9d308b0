"""Counter-based random streams: draw i of a stream is a pure function of its key and i.

Threefry-2x64 with 13 rounds (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2,
3", SC 2011); 13 is the fewest rounds that pass BigCrush there.
"""

from typing import Any

import numpy as np

from twin.kernel.arrays import Int
from twin.kernel.jit import inlined, wrapping

_PARITY = np.uint64(0x1BD11BDAA9FC1A22)
_ONE, _TWO, _THREE = np.uint64(1), np.uint64(2), np.uint64(3)
_WORD = np.uint64(64)
# The published rotations of the eight rounds that repeat.
_R0, _R1, _R2, _R3 = np.uint64(16), np.uint64(42), np.uint64(12), np.uint64(31)
_R4, _R5, _R6, _R7 = np.uint64(16), np.uint64(32), np.uint64(24), np.uint64(21)
_HALF_WORD = np.uint64(32)
_DROPPED = np.uint64(11)  # 53 of 64 bits fill the mantissa of a double
ONLY = np.int64(0)  # sub-draw of a draw that has one
_ULP = 1.0 / 9007199254740992.0  # 2^-53


@wrapping
def _turn(x: Int, y: Int, rotation: np.uint64) -> Any:
    """Return one round's second word; the first is x + y."""
    return ((y << rotation) | (y >> (_WORD - rotation))) ^ (x + y)


@wrapping
def threefry(key0: Int, key1: Int, counter0: Int, counter1: Int) -> Any:
    """Return both words of Threefry-2x64-13; all arguments uint64."""
    key2 = _PARITY ^ key0 ^ key1
    x, y = counter0 + key0, counter1 + key1
    x, y = x + y, _turn(x, y, _R0)
    x, y = x + y, _turn(x, y, _R1)
    x, y = x + y, _turn(x, y, _R2)
    x, y = x + y, _turn(x, y, _R3)
    x, y = x + key1, y + key2 + _ONE
    x, y = x + y, _turn(x, y, _R4)
    x, y = x + y, _turn(x, y, _R5)
    x, y = x + y, _turn(x, y, _R6)
    x, y = x + y, _turn(x, y, _R7)
    x, y = x + key2, y + key0 + _TWO
    x, y = x + y, _turn(x, y, _R0)
    x, y = x + y, _turn(x, y, _R1)
    x, y = x + y, _turn(x, y, _R2)
    x, y = x + y, _turn(x, y, _R3)
    x, y = x + key0, y + key1 + _THREE
    x, y = x + y, _turn(x, y, _R4)
    return x, y


@inlined
def uniform(stream: Int, seed: Int, replication: Int, i: Int, j: Int) -> np.float64:
    """Return sub-draw j of draw i of a stream: a double inside (0, 1), never an end.

    Parameters
    ----------
    stream : uint64
    seed, replication, i, j : int64
        Not negative; replication and j below 2^32.
    """
    low = (np.uint64(replication) << _HALF_WORD) | np.uint64(j)
    word, _ = threefry(np.uint64(stream), np.uint64(seed), np.uint64(i), low)
    return (np.float64(word >> _DROPPED) + 0.5) * _ULP

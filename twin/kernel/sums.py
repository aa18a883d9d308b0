"""Sums that outgrow 64 bits: a low part below 2^62 and how many laps of 2^62 lie behind it.

A thousand parts that wait for a year are 3e19 ns of waiting; an int64 ends at 9e18.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LAP_BITS = 62
LAP = np.int64(1 << LAP_BITS)
LAPS = np.int16  # 32 767 laps are 4.8 million years
_HALF = LAP_BITS // 2
HALF_BITS = np.int64(_HALF)
LOW_HALF = np.int64((1 << _HALF) - 1)

Ints = NDArray[Any]


def split(total: int) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    """Return a sum as its low part and its laps, both of shape ()."""
    laps, low = divmod(total, 1 << LAP_BITS)
    return np.array(low, np.int64), np.array(laps, LAPS)


def whole(amounts: NDArray[np.int64]) -> int:
    """Return the exact sum of amounts that are not negative.

    Examples
    --------
    >>> whole(np.array([2**62, 2**62, 5])) == 2**63 + 5
    True
    """
    high, low = int((amounts >> HALF_BITS).sum()), int((amounts & LOW_HALF).sum())
    return (high << _HALF) + low


def summed(
    where: tuple[NDArray[np.int64], ...], amounts: NDArray[np.int64], shape: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    """Return sums of amounts by place: low parts and laps.

    Parameters
    ----------
    where : tuple of ndarray, shape (n,)
        An index for each axis of `shape`.
    amounts : ndarray, shape (n,)
        Not negative.
    shape : tuple of int
    """
    high, low = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    np.add.at(high, where, amounts >> HALF_BITS)
    np.add.at(low, where, amounts & LOW_HALF)
    high += low >> HALF_BITS
    laps = (high >> HALF_BITS).astype(LAPS)
    return ((high & LOW_HALF) << HALF_BITS) | (low & LOW_HALF), laps


def seconds(low: Ints, laps: Ints) -> NDArray[np.float64]:
    """Return sums of ns in s."""
    total: NDArray[np.float64] = (low + laps * 2.0**LAP_BITS) / 1e9
    return total

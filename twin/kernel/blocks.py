"""Samples of one distribution drawn several at a time, in vector instructions."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kernel.arrays import Int
from twin.kernel.floats import (
    central_quantile,
    is_central,
    is_far,
    moderate_exp,
    near_tail_quantile,
    tail_quantile,
)
from twin.kernel.jit import compiled, inlined
from twin.kernel.samplers import duration, exponential, rounded
from twin.kernel.scratch import LENGTH, scratch
from twin.kernel.states import Dist
from twin.kernel.streams import ONLY, uniform
from twin.kernel.wide import wide

BLOCK = np.int64(8)  # draws made at once, a power of two; not a constant to the compiler
MOST_DRAWS = np.int64(LENGTH)  # of a block
_LANES = np.int64(4)


@inlined
def _put_by_tails(blocks: NDArray[np.int64], row: Int, count: Int, tails: Any, places: Any) -> Int:
    """Gather the uniforms of a row that lie in the tails, and their places; return how many.

    Nothing branches: which they are cannot be guessed.
    """
    found = np.int64(0)
    for k in range(count):
        tails[found] = blocks[row, k]
        places[found] = k
        found += not is_central(np.int64(blocks[row, k]).view(np.float64))
    return found


@compiled
def _replace_tails(blocks: NDArray[np.int64], row: Int, count: Int) -> None:
    """Put quantiles in place of the uniforms of a row that lie in the tails.

    They tell themselves apart: they are beyond 1.4.
    """
    tails, places = scratch(), scratch()
    found = _put_by_tails(blocks, row, count, tails, places)
    # A vector is four doubles; with whole ones nothing is left to be done one by one.
    whole = (found + _LANES - 1) & -_LANES
    for k in range(found, whole):
        tails[k] = tails[0]
    for k in range(whole):
        z = near_tail_quantile(np.int64(tails[k]).view(np.float64))
        tails[k] = np.float64(z).view(np.int64)
    for k in range(found):
        u = np.int64(blocks[row, places[k]]).view(np.float64)
        blocks[row, places[k]] = tails[k]
        if is_far(u):
            blocks[row, places[k]] = np.float64(tail_quantile(u)).view(np.int64)


@inlined
def _put_lognormals(
    mu: float, sigma: float, pace: float, count: Int, blocks: NDArray[np.int64], row: Int
) -> None:
    """Put lognormal draws in place of the uniforms in a row of blocks."""
    if count > BLOCK:
        _replace_tails(blocks, row, count)
    else:  # too few for gathering them to pay
        for k in range(count):
            u = np.int64(blocks[row, k]).view(np.float64)
            if not is_central(u):
                blocks[row, k] = np.float64(tail_quantile(u)).view(np.int64)
    for k in range(count):
        u = np.int64(blocks[row, k]).view(np.float64)
        z = central_quantile(u) if abs(u - 0.5) < 0.5 else u
        blocks[row, k] = np.float64(z).view(np.int64)
    for k in range(count):
        z = np.int64(blocks[row, k]).view(np.float64)
        blocks[row, k] = np.int64(moderate_exp(mu + sigma * z) * pace + 0.5)


@inlined
def _put_exponentials(
    mean: float, pace: float, count: Int, blocks: NDArray[np.int64], row: Int
) -> None:
    """Put exponential draws in place of the uniforms in a row of blocks."""
    for k in range(count):
        u = np.int64(blocks[row, k]).view(np.float64)
        blocks[row, k] = rounded(exponential(mean, u) * pace)


@inlined
def _is_moderate(mu: float, sigma: float, pace: float) -> Any:
    """Return whether no lognormal sample can be a bad one: quantiles lie within 9."""
    low, high = mu - 9.0 * sigma, mu + 9.0 * sigma
    return sigma >= 0.0 and low >= -700.0 and high <= 40.0 and 0.0 <= pace <= 8.0


@inlined
def _put_uniforms(
    stream: Int,
    seed: Int,
    replication: Int,
    first: Int,
    count: Int,
    blocks: NDArray[np.int64],
    row: Int,
) -> None:
    """Put uniforms into a row of blocks, as their bits."""
    for k in range(count):
        u = uniform(stream, seed, replication, first + k, ONLY)
        blocks[row, k] = np.float64(u).view(np.int64)


@inlined
def _put_draws(
    dist: Any,
    values: NDArray[np.float64],
    pace: float,
    stream: Int,
    seed: Int,
    replication: Int,
    first: Int,
    count: Int,
    blocks: NDArray[np.int64],
    row: Int,
) -> None:
    """Put draws from `first` on into a row of blocks.

    The commonest families have loops of their own: the compiler makes vector instructions of them,
    as long as their length is not a constant to it: 2 ns an exponential sample (10 ns without).
    Short loops one after the other are faster than one: more of them is under way at a time.
    """
    family, a, b = dist["family"], dist["a"], dist["b"]
    if family == Dist.EXPONENTIAL:
        _put_uniforms(stream, seed, replication, first, count, blocks, row)
        _put_exponentials(a, pace, count, blocks, row)
    elif family == Dist.LOGNORMAL and _is_moderate(a, b, pace):
        _put_uniforms(stream, seed, replication, first, count, blocks, row)
        _put_lognormals(a, b, pace, count, blocks, row)
    else:
        for k in range(count):
            i = first + k
            blocks[row, k] = duration(dist, values, pace, stream, seed, replication, i)


@compiled
def draw_block(
    dist: Any,
    values: NDArray[np.float64],
    pace: float,
    stream: Int,
    seed: Int,
    replication: Int,
    first: Int,
    count: Int,
    blocks: NDArray[np.int64],
    row: Int,
) -> None:
    """Put up to 128 draws from `first` on into a row of blocks, each as `duration` gives it."""
    _put_draws(dist, values, pace, stream, seed, replication, first, count, blocks, row)


@compiled
def draw_long_block(
    dist: Any,
    values: NDArray[np.float64],
    pace: float,
    stream: Int,
    seed: Int,
    replication: Int,
    first: Int,
    count: Int,
    blocks: NDArray[np.int64],
    row: Int,
) -> None:
    """Do what `draw_block` does, for those who draw many blocks one after the other.

    A quarter faster; but between two of a few draws each the code around them is slowed down, by
    more than they gain.
    """
    wide()
    _put_draws(dist, values, pace, stream, seed, replication, first, count, blocks, row)

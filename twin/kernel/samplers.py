"""Samples of every family of distributions, in whole nanoseconds.

Every sample is a pure function of its stream and number: families that need several uniforms take
sub-draws j = 0, 1, ... of the same draw, so that draws stay aligned whatever is drawn.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kernel.arrays import Int
from twin.kernel.floats import exp, log, normal_quantile
from twin.kernel.jit import compiled, entry, inlined
from twin.kernel.states import Dist
from twin.kernel.streams import ONLY, uniform

BAD = -1  # in place of a duration: the sample is negative, not a number or too large
LARGEST = 2.0**62  # ns
_MOST_REDRAWS = 10_000  # of a truncated normal whose mean lies far below zero
_SECOND_GAMMA = np.int64(1 << 20)  # first sub-draw of the second of two gammas


@inlined
def exponential(mean: float, u: float) -> float:
    """Return the exponential quantile 1 - u."""
    return -mean * log(u)


@inlined
def _lognormal(mu: float, sigma: float, u: float) -> float:
    return exp(mu + sigma * normal_quantile(u))


@inlined
def _inverse(dist: Any, u: float) -> float:
    """Return the quantile u of a family with a closed inverse."""
    family, a, b, c = dist["family"], dist["a"], dist["b"], dist["c"]
    if family == Dist.EXPONENTIAL:
        x = exponential(a, u)
    elif family == Dist.LOGNORMAL:
        x = _lognormal(a, b, u)
    elif family == Dist.UNIFORM:
        x = a + (b - a) * u
    elif family == Dist.WEIBULL:
        x = a * exp(log(-log(u)) / b)
    elif family == Dist.TRIANGULAR:
        x = _triangular(a, b, c, u)
    elif family == Dist.GEOMETRIC:
        x = a * _slots(b, u)
    else:
        x = a  # constant
    return x


@inlined
def _triangular(low: float, mode: float, high: float, u: float) -> float:
    if u * (high - low) < mode - low:
        return low + math.sqrt(u * (high - low) * (mode - low))
    return high - math.sqrt((1.0 - u) * (high - low) * (high - mode))


@inlined
def _slots(p: float, u: float) -> float:
    """Return the number of trials up to the first success, 1 or more."""
    q = 1.0 - p
    if q <= 0.0:
        return 1.0
    # log(q) with the rounding of 1 - p taken back (Kahan's log1p): p may be tiny.
    log_q = log(q) * (p / (1.0 - q)) if q < 1.0 else -p
    return 1.0 + np.floor(log(u) / log_q)


@compiled
def _erlang(mean: float, k: Int, stream: Int, seed: Int, replication: Int, i: Int) -> float:
    total = 0.0
    for j in range(np.int64(k)):
        total -= log(uniform(stream, seed, replication, i, j))
    return mean / k * total


@compiled
def _gamma(shape: float, stream: Int, seed: Int, replication: Int, i: Int, j: Int) -> float:
    """Return a gamma variate of scale 1, from sub-draws j, j + 1, ...

    Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000).
    """
    boost = 1.0
    if shape < 1.0:
        boost = exp(log(uniform(stream, seed, replication, i, j)) / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = normal_quantile(uniform(stream, seed, replication, i, j + 1))
        v = 1.0 + c * x
        v = v * v * v
        log_u = log(uniform(stream, seed, replication, i, j + 2))
        j += 2
        if v > 0.0 and log_u < 0.5 * x * x + d - d * v + d * log(v):
            return boost * d * v


@compiled
def _pert(
    low: float, mode: float, high: float, stream: Int, seed: Int, replication: Int, i: Int
) -> float:
    """Return a beta variate between low and high (Malcolm et al., "PERT", 1959; weight 4)."""
    if high <= low:
        return low
    x = _gamma(1.0 + 4.0 * (mode - low) / (high - low), stream, seed, replication, i, ONLY)
    y = _gamma(
        1.0 + 4.0 * (high - mode) / (high - low), stream, seed, replication, i, _SECOND_GAMMA
    )
    return low + (high - low) * (x / (x + y))


@compiled
def _normal(
    mean: float, deviation: float, stream: Int, seed: Int, replication: Int, i: Int
) -> float:
    x = -1.0
    for j in range(_MOST_REDRAWS):
        x = mean + deviation * normal_quantile(uniform(stream, seed, replication, i, j))
        if x >= 0.0:
            break
    return x


@compiled
def _mixture(
    dist: Any, values: NDArray[np.float64], stream: Int, seed: Int, replication: Int, i: Int
) -> float:
    """Return a hyper-exponential variate: a branch by its probability, then an exponential."""
    first, count = dist["first"], dist["count"]
    rest = uniform(stream, seed, replication, i, ONLY)
    branch = first
    while branch < first + count - 2 and rest >= values[branch]:
        rest -= values[branch]
        branch += 2
    return -values[branch + 1] * log(uniform(stream, seed, replication, i, ONLY + 1))


@compiled
def _several(
    dist: Any, values: NDArray[np.float64], stream: Int, seed: Int, replication: Int, i: Int
) -> float:
    """Return a sample of a family that takes several uniforms or a table."""
    family, a, b, c = dist["family"], dist["a"], dist["b"], dist["c"]
    if family == Dist.ERLANG:
        x = _erlang(a, b, stream, seed, replication, i)
    elif family == Dist.GAMMA:
        x = a / b * _gamma(b, stream, seed, replication, i, ONLY)
    elif family == Dist.PERT:
        x = _pert(a, b, c, stream, seed, replication, i)
    elif family == Dist.NORMAL:
        x = _normal(a, b, stream, seed, replication, i)
    elif family == Dist.HYPEREXPONENTIAL:
        x = _mixture(dist, values, stream, seed, replication, i)
    elif family == Dist.EMPIRICAL:
        u = uniform(stream, seed, replication, i, ONLY)
        x = values[dist["first"] + np.int64(u * dist["count"])]
    else:
        x = values[dist["first"] + i % dist["count"]]  # sequence
    return x


@inlined
def _is_inverse(family: Int) -> Any:
    return (
        family <= Dist.TRIANGULAR
        or family == Dist.LOGNORMAL
        or family == Dist.WEIBULL
        or family == Dist.GEOMETRIC
    )


@inlined
def sample(
    dist: Any,
    values: NDArray[np.float64],
    pace: float,
    stream: Int,
    seed: Int,
    replication: Int,
    i: Int,
) -> float:
    """Return draw i of a distribution times the pace, not rounded, ns."""
    if dist["family"] == Dist.CONSTANT:
        return dist["a"] * pace
    if _is_inverse(dist["family"]):
        return _inverse(dist, uniform(stream, seed, replication, i, ONLY)) * pace
    return _several(dist, values, stream, seed, replication, i) * pace


@inlined
def rounded(x: float) -> Int:
    """Return a duration in whole ns, or BAD."""
    if 0.0 <= x <= LARGEST:
        return np.int64(x + 0.5)
    return np.int64(BAD)


@compiled
def duration(
    dist: Any,
    values: NDArray[np.float64],
    pace: float,
    stream: Int,
    seed: Int,
    replication: Int,
    i: Int,
) -> Int:
    """`draw` for use inside the kernel."""
    return rounded(sample(dist, values, pace, stream, seed, replication, i))


@entry
def draw(
    dist: Any,
    values: NDArray[np.float64],
    pace: float,
    stream: Int,
    seed: Int,
    replication: Int,
    i: Int,
) -> Int:
    """Return draw i of a distribution in whole nanoseconds, or BAD.

    Parameters
    ----------
    dist : record of DIST
        `line.dists[d]`.
    values : ndarray of float64
        `line.values`.
    pace : float
        Factor on the sample, applied before the one rounding.
    stream : uint64
    seed, replication, i : int
        Not negative; replication below 2^32.

    Returns
    -------
    int
        ns, or BAD (-1) where the sample is negative, not a number or beyond 2^62 ns.
    """
    return duration(dist, values, pace, stream, seed, replication, i)


@entry
def value(
    dist: Any,
    values: NDArray[np.float64],
    pace: float,
    stream: Int,
    seed: Int,
    replication: Int,
    i: Int,
) -> float:
    """Return what `draw` rounds, ns: to say in an error what a bad sample was."""
    return sample(dist, values, pace, stream, seed, replication, i)


@entry
def chance(stream: Int, seed: Int, replication: Int, i: Int) -> float:
    """Return the uniform of draw i of a stream, as used for routes and mixes."""
    return uniform(stream, seed, replication, i, ONLY)

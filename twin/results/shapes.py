"""Shapes of durations that need more than two numbers: mixtures, a least time, what was measured.

The cell language has mixtures of exponentials; the others are written as tables of values that are
alike in their quantiles.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.results.gamma import normal_cdf

Floats = NDArray[np.float64]
Written = tuple[dict[str, Any], float]  # parameters as a cell file has them, times in s; mean
_TABLE = 200  # values that stand for a distribution
_GRID = 4_000
_LEAST = 1e-300


class Mixture(NamedTuple):
    """Two lognormals: share of the first, then mean and standard deviation of each logarithm."""

    share: float
    first: tuple[float, float]
    second: tuple[float, float]


def read_mixture(t: list[float]) -> Mixture:
    """Return the mixture that a point of the search stands for."""
    share = 1 / (1 + math.exp(-t[0]))
    return Mixture(share, (t[1], math.exp(t[2])), (t[3], math.exp(t[4])))


def mixture_cdf(x: Floats, t: list[float]) -> Floats:
    """Return the share of durations of up to x, s, of two lognormals."""
    mixture, logs = read_mixture(t), np.log(np.maximum(x, _LEAST))
    first, second = (normal_cdf((logs - m) / s) for m, s in (mixture.first, mixture.second))
    found: Floats = mixture.share * first + (1 - mixture.share) * second
    return found


def mixture_start(durations: Floats) -> list[float]:
    """Return where to look for two lognormals, by expectation and maximisation.

    References
    ----------
    A. P. Dempster, N. M. Laird and D. B. Rubin, "Maximum likelihood from incomplete data via the EM
    algorithm", 1977.
    """
    logs = np.sort(np.log(durations[durations > 0]))
    # The widest gap between neighbours in the middle half parts them first.
    low, high = logs.size // 10, max(logs.size // 10 + 1, logs.size - logs.size // 10)
    cut = low + int(np.argmax(np.diff(logs[low:high])))
    weight = (np.arange(logs.size) <= cut).astype(float)
    for _ in range(60):
        share = min(0.98, max(0.02, float(weight.mean())))
        first, second = _moments(logs, weight), _moments(logs, 1 - weight)
        densities = share * _density(logs, first), (1 - share) * _density(logs, second)
        weight = densities[0] / np.maximum(densities[0] + densities[1], _LEAST)
    scales = [math.log(first[1]), math.log(second[1])]
    return [math.log(share / (1 - share)), first[0], scales[0], second[0], scales[1]]


def _moments(x: Floats, weight: Floats) -> tuple[float, float]:
    total = max(float(weight.sum()), 1e-9)
    mean = float((weight * x).sum() / total)
    return mean, max(1e-3, math.sqrt(float((weight * (x - mean) ** 2).sum() / total)))


def _density(x: Floats, moments: tuple[float, float]) -> Floats:
    mean, deviation = moments
    found: Floats = np.exp(-(((x - mean) / deviation) ** 2) / 2) / deviation
    return found


def write_mixture(t: list[float]) -> Written:
    """Return a table of two lognormals, and their mean."""
    mixture = read_mixture(t)
    means = [math.exp(m + s * s / 2) for m, s in (mixture.first, mixture.second)]
    mean = mixture.share * means[0] + (1 - mixture.share) * means[1]
    ends = [m + 5 * s for m, s in (mixture.first, mixture.second)]
    starts = [m - 5 * s for m, s in (mixture.first, mixture.second)]
    grid = np.exp(np.linspace(min(starts), max(ends), _GRID))
    return {"": _table(grid, mixture_cdf(grid, t), mean)}, mean


def shifted_cdf(x: Floats, t: list[float]) -> Floats:
    """Return the share of durations of up to x, s: a least time and an exponential rest."""
    beyond = np.maximum(x - math.exp(t[0]), 0.0)
    found: Floats = -np.expm1(-beyond / math.exp(t[1]))
    return found


def write_shifted(t: list[float]) -> Written:
    """Return a table of a least time and an exponential rest, and their mean."""
    least, scale = math.exp(t[0]), math.exp(t[1])
    grid = least + scale * np.linspace(0, 12, _GRID)
    return {"": _table(grid, shifted_cdf(grid, t), least + scale)}, least + scale


def two_rates_cdf(x: Floats, t: list[float]) -> Floats:
    """Return the share of durations of up to x, s: one of two exponentials, by chance."""
    share = 1 / (1 + math.exp(-t[0]))
    first, second = (-np.expm1(-x / math.exp(scale)) for scale in t[1:])
    found: Floats = share * first + (1 - share) * second
    return found


def write_two_rates(t: list[float]) -> Written:
    """Return a mixture of two exponentials in the cell language, and its mean."""
    share = round(1 / (1 + math.exp(-t[0])), 6)
    means = [math.exp(t[1]), math.exp(t[2])]
    mean = share * means[0] + (1 - share) * means[1]
    return {"weights": [share, round(1 - share, 6)], "means": means}, mean


def write_measured(durations: Floats) -> Written:
    """Return what was measured itself, thinned out to a table, and its mean."""
    mean = float(durations.mean())
    if durations.size <= _TABLE:
        return {"": np.sort(durations).tolist()}, mean
    middles = (np.arange(_TABLE) + 0.5) / _TABLE
    values = np.quantile(durations, middles)
    return {"": (values * (mean / values.mean())).tolist()}, mean


def _table(grid: Floats, cdf: Floats, mean: float) -> list[float]:
    """Return values at equal steps of the distribution, scaled so that their mean is exact."""
    middles = (np.arange(_TABLE) + 0.5) / _TABLE
    values = np.interp(middles, cdf, grid)
    scaled: list[float] = (values * (mean / values.mean())).tolist()
    return scaled

"""Means with their confidence, from replications or from one correlated series."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.results.model import SHARE, Estimate
from twin.results.student import normal_quantile, t_cdf, t_quantile

Floats = NDArray[np.float64]


def estimate(
    values: ArrayLike,
    unit: str,
    confidence: float = 0.95,
    *,
    bounds: tuple[float, float] | None = None,
) -> Estimate:
    """Return the mean of one value a replication with its Student t interval.

    Parameters
    ----------
    values : array_like, shape (n,)
        One value a replication; NaN where a replication has none (it is left out).
    unit : str
    confidence : float
        Of the interval, 0 to 1.
    bounds : (float, float), optional
        What the quantity cannot leave; the interval is cut there.
    """
    x = np.asarray(values, dtype=np.float64).ravel()
    x = x[np.isfinite(x)]
    mean = float(x.mean()) if x.size else math.nan
    error = float(x.std(ddof=1)) / math.sqrt(x.size) if x.size > 1 else math.nan
    return _interval(mean, error, x.size, unit, confidence, bounds)


def _interval(
    mean: float,
    error: float,
    n: int,
    unit: str,
    confidence: float,
    bounds: tuple[float, float] | None,
) -> Estimate:
    half = error * t_quantile((1 + confidence) / 2, n - 1) if n > 1 else math.nan
    low, high = mean - half, mean + half
    if bounds is not None and n > 1:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return Estimate(mean=mean, low=low, high=high, n=n, unit=unit, confidence=confidence)


def share(values: ArrayLike) -> Estimate:
    """Return the mean of one share a replication; its interval stays within 0 and 1.

    Parameters
    ----------
    values : array_like, shape (n,)
    """
    return estimate(values, SHARE, bounds=(0.0, 1.0))


def ratio(
    above: ArrayLike,
    below: ArrayLike,
    unit: str,
    *,
    scale: float = 1.0,
    bounds: tuple[float, float] | None = None,
) -> Estimate:
    """Return sum over sum of two totals a replication, with the interval of the ratio estimator.

    A replication with many parts weighs more than one with few, and one with none does no harm.
    Interval: linearised, Cochran, "Sampling Techniques", 1977, eq. 6.13.

    Parameters
    ----------
    above, below : array_like, shape (n,)
    unit : str
    scale : float
        The ratio is multiplied by this.
    bounds : (float, float), optional
    """
    y = np.asarray(above, dtype=np.float64).ravel()
    x = np.asarray(below, dtype=np.float64).ravel()
    if x.sum() == 0:
        nan = math.nan
        return Estimate(mean=nan, low=nan, high=nan, n=x.size, unit=unit)
    r = float(y.sum() / x.sum())
    rest = y - r * x
    error = math.nan
    if x.size > 1:
        error = math.sqrt(float(rest @ rest) / (x.size - 1) / x.size) / abs(float(x.mean()))
    return _interval(r * scale, error * abs(scale), x.size, unit, 0.95, bounds)


def wilson(hits: int, n: int, confidence: float = 0.95) -> Estimate:
    """Return the share of hits in n independent trials with Wilson's score interval (1927).

    Parameters
    ----------
    hits, n : int
    confidence : float
    """
    if n == 0:
        return Estimate(mean=math.nan, low=math.nan, high=math.nan, n=0, unit=SHARE)
    z = normal_quantile((1 + confidence) / 2)
    p = hits / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half))
    return Estimate(mean=p, low=low, high=high, n=n, unit=SHARE, confidence=confidence)


class Batches(NamedTuple):
    """Means of consecutive batches of a correlated series."""

    means: Floats  # (m,)
    size: int  # values in a batch
    independent: bool  # the lag-1 correlation came below the limit


def lag_one(x: Floats) -> float:
    """Return the correlation of a series with itself one step later; 0 for a constant one.

    Parameters
    ----------
    x : ndarray, shape (n,)
    """
    rest = x - (x.mean() if x.size else 0.0)
    total = float(rest @ rest)
    return float(rest[1:] @ rest[:-1]) / total if total > 0 else 0.0


def batch_means(series: Floats, *, limit: float = 0.1, most: int = 32, least: int = 10) -> Batches:
    """Return batch means with little correlation left, by doubling the batch.

    The first batch is not one value: departures of a line make up for each other over many parts,
    and correlation at lag 1 does not show it.

    Parameters
    ----------
    series : ndarray, shape (n,)
    limit : float
        Most |lag-1 correlation| between batch means.
    most, least : int
        Batches to begin with, and the fewest; there the search ends, independent or not.

    References
    ----------
    B. Schmeiser, "Batch size effects in the analysis of simulation output", 1982: beyond 10 to 30
    batches little is gained.
    """
    size = max(1, series.size // most)
    best = in_batches(series, size)
    while abs(lag_one(best)) >= limit and series.size // (2 * size) >= least:
        size *= 2
        best = in_batches(series, size)
    return Batches(best, size, bool(best.size >= least and abs(lag_one(best)) < limit))


def in_batches(series: Floats, size: int) -> Floats:
    """Return means of consecutive batches; what does not fill one is left out at the start."""
    count = series.size // size
    means: Floats = series[series.size - count * size :].reshape(count, size).mean(axis=1)
    return means


class Difference(NamedTuple):
    """A difference of two means, its standard error and degrees of freedom."""

    value: float
    error: float
    freedom: float

    def p_two_sided(self) -> float:
        """Return the probability of a difference at least as large when there is none."""
        if self.error == 0:
            return 1.0 if self.value == 0 else 0.0
        return 2 * t_cdf(-abs(self.value) / self.error, self.freedom)

    def interval(self, confidence: float) -> tuple[float, float]:
        """Return the interval of the difference."""
        half = self.error * t_quantile((1 + confidence) / 2, self.freedom) if self.error else 0.0
        return self.value - half, self.value + half


def welch(a: Floats, b: Floats) -> Difference:
    """Return mean(a) - mean(b) of two independent samples, freedom by Welch and Satterthwaite.

    Parameters
    ----------
    a, b : ndarray, shapes (n,) and (m,), n and m at least 2
    """
    va, vb = float(a.var(ddof=1)) / a.size, float(b.var(ddof=1)) / b.size
    total = va + vb
    freedom = 1.0
    if total > 0:
        freedom = total**2 / (va**2 / (a.size - 1) + vb**2 / (b.size - 1))
    return Difference(float(a.mean() - b.mean()), math.sqrt(total), freedom)


def holm(p_values: list[float]) -> list[float]:
    """Return p values adjusted for their number after Holm (1979), in the order given."""
    adjusted, worst = [0.0] * len(p_values), 0.0
    for place, k in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        worst = max(worst, min(1.0, p_values[k] * (len(p_values) - place)))
        adjusted[k] = worst
    return adjusted

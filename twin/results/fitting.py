"""Distributions fitted to durations from a log, rounded up by a scan or cut short by its end.

A controller with a scan of w notices an end at the next scan: a duration d in the log was between
d - w and d.  A duration that was still going on is known to be longer.  Both enter the likelihood
as what they are.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.results.gamma import incomplete_gamma, normal_cdf
from twin.results.shapes import (
    mixture_cdf,
    mixture_start,
    shifted_cdf,
    two_rates_cdf,
    write_measured,
    write_mixture,
    write_shifted,
    write_two_rates,
)

Floats = NDArray[np.float64]
_HELD_OUT = 0.3  # of the durations, the latest
_LEAST = 1e-300


class Durations(NamedTuple):
    """Durations in order of time, s: each between low and high; high inf: cut short at low."""

    low: Floats  # (n,)
    high: Floats  # (n,)

    def between(self, first: int, last: int) -> "Durations":
        """Return some of them."""
        return Durations(self.low[first:last], self.high[first:last])

    @property
    def middle(self) -> Floats:
        """Return the middle of each whole one."""
        whole = np.isfinite(self.high)
        middle: Floats = (self.low[whole] + self.high[whole]) / 2
        return middle


def from_log(
    durations: Floats, scan: float, cut: Floats | None = None, *, blur: float = 0.0
) -> Durations:
    """Return durations as a log has them, rounded up to whole scans.

    Parameters
    ----------
    durations : ndarray, shape (n,)
        s.
    scan : float
        s; 0: exact to a microsecond.
    cut : ndarray, optional
        Durations that were still going on, s.
    blur : float
        Resolution of the time stamps, s: both ends may be off by so much.
    """
    width = max(scan, blur, 1e-6)
    low, high = np.maximum(durations - width, 0.0), np.maximum(durations + blur, width)
    if cut is not None:
        low, high = np.append(low, cut), np.append(high, np.full(cut.size, np.inf))
    return Durations(low, high)


class Fit(NamedTuple):
    """A fitted distribution."""

    family: str  # as a cell file names it
    parameters: dict[str, Any]  # as a cell file has them, times in s
    mean: float  # s
    log_likelihood: float
    held_out: float  # mean log likelihood of the latest durations, not used for their fit
    misfit: float = 0.0  # largest distance of its distribution from that of the latest durations
    shape: str = ""  # what was fitted, where the cell file has a table of values for it


class _Family(NamedTuple):
    name: str
    start: Callable[[float, float], list[float]]  # from mean and cv
    cdf: Callable[[Floats, list[float]], Floats]
    write: Callable[[list[float]], tuple[dict[str, Any], float]]  # parameters, mean
    shape: str = ""  # what it is called where the cell language has no name for it
    begin: Callable[[Floats], list[float]] | None = None  # from all durations, in place of start


def _lognormal(x: Floats, t: list[float]) -> Floats:
    return normal_cdf((np.log(np.maximum(x, _LEAST)) - t[0]) / math.exp(t[1]))


def _write_lognormal(t: list[float]) -> tuple[dict[str, float], float]:
    variance = math.exp(t[1]) ** 2
    mean = math.exp(t[0] + variance / 2)
    return {"mean": mean, "cv": math.sqrt(math.expm1(variance))}, mean


def _normal(x: Floats, t: list[float]) -> Floats:
    # Redrawn while negative, as the cell language has it.
    below = float(normal_cdf(np.array([-t[0] / math.exp(t[1])]))[0])
    truncated: Floats = (normal_cdf((x - t[0]) / math.exp(t[1])) - below) / (1 - below)
    return truncated


def _gamma(x: Floats, t: list[float]) -> Floats:
    shape = math.exp(t[1])
    return incomplete_gamma(shape, x * shape / math.exp(t[0]))


def _weibull(x: Floats, t: list[float]) -> Floats:
    cdf: Floats = -np.expm1(-((x / math.exp(t[0])) ** math.exp(t[1])))
    return cdf


def _write_weibull(t: list[float]) -> tuple[dict[str, float], float]:
    scale, shape = math.exp(t[0]), math.exp(t[1])
    return {"scale": scale, "shape": shape}, scale * math.gamma(1 + 1 / shape)


def _exponential(x: Floats, t: list[float]) -> Floats:
    cdf: Floats = -np.expm1(-x / math.exp(t[0]))
    return cdf


FAMILIES = (
    _Family(
        "lognormal",
        lambda m, cv: [math.log(m) - math.log1p(cv * cv) / 2, math.log(math.log1p(cv * cv)) / 2],
        _lognormal,
        _write_lognormal,
    ),
    _Family(
        "normal",
        lambda m, cv: [m, math.log(m * cv)],
        _normal,
        lambda t: ({"mean": t[0], "sd": math.exp(t[1])}, t[0]),
    ),
    _Family(
        "gamma",
        lambda m, cv: [math.log(m), -2 * math.log(cv)],
        _gamma,
        lambda t: ({"mean": math.exp(t[0]), "shape": math.exp(t[1])}, math.exp(t[0])),
    ),
    _Family(
        "weibull", lambda m, cv: [math.log(m), -1.086 * math.log(cv)], _weibull, _write_weibull
    ),
    _Family(
        "exponential",
        lambda m, _: [math.log(m)],
        _exponential,
        lambda t: ({"mean": math.exp(t[0])}, math.exp(t[0])),
    ),
)
# Tried where none of those will do: they have more numbers, or need a table in the cell file.
SHAPES = (
    _Family(
        "hyperexponential",
        lambda m, cv: [0.0, math.log(m) - min(1.0, cv), math.log(m) + min(1.0, cv)],
        two_rates_cdf,
        write_two_rates,
    ),
    _Family(
        "empirical",
        lambda m, cv: [math.log(m * max(0.05, 1 - cv)), math.log(m * min(0.95, cv))],
        shifted_cdf,
        write_shifted,
        shape="a least time and an exponential rest",
    ),
    _Family(
        "empirical",
        lambda m, cv: [0.0, math.log(m) - cv, -1.0, math.log(m) + cv, -1.0],
        mixture_cdf,
        write_mixture,
        shape="a mixture of two lognormals",
        begin=mixture_start,
    ),
)
# Kolmogorov and Smirnov: of true distributions 10 % and 0.1 % are further off, times sqrt(n).
_DOUBTFUL, _FAR = 1.22, 1.95
_MOST_CUT = 0.1  # share of durations cut short beyond which there is nothing to set a fit against


def fit_best(durations: Durations, families: tuple[_Family, ...] = FAMILIES) -> Fit:
    """Return the family that foretells the latest durations best, fitted to all.

    The earliest 70 % are fitted, the rest judges: a hold-out by time, not by shuffling, since what
    is asked of the fit is the future.  If the latest are not what the best family says, mixtures
    and a least time are tried as well; if those are far off too, while the latest are as the
    earliest were, what was measured stands for itself.

    Raises
    ------
    ValueError
        If there are fewer than 10 whole durations.
    """
    if durations.middle.size < 10:
        raise ValueError(f"{durations.middle.size} durations; a fit needs 10")
    if np.ptp(durations.middle) <= 0:
        mean = float(durations.middle.mean())
        return Fit("constant", {"value": mean}, mean, 0.0, 0.0)
    early = durations.between(0, int(durations.low.size * (1 - _HELD_OUT)))
    late = durations.between(early.low.size, durations.low.size)
    best = max((_tried(family, early, late) for family in families), key=lambda one: one.score)
    width = math.sqrt(late.low.size)
    if best.misfit * width > _DOUBTFUL and families is FAMILIES:
        others = [_tried(family, early, late) for family in SHAPES]
        best = max([best, *others], key=lambda one: one.score)
    if best.misfit > 2 * max(_FAR / width, _between(early, late)):
        parameters, mean = write_measured(durations.middle)
        held_out, misfit = best.held_out, best.misfit
        return Fit("empirical", parameters, mean, math.nan, held_out, misfit, "as measured")
    return _whole(best, durations)


class _Tried(NamedTuple):
    """A family fitted to the earliest durations and judged by the latest."""

    family: _Family
    score: float
    held_out: float
    misfit: float


def _tried(family: _Family, early: Durations, late: Durations) -> _Tried:
    found = _fitted(family, early)
    held_out = _log_likelihood(family, found, late) / late.low.size
    # Of two that foretell alike the one with fewer numbers (Schwarz, 1978).
    score = held_out - len(found) * math.log(late.low.size) / 2 / late.low.size
    return _Tried(family, score, held_out, _misfit(late, lambda x: family.cdf(x, found)))


def _whole(best: _Tried, durations: Durations) -> Fit:
    """Return a family fitted to all durations."""
    family, found = best.family, _fitted(best.family, durations)
    parameters, mean = family.write(found)
    likelihood = _log_likelihood(family, found, durations)
    return Fit(family.name, parameters, mean, likelihood, best.held_out, best.misfit, family.shape)


def _misfit(durations: Durations, cdf: Callable[[Floats], Floats]) -> float:
    """Return how far a distribution is at most from what whole durations allow.

    At x it has to lie between the share whose upper end is up to x and that whose lower end is.
    """
    whole = np.isfinite(durations.high)
    if whole.mean() < 1 - _MOST_CUT:
        return 0.0
    low, high = np.sort(durations.low[whole]), np.sort(durations.high[whole])
    ends = np.concatenate([low, high])
    least = np.searchsorted(high, ends, "right") / high.size
    most = np.searchsorted(low, ends, "left") / high.size
    found = cdf(ends)
    return max(0.0, float((least - found).max()), float((found - most).max()))


def _between(early: Durations, late: Durations) -> float:
    """Return the largest distance of what was measured early from what was measured late."""
    whole = np.isfinite(early.high)
    ends = np.sort(early.high[whole])
    return _misfit(late, lambda x: np.searchsorted(ends, x, "right") / ends.size)


def _fitted(family: _Family, durations: Durations) -> list[float]:
    middle = durations.middle
    mean = float(middle.mean())
    cv = min(10.0, max(1e-4, float(middle.std()) / mean))
    start = family.start(mean, cv) if family.begin is None else family.begin(middle)
    return _minimised(lambda t: -_log_likelihood(family, t, durations), start)


def _log_likelihood(family: _Family, t: list[float], durations: Durations) -> float:
    try:
        upper = np.ones_like(durations.high)
        whole = np.isfinite(durations.high)
        upper[whole] = family.cdf(durations.high[whole], t)
        chances = upper - family.cdf(durations.low, t)
    except (OverflowError, ZeroDivisionError, ValueError):
        return -math.inf
    return float(np.log(np.maximum(np.nan_to_num(chances), _LEAST)).sum())


def _minimised(f: Callable[[list[float]], float], start: list[float]) -> list[float]:
    """Return where a function is smallest near a start.

    References
    ----------
    J. A. Nelder and R. Mead, "A simplex method for function minimization", 1965.
    """
    points = [start] + [
        [x + (0.1 + 0.01 * abs(x) if k == j else 0.0) for k, x in enumerate(start)]
        for j in range(len(start))
    ]
    corners = sorted((f(point), point) for point in points)
    for _ in range(100 * len(start)):
        if abs(corners[-1][0] - corners[0][0]) <= 1e-9 * (1 + abs(corners[0][0])):
            break
        corners = _step(f, corners)
    return corners[0][1]


def _step(
    f: Callable[[list[float]], float], corners: list[tuple[float, list[float]]]
) -> list[tuple[float, list[float]]]:
    best, worst = corners[0], corners[-1]
    centre = [sum(p[k] for _, p in corners[:-1]) / (len(corners) - 1) for k in range(len(best[1]))]

    def at(factor: float) -> tuple[float, list[float]]:
        point = [c + factor * (w - c) for c, w in zip(centre, worst[1], strict=True)]
        return f(point), point

    tried = at(-1.0)
    if tried[0] < best[0]:
        tried = min(tried, at(-2.0))
    elif tried[0] >= corners[-2][0]:
        tried = min(at(0.5), at(-0.5))
        if tried[0] >= worst[0]:
            shrunk = [[(b + p) / 2 for b, p in zip(best[1], q, strict=True)] for _, q in corners]
            return sorted((f(point), point) for point in shrunk)
    return sorted([*corners[:-1], tried])

"""Planned times: the mean of what a line's distributions describe."""

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from twin.kernel.model import NONE, NS_PER_S, Line
from twin.kernel.states import Dist
from twin.results.student import normal_cdf


def mean_of(line: Line, dist: int) -> float:
    """Return the mean of one row of `line.dists`, ns, in closed form.

    Parameters
    ----------
    line : Line
    dist : int
        Row in `line.dists`.
    """
    row = line.dists[dist]
    family = Dist(int(row["family"]))
    a, b, c = float(row["a"]), float(row["b"]), float(row["c"])
    values = line.values[int(row["first"]) : int(row["first"] + row["count"])]
    return _TABLES[family](values) if family in _TABLES else _FORMULAS.get(family, _first)(a, b, c)


def _first(a: float, b: float, c: float) -> float:
    # Constant, exponential, Erlang and gamma are parametrised by their mean.
    return a


def _truncated_normal(mean: float, deviation: float, _: float) -> float:
    # Johnson, Kotz and Balakrishnan, "Continuous Univariate Distributions", 1994, eq. 13.134.
    if deviation == 0:
        return mean
    low = -mean / deviation
    density = math.exp(-low * low / 2) / math.sqrt(2 * math.pi)
    return mean + deviation * density / (1 - normal_cdf(low))


_FORMULAS: Mapping[Dist, Callable[[float, float, float], float]] = {
    Dist.UNIFORM: lambda a, b, c: (a + b) / 2,
    Dist.TRIANGULAR: lambda a, b, c: (a + b + c) / 3,
    Dist.PERT: lambda a, b, c: (a + 4 * b + c) / 6,
    Dist.WEIBULL: lambda a, b, c: a * math.gamma(1 + 1 / b),
    Dist.NORMAL: _truncated_normal,
    Dist.LOGNORMAL: lambda a, b, c: math.exp(a + b * b / 2),
    Dist.GEOMETRIC: lambda a, b, c: a / b,
}

_TABLES: Mapping[Dist, Callable[[NDArray[np.float64]], float]] = {
    Dist.HYPEREXPONENTIAL: lambda v: float(v[0::2] @ v[1::2]),
    Dist.EMPIRICAL: lambda v: float(np.mean(v)),
    Dist.SEQUENCE: lambda v: float(np.mean(v)),
}


def planned_cycle(line: Line, node: int, weights: NDArray[np.float64]) -> float:
    """Return the planned runtime per item of a station, s (ISO 22400-2, PRI).

    Parameters
    ----------
    line : Line
    node : int
        A station.
    weights : ndarray, shape (P,)
        How often each product was made; only their proportions matter.
    """
    dists = line.process[node]
    made = [p for p in range(len(dists)) if dists[p] != NONE]
    means = np.array([mean_of(line, int(dists[p])) for p in made])
    w = np.asarray(weights, dtype=np.float64)[made]
    if not means.size:
        return math.nan
    return float(np.average(means, weights=w if w.sum() > 0 else None)) / NS_PER_S

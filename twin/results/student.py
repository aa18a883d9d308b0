"""Student's t and the normal distribution, without SciPy."""

import functools
import math
from statistics import NormalDist

_NORMAL = NormalDist()
_TINY = 1e-300
_PRECISION = 1e-15


def normal_cdf(x: float) -> float:
    """Return P(Z <= x) of the standard normal."""
    return _NORMAL.cdf(x)


def normal_quantile(p: float) -> float:
    """Return the standard normal quantile of 0 < p < 1."""
    return _NORMAL.inv_cdf(p)


def _beta_fraction(a: float, b: float, x: float) -> float:
    # Continued fraction of the incomplete beta function by Lentz's method, DLMF 8.17.22.
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / _away_from_zero(1.0 + term * d)
            c = _away_from_zero(1.0 + term / c)
            result *= c * d
        if abs(c * d - 1.0) < _PRECISION:
            break
    return result


def _away_from_zero(x: float) -> float:
    return x if abs(x) > _TINY else _TINY


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), DLMF 8.17.

    Parameters
    ----------
    a, b : float
        Positive.
    x : float
        From 0 to 1.
    """
    if x <= 0 or x >= 1:
        return min(max(x, 0.0), 1.0)
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast only below this
        return 1.0 - incomplete_beta(b, a, 1.0 - x)
    log_front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return math.exp(log_front) * _beta_fraction(a, b, x) / a


def t_cdf(x: float, freedom: float) -> float:
    """Return P(T <= x) of Student's t.

    Parameters
    ----------
    x : float
    freedom : float
        Degrees of freedom, positive, not necessarily whole.
    """
    if math.isinf(x):
        return 0.0 if x < 0 else 1.0
    square = x * x / (freedom + x * x)
    if square < 0.5:  # the tail would be 1 minus something tiny
        half = math.copysign(incomplete_beta(0.5, freedom / 2, square) / 2, x)
        return 0.5 + half
    tail = incomplete_beta(freedom / 2, 0.5, freedom / (freedom + x * x)) / 2
    return tail if x < 0 else 1.0 - tail


@functools.lru_cache(maxsize=1024)
def t_quantile(p: float, freedom: float) -> float:
    """Return the quantile of Student's t for 0 < p < 1.

    Parameters
    ----------
    p : float
    freedom : float
        Degrees of freedom, positive.
    """
    if p < 0.5:
        return -t_quantile(1.0 - p, freedom)
    low, high = 0.0, max(1.0, normal_quantile(p) * 2 if p > 0.5 else 1.0)
    while t_cdf(high, freedom) < p:
        low, high = high, 2 * high
    while high - low > 1e-13 * max(1.0, high):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if t_cdf(middle, freedom) < p else (low, middle)
    return (low + high) / 2

"""The incomplete gamma function over arrays, without SciPy."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_TERMS = 400


def incomplete_gamma(a: float, x: Floats) -> Floats:
    """Return the regularised lower incomplete gamma function P(a, x), DLMF 8.2.4.

    Parameters
    ----------
    a : float
        Positive, at most some ten thousand.
    x : ndarray
        Not negative.
    """
    if a > 5_000:  # nearly normal; Wilson and Hilferty (1931)
        z = (np.cbrt(x / a) - 1 + 1 / (9 * a)) * 3 * math.sqrt(a)
        return normal_cdf(z)
    result = np.zeros_like(x)
    low = (x > 0) & (x < a + 1)
    high = x >= a + 1
    result[low] = _series(a, x[low])
    result[high] = 1 - _fraction(a, x[high])
    return result


def normal_cdf(z: Floats) -> Floats:
    """Return P(Z <= z) of the standard normal."""
    values: Floats = np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in z.ravel().tolist()])
    return values.reshape(z.shape)


def _front(a: float, x: Floats) -> Floats:
    front: Floats = np.exp(a * np.log(x) - x - math.lgamma(a))
    return front


def _series(a: float, x: Floats) -> Floats:
    # DLMF 8.7.1.
    term = np.full_like(x, 1 / a)
    total = term.copy()
    for n in range(1, _TERMS):
        term *= x / (a + n)
        total += term
        if not np.any(term > 1e-15 * total):
            break
    return _front(a, x) * total


def _fraction(a: float, x: Floats) -> Floats:
    # Continued fraction of the upper function by Lentz's method, DLMF 8.9.2.
    b = x + 1 - a
    c, d = np.full_like(x, 1e300), 1 / b
    result = d.copy()
    for n in range(1, _TERMS):
        factor = -n * (n - a)
        b = b + 2
        d = 1 / _away_from_zero(factor * d + b)
        c = _away_from_zero(b + factor / c)
        result *= c * d
        if not np.any(np.abs(c * d - 1) > 1e-15):
            break
    return _front(a, x) * result


def _away_from_zero(x: Floats) -> Floats:
    away: Floats = np.where(np.abs(x) > 1e-300, x, 1e-300)
    return away

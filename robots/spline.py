"""Cubic splines through equally spaced rows."""

import numpy as np

from robots.arm import Floats


def spline(values: Floats, length: float, at: Floats) -> tuple[Floats, Floats, Floats]:
    """Return a cubic spline through equally spaced rows, with two derivatives.

    The curvature of the first and of the last piece does not change along it.

    Parameters
    ----------
    values : ndarray, shape (k, n)
        At least 3 rows, the first at 0 and the last at `length`.
    at : ndarray, shape (m,)
        Places between 0 and `length`.

    Returns
    -------
    ndarrays, shape (m, n)
        Values, first and second derivatives.

    References
    ----------
    W. Press et al., "Numerical recipes", 3.3.
    """
    count = len(values)
    step = length / (count - 1)
    bend = _bends(values, step)
    low = np.clip((at / step).astype(np.int64), 0, count - 2)
    b = (at / step - low)[:, None]
    a = 1.0 - b
    y0, y1, m0, m1 = values[low], values[low + 1], bend[low], bend[low + 1]
    q = a * y0 + b * y1 + ((a**3 - a) * m0 + (b**3 - b) * m1) * step**2 / 6.0
    first = (y1 - y0) / step + ((3 * b**2 - 1) * m1 - (3 * a**2 - 1) * m0) * step / 6.0
    return q, first, a * m0 + b * m1


def _bends(values: Floats, step: float) -> Floats:
    """Return the second derivatives at the rows."""
    count = len(values)
    right = 6.0 / step**2 * (values[2:] - 2.0 * values[1:-1] + values[:-2])
    system = (
        np.diag(np.full(count - 2, 4.0))
        + np.diag(np.ones(count - 3), 1)
        + np.diag(np.ones(count - 3), -1)
    )
    system[0, 0] += 1.0
    system[-1, -1] += 1.0
    inner = np.linalg.solve(system, right)
    return np.concatenate([inner[:1], inner, inner[-1:]])

"""Control charts with a run length by design: CUSUM and EWMA of standard normal scores."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.results.student import normal_cdf

Floats = NDArray[np.float64]
REFERENCE = 0.5  # k of the CUSUM: half of the shift it finds fastest, in standard deviations
WEIGHT = 0.1  # of the newest score in the EWMA
_CELLS = 101  # of the Markov chain that stands for the chart's state
_WIDEST = 30.0


class Alarm(NamedTuple):
    """A chart went beyond its limit."""

    at: int  # index of the score that did it
    onset: int  # index of the score from which on the mean had most likely changed
    sign: int  # 1 up, -1 down


def cusum(scores: Floats, run_length: float, reference: float = REFERENCE) -> Alarm | None:
    """Return the first alarm of a two-sided CUSUM; None: there is none.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        Standard normal as long as nothing has changed.
    run_length : float
        Mean number of scores to a false alarm.
    reference : float
        Half of the shift looked for, standard deviations.

    References
    ----------
    E. S. Page, "Continuous inspection schemes", 1954; onset: the last time the sum was 0, the
    maximum likelihood estimate of the change point.
    """
    limit = cusum_limit(run_length, reference)
    alarms = []
    for sign in (1, -1):
        # max(0, sum + step) at every step is the walk above its lowest point so far.
        walk = np.concatenate([[0.0], np.cumsum(sign * scores - reference)])
        lowest = np.minimum.accumulate(walk)
        beyond = np.flatnonzero(walk - lowest > limit)
        if beyond.size:
            first = int(beyond[0])
            start = first - int(np.argmin(walk[first::-1]))  # the latest of equal lows
            alarms.append(Alarm(first - 1, start, sign))
    return min(alarms, default=None)


def ewma(scores: Floats, run_length: float, weight: float = WEIGHT) -> Alarm | None:
    """Return the first alarm of a two-sided EWMA, better than a CUSUM at slow drifts; else None.

    Parameters
    ----------
    scores : ndarray, shape (n,)
    run_length : float
    weight : float
        Of the newest score, 0 to 1.

    References
    ----------
    S. W. Roberts, "Control chart tests based on geometric moving averages", 1959.
    """
    limit, level = ewma_limit(run_length, weight), 0.0
    crossed = 0  # where the level last passed 0
    for at, score in enumerate(scores.tolist()):
        before, level = level, level + weight * (score - level)
        if before * level <= 0:
            crossed = at
        if abs(level) > limit:
            return Alarm(at, crossed, 1 if level > 0 else -1)
    return None


@lru_cache(maxsize=64)
def cusum_limit(run_length: float, reference: float = REFERENCE) -> float:
    """Return the limit with which a two-sided CUSUM has this mean run length in control.

    Raises
    ------
    ValueError
        If it is not between 10 and 10^8.
    """
    # Two sides that hardly ever alarm together: half the run length of one.
    return _search(lambda limit: cusum_run_length(limit, 0.0, reference) / 2, run_length)


@lru_cache(maxsize=64)
def ewma_limit(run_length: float, weight: float = WEIGHT) -> float:
    """Return the limit with which a two-sided EWMA has this mean run length in control.

    Raises
    ------
    ValueError
        If it is not between 10 and 10^8.
    """
    return _search(lambda limit: ewma_run_length(limit, 0.0, weight), run_length)


def cusum_run_length(limit: float, shift: float, reference: float = REFERENCE) -> float:
    """Return the mean run length of a one-sided CUSUM from 0, at a shift in standard deviations.

    References
    ----------
    D. Brook and D. A. Evans, "An approach to the probability distribution of CUSUM run length",
    1972: the sum as a Markov chain of cells.
    """
    width = 2 * limit / (2 * _CELLS - 1)
    centres = np.arange(_CELLS) * width
    upper = centres[None, :] - centres[:, None] + width / 2 + reference - shift
    below = _cdf(upper)
    chances = below - _cdf(upper - width)
    chances[:, 0] = below[:, 0]
    return _steps_to_leave(chances, 0)


def ewma_run_length(limit: float, shift: float, weight: float = WEIGHT) -> float:
    """Return the mean run length of a two-sided EWMA from 0, at a shift in standard deviations."""
    width = 2 * limit / _CELLS
    centres = -limit + (np.arange(_CELLS) + 0.5) * width
    # The score that takes the level from one cell's centre to another cell's edge.
    edge = (centres[None, :] + width / 2 - (1 - weight) * centres[:, None]) / weight - shift
    return _steps_to_leave(_cdf(edge) - _cdf(edge - width / weight), _CELLS // 2)


def _steps_to_leave(chances: Floats, start: int) -> float:
    steps = np.linalg.solve(np.eye(len(chances)) - chances, np.ones(len(chances)))
    return float(steps[start])


def _cdf(x: Floats) -> Floats:
    values: Floats = np.array([normal_cdf(v) for v in x.ravel().tolist()]).reshape(x.shape)
    return values


def _search(run_length_of: Callable[[float], float], wanted: float) -> float:
    """Return the limit with the run length wanted; it grows with the limit."""
    if not 10 <= wanted <= 1e8:
        raise ValueError(f"a mean run length of {wanted:g}: 10 to 1e8 is possible")
    low, high = 0.01, 0.02
    while run_length_of(high) < wanted and high < _WIDEST:
        low, high = high, 1.5 * high
    while high - low > 1e-4 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if run_length_of(middle) < wanted else (low, middle)
    return high

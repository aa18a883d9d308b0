"""Where a run has forgotten that it began empty: MSER-5."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernel.model import NS_PER_S
from twin.results.model import WarmUp
from twin.results.schedule import Schedule

Floats = NDArray[np.float64]
_FEW = 50  # observations; with fewer they are not put together by fives
_FEWEST = 6


class Truncation(NamedTuple):
    """How many observations to leave out; None: the minimum lies in the second half."""

    length: int | None
    statistic: Floats  # MSER for each number of batches left out


def mser(series: Floats, batch: int = 5) -> Truncation:
    """Return how many first observations to leave out so that the mean is most certain.

    Parameters
    ----------
    series : ndarray, shape (n,)
        A measure of output by time, best the mean over replications.
    batch : int
        Observations put together; 5 makes it MSER-5.

    References
    ----------
    K. P. White, "An effective truncation heuristic for bias reduction in simulation output", 1997;
    K. P. White, M. J. Cobb, S. C. Spratt, "A comparison of five steady-state truncation heuristics
    for simulation", 2000.
    """
    count = series.size // batch
    means = series[: count * batch].reshape(count, batch).mean(axis=1)
    # Sums over what remains after leaving out the first d batches, for every d at once.
    left = np.arange(count, 0, -1)
    centred = means - means.mean() if count else means  # for precision only
    total = np.cumsum(centred[::-1])[::-1]
    square = np.cumsum(centred[::-1] ** 2)[::-1]
    statistic = (square - total**2 / left) / left.astype(np.float64) ** 2
    if count < _FEWEST:
        return Truncation(None, statistic)
    # The last few values rest on next to nothing and are often tiny by chance.
    best = int(np.argmin(np.maximum(statistic[: count - 3], 0.0)))
    return Truncation(best * batch if best <= count // 2 else None, statistic)


def find_warm_up(counts: NDArray[np.int64], window: int, schedule: Schedule) -> WarmUp:
    """Return the warm-up of a pilot run, from its good parts by period.

    Parameters
    ----------
    counts : ndarray, shape (n, W)
        Good parts by replication and period from time 0.
    window : int
        Length of a period, ns.
    schedule : Schedule
        When the line is on shift; periods off shift are left out, others count per scheduled time.
    """
    edges = np.arange(counts.shape[1] + 1, dtype=np.int64) * window
    scheduled = np.diff(schedule.elapsed(edges))
    kept = np.flatnonzero(scheduled > 0)
    rates = counts.mean(axis=0)[kept] / scheduled[kept] * window
    batch = 5 if rates.size >= _FEW else 1
    found = mser(np.asarray(rates, dtype=np.float64), batch)
    about = f"MSER-{batch} over {rates.size} periods, mean of {len(counts)} replications"
    if found.length is None:
        text = f"No end of the warm-up found ({about}): nothing is left out; try a longer horizon."
        return WarmUp(length=0.0, found=False, how=text)
    length = 0.0
    if found.length:
        length = float(edges[kept[found.length]]) / NS_PER_S
    what = f"{length / 3600:.4g} h are left out" if length else "nothing needs to be left out"
    return WarmUp(length=length, found=True, how=f"Found by {about}: {what}.")

"""The flow of parts: output, scrap, lead time, periods, takt."""

import math

import numpy as np
from numpy.typing import NDArray

from twin.kernel.model import NS_PER_S
from twin.kernel.tally import lead_edges
from twin.results.estimates import Floats, estimate, ratio, share
from twin.results.model import SHARE, Estimate, LeadTime, ProductResult, Series, Takt
from twin.results.observed import Observed
from twin.results.schedule import DAY, HOUR, WEEK

_PERIODS = {HOUR: "hour", 8 * HOUR: "8-hour block", DAY: "day", WEEK: "week"}
_UNITS = {HOUR: "parts/h", DAY: "parts/day", WEEK: "parts/week"}


def throughput(seen: Observed, parts: NDArray[np.int64], unit: str = "parts/h") -> Estimate:
    """Return parts per scheduled hour.

    Parameters
    ----------
    seen : Observed
    parts : ndarray, shape (n,)
        Parts by replication.
    unit : str
    """
    hours = seen.scheduled / 3600
    return estimate(parts / hours if hours else np.full(seen.n, math.nan), unit)


def lead_time(seen: Observed) -> LeadTime:
    """Return mean, median and 90th percentile of the time from entry to leaving good."""
    histogram = seen.tally.lead_histogram.sum(axis=1)
    finished, total = seen.tally.finished.sum(axis=1), seen.tally.lead_seconds().sum(axis=1)
    return LeadTime(
        mean=ratio(total, finished, "s"),
        p50=estimate(percentile(histogram, 0.5), "s"),
        p90=estimate(percentile(histogram, 0.9), "s"),
    )


def percentile(histogram: NDArray[np.int64], p: float) -> Floats:
    """Return a percentile of lead time by replication, s; NaN where nothing was finished.

    Parameters
    ----------
    histogram : ndarray, shape (n, B)
        Finished parts by logarithmic bin of lead time.
    p : float
        0 to 1; interpolated geometrically inside its bin.
    """
    lower = lead_edges() / NS_PER_S
    edges = np.append(lower, 2 * lower[-1])  # the last bin is open
    below = np.cumsum(histogram, axis=1)
    found = np.full(len(histogram), math.nan)
    for k in np.flatnonzero(below[:, -1] > 0):
        rank = p * below[k, -1]
        b = int(np.searchsorted(below[k], rank))
        inside = (rank - (below[k, b] - histogram[k, b])) / histogram[k, b]
        low, high = edges[b], edges[b + 1]
        found[k] = low * (high / low) ** inside if low > 0 else high * inside
    return found


def product_results(seen: Observed) -> tuple[ProductResult, ...]:
    """Return what became of each product, in order of declaration."""
    tally = seen.tally
    return tuple(
        ProductResult(
            name=name,
            throughput=throughput(seen, tally.finished[:, p]),
            scrap_share=scrap_share(tally.scrapped[:, p], tally.finished[:, p]),
            lead_time=ratio(tally.lead_seconds()[:, p], tally.finished[:, p], "s"),
        )
        for p, name in enumerate(seen.line.products)
    )


def scrap_share(scrapped: NDArray[np.int64], finished: NDArray[np.int64]) -> Estimate:
    """Return the share of the parts that left which were scrapped."""
    return ratio(scrapped, scrapped + finished, SHARE, bounds=(0.0, 1.0))


def _period_edges(seen: Observed) -> NDArray[np.int64]:
    tally = seen.tally
    starts = tally.start + tally.window * np.arange(tally.finished_per_window.shape[1])
    return np.append(starts, max(seen.end, int(starts[-1]))).astype(np.int64)


def _scheduled_by_period(seen: Observed) -> Floats:
    elapsed = seen.schedule.elapsed(_period_edges(seen))
    return np.asarray(np.diff(elapsed) / NS_PER_S, dtype=np.float64)


def series(seen: Observed) -> Series | None:
    """Return good parts by period; None where the tally was taken without periods."""
    counts = seen.tally.finished_per_window
    if seen.tally.window == 0 or counts.shape[1] == 0:
        return None
    found = [estimate(column, "parts", bounds=(0.0, math.inf)) for column in counts.T]
    length = seen.tally.window
    return Series(
        start=seen.tally.start / NS_PER_S,
        period=length / NS_PER_S,
        scheduled=tuple(_scheduled_by_period(seen).tolist()),
        mean=tuple(e.mean for e in found),
        low=tuple(e.low for e in found),
        high=tuple(e.high for e in found),
        unit=_UNITS.get(length, f"parts per {period_name(length)}"),
    )


def period_name(length: int) -> str:
    """Return `hour`, `day`, ... or the length in minutes.

    Parameters
    ----------
    length : int
        ns.
    """
    return _PERIODS.get(length, f"{length / NS_PER_S / 60:.3g} min")


def takt_result(seen: Observed, rate: Estimate) -> Takt | None:
    """Return whether the line keeps the takt of its cell file; None without one.

    Parameters
    ----------
    seen : Observed
    rate : Estimate
        Good parts per scheduled hour.
    """
    if seen.cell.run.takt is None:
        return None
    takt = seen.cell.run.takt / NS_PER_S
    needed = 3600 / takt
    verdict = "undecided"
    if rate.low >= needed:
        verdict = "met"
    elif rate.high < needed:
        verdict = "missed"
    kept, period = _share_of_periods(seen, takt)
    sentence = (
        f"A takt of {takt:g} s needs {needed:.4g} good parts per scheduled hour; the line makes "
        f"{rate.text(4)}: the takt is {verdict}. {kept.text()} of the {period}s reach it."
    )
    return Takt(
        takt=takt, needed=needed, share=kept, period=period, verdict=verdict, sentence=sentence
    )


def _share_of_periods(seen: Observed, takt: float) -> tuple[Estimate, str]:
    counts, window = seen.tally.finished_per_window, seen.tally.window
    if not window or not counts.shape[1]:  # the window itself is the only period
        parts = seen.tally.finished.sum(axis=1)
        return share(parts >= _due(seen.scheduled, takt)), "replication"
    scheduled = _scheduled_by_period(seen)
    if window == HOUR:  # an hour is mostly chance; a working day is judged by its eights of hours
        group = (seen.tally.start // HOUR + np.arange(counts.shape[1])) // 8
        first = np.flatnonzero(np.diff(group, prepend=-1))
        counts, scheduled = (
            np.add.reduceat(counts, first, axis=1),
            np.add.reduceat(scheduled, first),
        )
        window = 8 * HOUR
    due = scheduled > 0
    kept = counts[:, due] >= _due(scheduled[due], takt)
    return share(kept.mean(axis=1)), period_name(window)


def _due(scheduled: Floats | float, takt: float) -> Floats:
    # Whole parts: a line that runs exactly at takt finishes floor or ceil of them in a period.
    return np.asarray(np.floor(np.asarray(scheduled) / takt + 1e-9))

"""Whether the output of plant and twin is the same, different, or not yet known."""

import math
from collections.abc import Sequence

import numpy as np

from twin.kernel.log import Log
from twin.kernel.model import NS_PER_S, Line
from twin.kernel.states import State
from twin.results.cycles import leavings, luck
from twin.results.estimates import Difference, Floats, batch_means, estimate, in_batches, welch
from twin.results.likeness import Equivalence
from twin.results.model import SHARE, Estimate
from twin.results.schedule import Schedule
from twin.results.student import normal_quantile

EQUIVALENT, DIFFERENT, INCONCLUSIVE = "equivalent", "different", "inconclusive"
_CONFIDENCE = 0.90  # two one-sided tests at 5 % are one interval of 90 %
_SURE = 0.99  # the interval that must lie beyond the margin
_SPARE = 5  # degrees of freedom an adjustment must leave
_SHORTFALL = 0.95  # of the plant's time that every run of the twin must cover
_FEWEST = 4  # batch means on either side


def verdict_of(found: Difference, scale: float, margin: float) -> str:
    """Return the verdict that a difference allows; it takes more to be called different.

    Parameters
    ----------
    found : Difference
    scale : float
        What the difference is a share of.
    margin : float
        Largest difference that does not matter, a share.

    Returns
    -------
    str
        EQUIVALENT if the 90 % interval (two one-sided tests at 5 %) is within the margin, DIFFERENT
        if the 99 % interval is beyond it, else INCONCLUSIVE.
    """
    low, high = (bound / scale for bound in found.interval(_CONFIDENCE))
    if -margin < low and high < margin:
        return EQUIVALENT
    low, high = (bound / scale for bound in found.interval(_SURE))
    return DIFFERENT if low > margin or high < -margin else INCONCLUSIVE


def compare_gaps(plant: Floats, twin: Sequence[Floats], margin: float) -> Equivalence:
    """Return the two one-sided tests on mean time between good parts, by batch means.

    Parameters
    ----------
    plant : ndarray, shape (n,)
        Scheduled time between good parts of the plant, s.
    twin : sequence of ndarray
        The same of each run of the twin; batches never span two runs.
    margin : float
        Largest difference that does not matter, a share of the twin's mean.

    References
    ----------
    D. J. Schuirmann, "A comparison of the two one-sided tests procedure and the power approach for
    assessing the equivalence of average bioavailability", 1987.
    """
    a, size, _ = batch_means(plant)
    b = np.concatenate([in_batches(gaps, size) for gaps in twin])
    if min(a.size, b.size) < _FEWEST:
        return _unknown(plant, np.concatenate(twin), margin, size)
    return _equivalence(welch(a, b), (a, b), margin, (size, plant.size))


def _equivalence(
    found: Difference, samples: tuple[Floats, Floats], margin: float, batch: tuple[int, int]
) -> Equivalence:
    plant, twin = (estimate(sample, "s") for sample in samples)
    low, high = (bound / twin.mean for bound in found.interval(_CONFIDENCE))
    verdict = verdict_of(found, twin.mean, margin)
    error = found.error / twin.mean
    return Equivalence(
        plant=plant,
        twin=twin,
        difference=_relative(found.value / twin.mean, low, high, plant.n),
        margin=margin,
        batch=batch[0],
        verdict=verdict,
        parts_needed=_needed(error, batch[1], margin) if verdict == INCONCLUSIVE else None,
    )


def _relative(value: float, low: float, high: float, n: int) -> Estimate:
    return Estimate(mean=value, low=low, high=high, n=n, unit=SHARE, confidence=_CONFIDENCE)


def _needed(error: float, parts: int, margin: float) -> int:
    """Return further good parts until equal lines would very likely be found equivalent."""
    z = 2 * normal_quantile(0.95)
    return max(1, math.ceil(parts * ((z * error / margin) ** 2 - 1)))


def _unknown(plant: Floats, twin: Floats, margin: float, size: int) -> Equivalence:
    nan = math.nan
    needed = max(1, 2 * _FEWEST * size - plant.size)
    return Equivalence(
        plant=estimate(plant, "s"),
        twin=estimate(twin, "s"),
        difference=_relative(nan, nan, nan, plant.size),
        margin=margin,
        batch=size,
        verdict=INCONCLUSIVE,
        parts_needed=needed,
    )


def compare_given_luck(
    line: Line,
    schedule: Schedule,
    plant: Log,
    twin: Sequence[Log],
    margin: float,
    *,
    begin: int = 0,
) -> Equivalence | None:
    """Return the comparison of output after allowing for the plant's own luck.

    Over runs of the twin as long as the plant's, the time between good parts is regressed on
    arrivals, downtime and scrap (linear control variates); the plant is judged by its distance from
    what the twin would have made with these.  Rare stops then do not drown everything else.

    Parameters
    ----------
    line : Line
    schedule : Schedule
        When the line is on shift.
    plant : Log
    twin : sequence of Log
        Runs of the same length or longer.
    margin : float
    begin : int
        ns; nothing before it is in the logs.

    Returns
    -------
    Equivalence or None
        None: too few runs, or too short ones.
    """
    end = min(log.end for log in (plant, *twin))
    if end < _SHORTFALL * plant.end:
        return None
    x = np.array([luck(line, log, end) for log in twin])
    varying = np.ptp(x, axis=0) > 0
    if len(twin) - varying.sum() - 1 < _SPARE:
        return None
    y = np.array([_mean_gap(log, schedule, (begin, end)) for log in twin])
    own = _mean_gap(plant, schedule, (begin, end))
    if not np.isfinite(np.append(y, own)).all():
        return None
    found, expected = _distance(x[:, varying], y, luck(line, plant, end)[varying], own)
    result = _equivalence(
        found, (np.array([own]), y), margin, (1, leavings(plant, State.FINISHED, end).size)
    )
    return _around(result, expected)


def _around(result: Equivalence, expected: float) -> Equivalence:
    """Return the result with the twin's figure replaced by what it expects of this plant."""
    return Equivalence(
        plant=result.plant,
        twin=Estimate(mean=expected, low=math.nan, high=math.nan, n=result.twin.n, unit="s"),
        difference=result.difference,
        margin=result.margin,
        batch=result.batch,
        verdict=result.verdict,
        parts_needed=result.parts_needed,
    )


def _mean_gap(log: Log, schedule: Schedule, window: tuple[int, int]) -> float:
    parts = leavings(log, State.FINISHED, window[1]).size
    return schedule.between(*window) / NS_PER_S / parts if parts else math.nan


def _distance(x: Floats, y: Floats, own_x: Floats, own_y: float) -> tuple[Difference, float]:
    """Return how far one more observation is from a regression, and the value expected there."""
    centre, scale = x.mean(axis=0), x.std(axis=0)
    design = np.column_stack([np.ones(len(y)), (x - centre) / scale])
    at = np.append(1.0, (own_x - centre) / scale)
    coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
    rest = y - design @ coefficients
    freedom = len(y) - design.shape[1]
    leverage = float(at @ np.linalg.pinv(design.T @ design) @ at)
    error = math.sqrt(float(rest @ rest) / freedom * (1 + leverage))
    expected = float(at @ coefficients)
    return Difference(own_y - expected, error, freedom), expected

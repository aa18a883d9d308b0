"""When a station began to take longer, or less, than it does in the twin."""

from collections.abc import Sequence

import numpy as np

from twin.kernel.log import Log
from twin.kernel.model import NS_PER_S, Line
from twin.kernel.states import NodeKind
from twin.results.charts import cusum
from twin.results.cycles import Operations, operations, pooled
from twin.results.estimates import Floats, estimate
from twin.results.likeness import Drift
from twin.results.model import SHARE, Estimate
from twin.results.student import normal_quantile

RUN_LENGTH = 10_000  # operations of a station to a false alarm, in the mean
BASELINE = 50  # fewest operations that say what is normal
_SHORTEST = 1e-9  # s


def find_drifts(
    line: Line, plant: Log, twin: Sequence[Log], *, run_length: float = RUN_LENGTH
) -> tuple[Drift, ...]:
    """Return the stations whose cycle time left what the twin says, and since when.

    Each operation gets the normal score of its rank among the twin's operations of its product at
    its station, whatever their distribution; a CUSUM over the scores finds the change.

    Parameters
    ----------
    line : Line
    plant : Log
    twin : sequence of Log
    run_length : float
        Mean number of operations of one station to a false alarm.
    """
    seen, expected = operations(line, plant), pooled([operations(line, log) for log in twin])
    stations = np.flatnonzero(line.nodes["kind"] == NodeKind.STATION)
    found = (_drift(line, int(node), seen, expected, run_length) for node in stations)
    return tuple(drift for drift in found if drift is not None)


def _drift(
    line: Line, node: int, plant: Operations, twin: Operations, run_length: float
) -> Drift | None:
    mine, other = plant.at(node), twin.at(node)
    scores, excess = _scores(mine, other)
    known = np.isfinite(scores)
    alarm = cusum(scores[known], run_length)
    if alarm is None:
        return None
    ends = mine.end[known]
    change = estimate(excess[known][alarm.onset : alarm.at + 1], SHARE)
    return Drift(
        name=line.node_names[node],
        onset=float(ends[alarm.onset]) / NS_PER_S,
        alarm=float(ends[alarm.at]) / NS_PER_S,
        operations=alarm.at - alarm.onset + 1,
        change=_as_share(change),
    )


def _as_share(change: Estimate) -> Estimate:
    mean, low, high = (float(np.expm1(x)) for x in (change.mean, change.low, change.high))
    return Estimate(mean=mean, low=low, high=high, n=change.n, unit=SHARE)


def _scores(plant: Operations, twin: Operations) -> tuple[Floats, Floats]:
    """Return the normal score and the excess over the twin's mean log cycle time, by operation.

    NaN where the twin made too few of the product to say what is normal.
    """
    scores = np.full(plant.cycle.size, np.nan)
    excess = np.full(plant.cycle.size, np.nan)
    for product in np.unique(plant.product).tolist():
        mine, other = plant.product == product, twin.product == product
        if other.sum() < BASELINE:
            continue
        a, b = (np.log(np.maximum(x, _SHORTEST)) for x in (plant.cycle[mine], twin.cycle[other]))
        scores[mine] = normal_scores(a, b)
        excess[mine] = a - b.mean()
    return scores, excess


def normal_scores(values: Floats, baseline: Floats) -> Floats:
    """Return the standard normal quantile of each value's place among a baseline.

    Values that several of the baseline equal stand in the middle of them.

    Parameters
    ----------
    values : ndarray, shape (n,)
    baseline : ndarray, shape (m,)

    Returns
    -------
    ndarray, shape (n,)
        Standard normal if the values come from where the baseline does; a bounded distribution's
        values beyond the baseline get the score of half a place beyond its last one.
    """
    ordered = np.sort(baseline)
    places: Floats = (
        np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    ) / 2
    shares = np.clip((places + 0.5) / (ordered.size + 1), 0.5 / ordered.size, None)
    shares = np.minimum(shares, 1 - 0.5 / ordered.size)
    return np.array([normal_quantile(p) for p in shares.tolist()])

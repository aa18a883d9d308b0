"""Each station's cycle time, plant against twin."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernel.log import Log
from twin.kernel.model import Line
from twin.kernel.states import NodeKind
from twin.results.cycles import Operations, operations, pooled, state_time
from twin.results.estimates import Floats, estimate, holm, welch
from twin.results.likeness import StationFidelity
from twin.results.model import SHARE, Estimate
from twin.results.stations import STATION_STATES

FEWEST = 5  # operations on either side for a test
_SHORTEST = 1e-9  # s; stands for an operation of no length, which has no logarithm


class _Test(NamedTuple):
    """Cycle times of one station, plant against twin; p and interval of their ratio minus 1."""

    plant: Floats  # s
    twin: Floats  # s
    difference: Estimate
    p: float


def compare_stations(
    line: Line, plant: Log, twin: Sequence[Log], limits: tuple[float, float]
) -> tuple[StationFidelity, ...]:
    """Return the cycle time of each station, plant against twin, and whether it differs.

    Welch's test on log cycle times, each less the twin's mean of its product; p values after Holm.

    Parameters
    ----------
    line : Line
    plant : Log
    twin : sequence of Log
    limits : (float, float)
        Largest difference that does not matter, a share; probability of naming any station although
        none differs.
    """
    margin, significance = limits
    nodes = [int(k) for k in np.flatnonzero(line.nodes["kind"] == NodeKind.STATION)]
    seen, expected = operations(line, plant), pooled([operations(line, log) for log in twin])
    tests = [_test(seen, expected, node) for node in nodes]
    rows = []
    for node, test, p in zip(nodes, tests, holm([t.p for t in tests]), strict=True):
        large = abs(test.difference.mean) > margin
        rows.append(
            StationFidelity(
                name=line.node_names[node],
                plant=estimate(test.plant, "s"),
                twin=estimate(test.twin, "s"),
                difference=test.difference,
                p=p,
                differs=bool(large and p < significance),
                states=_states(line, plant, twin, node),
                plant_operations=test.plant.size,
                twin_operations=test.twin.size,
            )
        )
    return tuple(rows)


def _test(plant: Operations, twin: Operations, node: int) -> _Test:
    mine, other = plant.node == node, twin.node == node
    a, b = plant.cycle[mine], twin.cycle[other]
    if min(a.size, b.size) < FEWEST:
        unknown = Estimate(mean=np.nan, low=np.nan, high=np.nan, n=a.size, unit=SHARE)
        return _Test(a, b, unknown, 1.0)
    log_a, log_b = (np.log(np.maximum(x, _SHORTEST)) for x in (a, b))
    centre = _centres(log_b, twin.product[other])
    found = welch(
        _centred(log_a, plant.product[mine], centre), _centred(log_b, twin.product[other], centre)
    )
    low, high = found.interval(0.95)
    mean, low, high = (float(np.expm1(x)) for x in (found.value, low, high))
    difference = Estimate(mean=mean, low=low, high=high, n=a.size, unit=SHARE)
    return _Test(a, b, difference, found.p_two_sided())


def _centres(logs: Floats, products: NDArray[np.int64]) -> dict[int, float]:
    return {int(p): float(logs[products == p].mean()) for p in np.unique(products)}


def _centred(logs: Floats, products: NDArray[np.int64], centre: dict[int, float]) -> Floats:
    """Return logs less the twin's mean of their product; products it never made are left out."""
    # So a plant that makes more of the long-running product is not called slow.
    known = np.isin(products, list(centre))
    rest: Floats = logs[known] - np.array([centre[int(p)] for p in products[known]])
    return rest


def _states(
    line: Line, plant: Log, twin: Sequence[Log], node: int
) -> dict[str, tuple[float, float]]:
    own = _shares(state_time(line, plant, node, plant.end))
    other = np.mean([_shares(state_time(line, log, node, log.end)) for log in twin], axis=0)
    return {s.name.lower(): (float(own[k]), float(other[k])) for k, s in enumerate(STATION_STATES)}


def _shares(time: Floats) -> Floats:
    on_shift = time[list(STATION_STATES)]
    shares: Floats = np.divide(on_shift, max(float(on_shift.sum()), _SHORTEST))
    return shares

"""How well the twin describes the plant: output, and each station's cycle time."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernel.log import Log
from twin.kernel.model import Line
from twin.kernel.states import NodeKind, State
from twin.results.cycles import Operations, gaps_between, leavings, operations, state_time
from twin.results.equivalence import (
    DIFFERENT,
    EQUIVALENT,
    compare_gaps,
    compare_given_luck,
)
from twin.results.estimates import Floats, estimate, holm, welch
from twin.results.model import SHARE, Equivalence, Estimate, Fidelity, StationFidelity
from twin.results.schedule import Schedule, schedule
from twin.results.stations import STATION_STATES

_FEWEST = 5  # operations on either side for a test
_SHORTEST = 1e-9  # s; stands for an operation of no length, which has no logarithm
_DOWN = ("failed", "under_repair")


class _Test(NamedTuple):
    """Cycle times of one station, plant against twin; p and interval of their ratio minus 1."""

    plant: Floats  # s
    twin: Floats  # s
    difference: Estimate
    p: float


def compare_with_plant(
    line: Line,
    plant: Log,
    twin: Sequence[Log],
    *,
    margin: float = 0.02,
    significance: float = 0.01,
) -> Fidelity:
    """Return whether the twin tells the truth about the plant, and if not, which station differs.

    A station differs if Welch's test on log cycle times, by product, says so after Holm's
    correction and its cycle time is off by more than `margin`.  The plant is different if a station
    or the output is, equivalent if the output is equivalent and no station differs, else it is too
    early to tell.

    Parameters
    ----------
    line : Line
    plant : Log
        Of the plant, from the start of work on.
    twin : sequence of Log
        Runs of the twin from the same start, at least one; with 20 or more as long as the plant's
        the output is compared given the plant's own arrivals and stops.
    margin : float
        Largest difference that does not matter, a share.
    significance : float
        Probability of naming any station although none differs.

    Raises
    ------
    ValueError
        If there is no run of the twin.
    """
    if not twin:
        raise ValueError("comparison with the plant: no run of the twin given; give at least one")
    on = schedule(line, max(plant.end, *(log.end for log in twin)))
    throughput = compare_gaps(_gaps(plant, on), [_gaps(log, on) for log in twin], margin)
    adjusted = compare_given_luck(line, on, plant, twin, margin)
    stations = _stations(line, plant, twin, (margin, significance))
    named = sorted(
        (row for row in stations if row.differs), key=lambda row: -abs(row.difference.mean)
    )
    findings = [_finding(row) for row in named]
    findings += _scrap_finding(plant, twin, (margin, significance))
    judged = adjusted or throughput
    verdict = DIFFERENT if findings or throughput.verdict == DIFFERENT else judged.verdict
    return Fidelity(
        verdict=verdict,
        sentence=_sentence(verdict, judged, findings),
        throughput=throughput,
        given_luck=adjusted,
        stations=stations,
        culprits=tuple(row.name for row in named),
        notes=_notes(stations, adjusted, len(twin)),
    )


def _gaps(log: Log, on: Schedule) -> Floats:
    return gaps_between(leavings(log, State.FINISHED, log.end), on)


def _stations(
    line: Line, plant: Log, twin: Sequence[Log], limits: tuple[float, float]
) -> tuple[StationFidelity, ...]:
    margin, significance = limits
    nodes = [int(k) for k in np.flatnonzero(line.nodes["kind"] == NodeKind.STATION)]
    seen, expected = operations(line, plant), [operations(line, log) for log in twin]
    pooled = Operations(*(np.concatenate(columns) for columns in zip(*expected, strict=True)))
    tests = [_test(seen, pooled, node) for node in nodes]
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
    if min(a.size, b.size) < _FEWEST:
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


def _scrap_finding(plant: Log, twin: Sequence[Log], limits: tuple[float, float]) -> list[str]:
    margin, significance = limits
    own, expected = _scrapped(plant), np.concatenate([_scrapped(log) for log in twin])
    if min(own.size, expected.size) < _FEWEST:
        return []
    found = welch(own, expected)
    if abs(found.value) <= margin or found.p_two_sided() >= significance:
        return []
    a, b = 100 * own.mean(), 100 * expected.mean()
    return [f"{a:.1f} % of its parts are scrap, {b:.1f} % in the twin"]


def _scrapped(log: Log) -> Floats:
    """Return 1 for each part that was scrapped and 0 for each good one."""
    counts = [leavings(log, how, log.end).size for how in (State.FINISHED, State.SCRAPPED)]
    return np.repeat([0.0, 1.0], counts)


def _sentence(verdict: str, judged: Equivalence, findings: Sequence[str]) -> str:
    if findings:
        return f"Different: {'; '.join(findings)}. No other station differs."
    output = f"time between good parts {_signed(judged.difference)} against the twin"
    margin = f"{100 * judged.margin:g} %"
    if verdict == EQUIVALENT:
        return f"Equivalent: {output}, within {margin}, and no station's cycle time differs."
    if verdict == DIFFERENT:
        return f"Different: {output}, more than {margin}, though no station's cycle time differs."
    needed = f"about {judged.parts_needed} further good parts" if judged.parts_needed else "more"
    return f"Too early to tell: {output}; {needed} are needed to settle it to {margin}."


def _finding(row: StationFidelity) -> str:
    word = "longer" if row.difference.mean > 0 else "less"
    d = row.difference
    low, high = sorted((abs(d.low), abs(d.high)))
    return (
        f"{row.name} takes {100 * abs(d.mean):.1f} % ({100 * low:.1f} to {100 * high:.1f} %) {word}"
        f" than in the twin, {row.plant.mean:.4g} s against {row.twin.mean:.4g} s an operation"
    )


def _signed(difference: Estimate) -> str:
    if not np.isfinite(difference.low + difference.high):
        return "not known"
    d = difference
    return f"{100 * d.mean:+.2f} % ({100 * d.low:+.2f} to {100 * d.high:+.2f} %)"


def _notes(
    stations: tuple[StationFidelity, ...], adjusted: Equivalence | None, runs: int
) -> tuple[str, ...]:
    notes = [f"The twin was run {runs} times."]
    if adjusted is not None:
        notes.append(
            "Output is judged given the plant's own arrivals and stops: what they explain is no"
            " difference between plant and twin."
        )
    for row in stations:
        if row.plant_operations < _FEWEST:
            notes.append(f"{row.name}: {row.plant_operations} operations are too few to judge.")
        own, other = (sum(row.states[s][k] for s in _DOWN) for k in (0, 1))
        if abs(own - other) > 0.05:
            notes.append(
                f"{row.name} was down {100 * own:.1f} % of its time on shift,"
                f" {100 * other:.1f} % in the twin."
            )
    return tuple(notes)

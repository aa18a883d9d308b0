"""Stations: states of their time and the indicators of ISO 22400-2."""

import numpy as np

from twin.kernel.states import SERVER_STATES, Intake, NodeKind, State
from twin.results.energy import energy_of_node
from twin.results.estimates import Floats, ratio, share
from twin.results.model import SHARE, Estimate, StationResult
from twin.results.observed import Observed, links, on_shift
from twin.results.planned import planned_cycle

STATION_STATES = tuple(state for state in SERVER_STATES if state is not State.OFF_SHIFT)
_DOWN = (State.FAILED, State.UNDER_REPAIR)
_HOUR = 3600.0


def station_results(seen: Observed) -> tuple[StationResult, ...]:
    """Return one result a station, in order of declaration.

    Parameters
    ----------
    seen : Observed
    """
    return tuple(_station(seen, node) for node in seen.nodes(NodeKind.STATION))


def _station(seen: Observed, node: int) -> StationResult:
    of = seen.resources(node=node)
    time, count = seen.time(of), seen.count(of)
    servers, busy = int(of.sum()), on_shift(time)
    working, done = time[:, State.WORKING], count[:, State.WORKING]
    lost = count[:, State.SCRAPPED]  # scrapped by failures: made, but not good and not done
    oven = seen.line.nodes[node]["intake"] == Intake.BATCH
    # An oven's operations are batches: single parts scrapped behind it are none of them.
    good = done if oven else done - _scrap_downstream(seen, node)
    weights = (seen.tally.finished + seen.tally.scrapped).sum(axis=0).astype(np.float64)
    planned = planned_cycle(seen.line, node, weights) * (done + lost)
    failures = count[:, State.UNDER_REPAIR]
    fails = _fails(seen, node)
    return StationResult(
        name=seen.line.node_names[node],
        servers=servers,
        states=state_shares(time, STATION_STATES),
        off_shift=share(time[:, State.OFF_SHIFT] / (servers * seen.seconds)),
        availability=_part(working, busy),
        effectiveness=ratio(planned, working, SHARE),
        quality_ratio=_part(good, done + lost),
        # The factors multiply to planned time of good parts over time on shift.
        oee=ratio(planned * _quotient(good, done + lost), busy, SHARE),
        parts_per_hour=ratio(done, busy / servers, "batches/h" if oven else "parts/h", scale=_HOUR),
        cycle_time=ratio(working, done, "s"),
        time_between_failures=ratio(working, failures, "s") if fails else None,
        time_to_repair=ratio(time[:, _DOWN].sum(axis=1), failures, "s") if fails else None,
        energy=energy_of_node(seen, node),
    )


def _fails(seen: Observed, node: int) -> bool:
    """Return whether a station can fail; maintenance is none."""
    row = seen.line.nodes[node]
    modes = seen.line.modes[row["mode_first"] : row["mode_first"] + row["mode_count"]]
    return bool((modes["planned"] == 0).any())


def _part(above: Floats, below: Floats) -> Estimate:
    return ratio(above, below, SHARE, bounds=(0.0, 1.0))


def _quotient(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def state_shares(time: Floats, states: tuple[State, ...]) -> dict[str, Estimate]:
    """Return shares of the time on shift by name of state; they add up to 1.

    Parameters
    ----------
    time : ndarray, shape (n, S)
        s.
    states : tuple of State
        All that can occur on shift.
    """
    busy = on_shift(time)
    ever = busy > 0
    return {s.name.lower(): share(time[ever, s] / busy[ever]) for s in states}


def _scrap_downstream(seen: Observed, node: int) -> Floats:
    """Return parts in scrap sinks that only this station feeds: they are its scrap."""
    total = np.zeros(seen.n)
    fed = links(seen.line)
    for sink in seen.nodes(NodeKind.SINK):
        if {a for a, b in fed if b == sink} == {node}:
            total += seen.count(seen.resources(node=sink))[:, State.SCRAPPED]
    return total

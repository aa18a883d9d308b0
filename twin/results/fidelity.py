"""How well the twin describes the plant: output, and each station's cycle time."""

from collections.abc import Sequence

import numpy as np

from twin.kernel.log import Log
from twin.kernel.model import Line
from twin.kernel.states import State
from twin.results.causes import cause_note, find_causes
from twin.results.cycles import gaps_between, leavings, since
from twin.results.drift import find_drifts
from twin.results.equivalence import DIFFERENT, EQUIVALENT, compare_gaps, compare_given_luck
from twin.results.estimates import Floats, welch
from twin.results.likeness import Drift, Equivalence, Fidelity, StationFidelity
from twin.results.model import Estimate
from twin.results.schedule import Schedule, schedule
from twin.results.station_fidelity import FEWEST, compare_stations
from twin.results.stops import Stops, compare_stops


def compare_with_plant(
    line: Line,
    plant: Log,
    twin: Sequence[Log],
    *,
    margin: float = 0.02,
    significance: float = 0.001,
    begin: int = 0,
) -> Fidelity:
    """Return whether the twin tells the truth about the plant, and if not, which station differs.

    A station differs if Welch's test on log cycle times, by product, says so after Holm's
    correction and its cycle time is off by more than `margin`; or if it is down so much that a run
    of the twin would hardly be.  The plant is different if a station, its scrap or the output is,
    equivalent if the output is equivalent and nothing else differs, else it is too early to tell.

    Parameters
    ----------
    line : Line
    plant : Log
        Of the plant, from the start of work or from `begin` on.
    twin : sequence of Log
        Runs of the twin from the same start, at least one; with 20 or more as long as the plant's
        the output is compared given the plant's own arrivals and stops.
    margin : float
        Largest difference that does not matter, a share.
    significance : float
        Probability of naming any station although none differs.
    begin : int
        ns; where the plant's log begins, if it was taken up in a running line.  Of the runs of the
        twin too only what comes after counts.

    Raises
    ------
    ValueError
        If there is no run of the twin.
    """
    if not twin:
        raise ValueError("comparison with the plant: no run of the twin given; give at least one")
    plant, twin = since(plant, begin), [since(log, begin) for log in twin]
    on = schedule(line, max(plant.end, *(log.end for log in twin)))
    throughput = compare_gaps(_gaps(plant, on), [_gaps(log, on) for log in twin], margin)
    adjusted = compare_given_luck(line, on, plant, twin, margin, begin=begin)
    stations = compare_stations(line, plant, twin, (margin, significance))
    slow, stopped = _named(stations, compare_stops(line, plant, twin), (margin, significance))
    findings = [_finding(row) for row in slow] + [_stop_finding(stops) for stops in stopped]
    findings += _scrap_finding(plant, twin, (margin, significance))
    judged = adjusted or throughput
    drifts = find_drifts(line, plant, twin)
    return Fidelity(
        verdict=DIFFERENT if findings else judged.verdict,
        sentence=_sentence(judged, findings),
        throughput=throughput,
        given_luck=adjusted,
        stations=stations,
        culprits=tuple(dict.fromkeys([row.name for row in slow] + [row.name for row in stopped])),
        notes=(
            *_notes(stations, adjusted, len(twin)),
            *filter(None, [cause_note(find_causes(line, plant, twin))]),
            *map(_drift_note, drifts),
        ),
        drifts=drifts,
    )


def _named(
    stations: Sequence[StationFidelity], stops: Sequence[Stops], limits: tuple[float, float]
) -> tuple[list[StationFidelity], list[Stops]]:
    """Return the stations that differ in cycle time, largest effect first, and those in stops."""
    margin, significance = limits
    slow = sorted((row for row in stations if row.differs), key=lambda r: -abs(r.difference.mean))
    stopped = [s for s in stops if s.p < significance and abs(s.plant - s.twin) > margin]
    return slow, stopped


def _gaps(log: Log, on: Schedule) -> Floats:
    return gaps_between(leavings(log, State.FINISHED, log.end), on)


def _stop_finding(stops: Stops) -> str:
    return (
        f"{stops.name} is down {100 * stops.plant:.1f} % of its time on shift,"
        f" {100 * stops.twin:.1f} % in the twin"
    )


def _scrap_finding(plant: Log, twin: Sequence[Log], limits: tuple[float, float]) -> list[str]:
    margin, significance = limits
    own, expected = _scrapped(plant), np.concatenate([_scrapped(log) for log in twin])
    if min(own.size, expected.size) < FEWEST:
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


def _sentence(judged: Equivalence, findings: Sequence[str]) -> str:
    if findings:
        return f"Different: {'; '.join(findings)}. No other station differs."
    output = f"time between good parts {_signed(judged.difference)} against the twin"
    margin = f"{100 * judged.margin:g} %"
    if judged.verdict == EQUIVALENT:
        return f"Equivalent: {output}, within {margin}, and no station's cycle time differs."
    if judged.verdict == DIFFERENT:
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


def _drift_note(drift: Drift) -> str:
    word = "longer" if drift.change.mean > 0 else "less"
    return (
        f"{drift.name}: takes {100 * abs(drift.change.mean):.1f} % {word} since"
        f" {drift.onset / 3600:.2f} h, seen {drift.operations} operations later (of 10 000"
        " operations about one makes a false alarm)."
    )


def _notes(
    stations: tuple[StationFidelity, ...], adjusted: Equivalence | None, runs: int
) -> tuple[str, ...]:
    notes = [f"The twin was run {runs} times."]
    if adjusted is not None:
        notes.append(
            "Output is judged given the plant's own arrivals and stops: what they explain is no"
            " difference between plant and twin."
        )
    notes.extend(
        f"{row.name}: {row.plant_operations} operations are too few to judge."
        for row in stations
        if row.plant_operations < FEWEST
    )
    return tuple(notes)

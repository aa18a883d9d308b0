"""What limits the output: average active period and turning point, side by side."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernel.model import NONE, Line
from twin.kernel.states import NodeKind, State
from twin.results.carriers import STEPS
from twin.results.estimates import Floats, estimate, share
from twin.results.model import Bottleneck, Candidate
from twin.results.observed import Observed, on_shift
from twin.results.planned import mean_of

_ACTIVE = (
    State.WORKING,
    State.SETTING_UP,
    State.FAILED,
    State.UNDER_REPAIR,
    State.MAINTENANCE,
)
_INACTIVE = (
    State.STARVED,
    State.BLOCKED,
    State.WAITING_OPERATOR,
    State.WAITING_ROBOT,
    State.ASLEEP,
)
_ENOUGH = 0.98  # of what arrives: a line that delivers it keeps up
ACTIVE_PERIOD = "active period"
TURNING_POINT = "turning point"


class _Usage(NamedTuple):
    """How one station or carrier group spent its time on shift, by replication."""

    name: str
    node: int  # NONE for carriers
    active: Floats  # share of time on shift
    period: Floats  # s, mean active period
    blocked: Floats  # share
    starved: Floats  # share


def find_bottleneck(seen: Observed) -> Bottleneck:
    """Return what limits the output, by two methods, and whether they agree.

    *Active period*: the resource whose uninterrupted stretches of activity (working, setting up or
    down) are the longest on average, in each replication.  A tally does not tell how inactive
    records follow each other, so a stretch is taken to end at every inactive record, though never
    more often than once an operation.  *Turning point*: stations before it are rather blocked,
    stations after it rather starved, and it is itself less of both than its neighbours.

    Parameters
    ----------
    seen : Observed

    References
    ----------
    C. Roser, M. Nakano, M. Tanaka, "A practical bottleneck detection method", 2001.
    L. Li, Q. Chang, J. Ni, "Data driven bottleneck detection of manufacturing systems", 2009.
    """
    usages = _usages(seen)
    longest = _longest(usages, seen.n)
    turning = _turning(usages, seen.line, seen.n)
    candidates = _candidates(usages, longest, turning)
    votes = {ACTIVE_PERIOD: _most(longest, usages), TURNING_POINT: _most(turning, usages)}
    name = None if keeps_up(seen) else votes[ACTIVE_PERIOD] or votes[TURNING_POINT]
    winner = next((c for c in candidates if c.name == name), None)
    return Bottleneck(
        name=name,
        votes=votes,
        agree=votes[ACTIVE_PERIOD] == votes[TURNING_POINT],
        share=winner.longest_active if winner else 0.0,
        reason=_reason(winner, candidates, votes, seen.n),
        candidates=candidates,
    )


def _usages(seen: Observed) -> list[_Usage]:
    line, found = seen.line, []
    for node in seen.nodes(NodeKind.STATION):
        of = seen.resources(node=node)
        time, count = seen.time(of), seen.count(of)
        operations = count[:, State.WORKING] + count[:, State.SCRAPPED]
        pauses = count[:, _INACTIVE].sum(axis=1)
        found.append(_usage(line.node_names[node], node, time, _ACTIVE, (operations, pauses)))
    for group, name in enumerate(line.carrier_names):
        of = seen.resources(carrier=group)
        time, count = seen.time(of), seen.count(of)
        ends = (count[:, STEPS].max(axis=1), count[:, State.IDLE])
        found.append(_usage(name, NONE, time, STEPS, ends))
    return found


def _usage(
    name: str, node: int, time: Floats, active: Sequence[State], ends: tuple[Floats, Floats]
) -> _Usage:
    busy = np.maximum(on_shift(time), 1e-9)
    total = time[:, list(active)].sum(axis=1)
    return _Usage(
        name=name,
        node=node,
        active=total / busy,
        period=total / np.maximum(np.minimum(*ends), 1.0),
        blocked=time[:, State.BLOCKED] / busy,
        starved=(time[:, State.STARVED] + time[:, State.ASLEEP]) / busy,
    )


def _longest(usages: list[_Usage], n: int) -> NDArray[np.int64]:
    if not usages:
        return np.full(n, NONE, dtype=np.int64)
    return np.asarray(np.argmax([u.period for u in usages], axis=0), dtype=np.int64)


def _turning(usages: list[_Usage], line: Line, n: int) -> NDArray[np.int64]:
    """Return the index of the turning point by replication, NONE where there is none."""
    stations = [k for k, usage in enumerate(usages) if usage.node != NONE]
    stages: dict[int, list[int]] = {}
    for k in stations:
        stages.setdefault(int(line.nodes[usages[k].node]["rank"]), []).append(k)
    ordered = [stages[rank] for rank in sorted(stages, reverse=True)]  # upstream first
    return np.array([_turning_in(usages, ordered, r) for r in range(n)], dtype=np.int64)


def _turning_in(usages: list[_Usage], stages: list[list[int]], r: int) -> int:
    lean = np.array(
        [np.mean([usages[k].blocked[r] - usages[k].starved[r] for k in s]) for s in stages]
    )
    idle = np.array(
        [np.mean([usages[k].blocked[r] + usages[k].starved[r] for k in s]) for s in stages]
    )
    last, found = len(stages) - 1, []
    for j in range(len(stages)):
        before = j == 0 or (lean[j - 1] > 0 and idle[j] < idle[j - 1])
        after = j == last or (lean[j + 1] < 0 and idle[j] < idle[j + 1])
        if before and after:
            found.append(j)
    if not found:
        return NONE
    stage = stages[min(found, key=lambda j: idle[j])]
    return min(stage, key=lambda k: usages[k].blocked[r] + usages[k].starved[r])


def _most(winners: NDArray[np.int64], usages: list[_Usage]) -> str | None:
    named = winners[winners != NONE]
    return usages[int(np.bincount(named).argmax())].name if named.size else None


def _candidates(
    usages: list[_Usage], longest: NDArray[np.int64], turning: NDArray[np.int64]
) -> tuple[Candidate, ...]:
    found = [
        Candidate(
            name=usage.name,
            active=share(usage.active),
            active_period=estimate(usage.period, "s"),
            blocked=None if usage.node == NONE else share(usage.blocked),
            starved=None if usage.node == NONE else share(usage.starved),
            longest_active=float((longest == k).mean()),
            turning_point=float((turning == k).mean()),
        )
        for k, usage in enumerate(usages)
    ]
    return tuple(sorted(found, key=lambda c: (-c.longest_active, -c.active_period.mean)))


def keeps_up(seen: Observed) -> bool:
    """Return whether the line delivers what arrives, so that arrivals set its output.

    Parameters
    ----------
    seen : Observed
    """
    offered = arrivals(seen.line, seen.tally.start, seen.end)
    delivered = estimate(seen.left, "parts")
    most = delivered.high if delivered.n > 1 else delivered.mean  # arrivals vary as well
    return offered is not None and most >= _ENOUGH * offered


def arrivals(line: Line, start: int, end: int) -> float | None:
    """Return the parts expected to arrive in (start, end]; None where a source always has parts.

    Parameters
    ----------
    line : Line
    start, end : int
        ns.
    """
    total = 0.0
    for row in line.nodes[line.nodes["kind"] == NodeKind.SOURCE]:
        if row["saturated"] and row["limit"] == NONE:
            return None
        # Arrivals go on while a source is off shift; it only offers nothing then.
        parts = float(row["limit"]) if row["limit"] != NONE else np.inf
        if not row["saturated"]:
            parts = min(parts, row["batch"] * (end - start) / mean_of(line, int(row["every"])))
        total += parts
    return total if (line.nodes["kind"] == NodeKind.SOURCE).any() else None


def _reason(
    winner: Candidate | None,
    candidates: tuple[Candidate, ...],
    votes: dict[str, str | None],
    n: int,
) -> str:
    if not candidates:
        return "The line has no station, robot or operator that could limit it."
    if winner is None:
        busiest = max(candidates, key=lambda c: c.active.mean)
        return (
            "Nothing inside the line limits it: it delivers what arrives. The busiest is"
            f" {busiest.name}, active {busiest.active.text()} of its time on shift."
        )
    alike = [c.name for c in candidates if c is not winner and c.longest_active >= 0.2]
    agreement = _agreement(winner.name, votes[TURNING_POINT])
    rivals = f" {' and '.join(alike)} comes close: the limit moves between them." if alike else ""
    return (
        f"{winner.name} limits the output: it is busy or down {winner.active.text()} of its time on"
        f" shift, {winner.active_period.mean:.3g} s at a stretch on average, the longest of all in"
        f" {round(winner.longest_active * n)} of {n} replications; {agreement}.{rivals}"
    )


def _agreement(name: str, turning: str | None) -> str:
    if turning is None:
        return "blocking and starving show no turning point"
    if turning == name:
        return "the turning point of blocking and starving is there too"
    return (
        f"the turning point of blocking and starving is at {turning} instead: the methods disagree"
    )

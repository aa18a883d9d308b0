"""Which station spends its time otherwise than in the twin, and in which state."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from twin.kernel.log import Log
from twin.kernel.model import Line
from twin.kernel.states import Ending, NodeKind, State
from twin.results.cycles import state_time
from twin.results.estimates import Difference, Floats, holm
from twin.results.stations import STATION_STATES

FEWEST = 8  # runs of the twin from which its spread is known well enough
# States whose cause is outside the station: they follow from what others do.
OUTSIDE = frozenset(
    {State.STARVED, State.BLOCKED, State.WAITING_OPERATOR, State.WAITING_ROBOT, State.ASLEEP}
)


class Cause(NamedTuple):
    """A state in which a station spends more or less time for each operation than in the twin."""

    name: str
    state: str
    plant: float  # s for each operation of the station
    twin: float  # s, mean over runs
    own: bool  # the cause is inside the station; else it follows from others
    p: float  # that a run of the twin is as far off, after Holm


def find_causes(
    line: Line, plant: Log, twin: Sequence[Log], *, significance: float = 0.001
) -> tuple[Cause, ...]:
    """Return the states that differ: causes inside stations first, the largest first.

    Parameters
    ----------
    line : Line
    plant : Log
    twin : sequence of Log
        At least 8 runs about as long as the plant's; with fewer nothing is returned.
    significance : float
        Probability of naming any state although none differs.
    """
    if len(twin) < FEWEST:
        return ()
    names, own = _per_operation(line, plant)
    runs = np.array([_per_operation(line, log)[1] for log in twin])
    chances = holm([_chance(own[k], runs[:, k]) for k in range(own.size)])
    found = [
        Cause(name, state.name.lower(), a, b, state not in OUTSIDE, p)
        for (name, state), a, b, p in zip(
            names, own.tolist(), runs.mean(axis=0).tolist(), chances, strict=True
        )
        if p < significance
    ]
    return tuple(sorted(found, key=lambda c: (not c.own, -abs(c.plant - c.twin))))


def _per_operation(line: Line, log: Log) -> tuple[list[tuple[str, State]], Floats]:
    """Return the station and state of each figure, and the time an operation, s."""
    rows = log.activities
    done = rows[(rows["state"] == State.WORKING) & (rows["cause"] == Ending.DONE)]
    counts = np.bincount(line.resource_node[done["resource"]], minlength=line.nodes.size)
    names: list[tuple[str, State]] = []
    times: list[float] = []
    for node in np.flatnonzero(line.nodes["kind"] == NodeKind.STATION).tolist():
        time = state_time(line, log, node, log.end)
        for state in STATION_STATES:
            names.append((line.node_names[node], state))
            times.append(float(time[state]) / max(1, int(counts[node])))
    return names, np.array(times)


def _chance(own: float, runs: Floats) -> float:
    # The plant is one further draw; square roots, since stops add up from few.
    roots, mine = np.sqrt(runs), np.sqrt(own)
    spread = float(roots.std(ddof=1)) * np.sqrt(1 + 1 / roots.size)
    return Difference(float(mine - roots.mean()), float(spread), roots.size - 1).p_two_sided()


def cause_note(causes: Sequence[Cause]) -> str:
    """Return a sentence about where the time goes; empty if it goes where the twin says."""
    own = [cause for cause in causes if cause.own][:3]
    others = [cause for cause in causes if not cause.own][:3]
    parts = []
    if own:
        parts.append("the cause is inside " + ", ".join(map(_said, own)))
    if others:
        parts.append("others show it: " if own else "more or less waiting: ")
        parts[-1] += ", ".join(map(_said, others))
    return f"For each operation: {'; '.join(parts)}." if parts else ""


def _said(cause: Cause) -> str:
    return f"{cause.name} ({cause.state} {cause.plant - cause.twin:+.2f} s)"

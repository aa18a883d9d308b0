"""Whatever needs somebody goes on only while somebody is there, in every line."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from hypothesis import assume, given

from tests.reference.test_reference_invariants import EXAMPLES, line_of, of_state
from tests.strategies import cases
from twin.kernel.log import Log
from twin.kernel.model import NONE, Line
from twin.kernel.states import NodeKind, Stage, State
from twin.reference.run import simulate

SHOWN = {
    Stage.SETUP: State.SETTING_UP,
    Stage.LOAD: State.LOADING,
    Stage.PROCESS: State.WORKING,
    Stage.UNLOAD: State.UNLOADING,
}


class Need(NamedTuple):
    """One unit without which a server is not in some states."""

    server: int
    states: tuple[State, ...]
    groups: frozenset[int]


def answers(line: Line, call: np.void) -> frozenset[int]:
    return frozenset(line.answers[call["first"] : call["first"] + call["count"]].tolist())


def attendants(line: Line) -> Iterator[Need]:
    """Yield whom stages need; a wake-up, which needs nobody, looks like a set-up."""
    for call in line.calls:
        server = int(call["server"])
        wakes_up = line.nodes[line.resource_node[server]]["wake_up"] > 0
        stages = [stage for stage in Stage if int(call["during"]) >> stage & 1]
        states = [SHOWN[stage] for stage in stages if not (wakes_up and stage is Stage.SETUP)]
        yield Need(server, tuple(states), answers(line, call))


def crews(line: Line) -> Iterator[Need]:
    """Yield whom repairs and maintenance need where all those of a station need somebody."""
    for node in line.nodes[line.nodes["kind"] == NodeKind.STATION]:
        modes = line.modes[node["mode_first"] : node["mode_first"] + node["mode_count"]]
        for planned, state in ((0, State.UNDER_REPAIR), (1, State.MAINTENANCE)):
            calls = modes["call"][modes["planned"] == planned]
            if calls.size == 0 or (calls == NONE).any():
                continue
            for k in range(node["capacity"]):
                own = line.calls[node["call_first"] + k * node["call_count"] + calls]
                groups = frozenset().union(*(answers(line, call) for call in own))
                yield Need(int(node["resource"]) + k, (state,), groups)


def going_on(rows: np.ndarray, instants: np.ndarray) -> np.ndarray:
    """Return how many records there are at each instant."""
    return ((rows["t0"] <= instants[:, None]) & (instants[:, None] < rows["t1"])).sum(axis=1)


def lacking(line: Line, log: Log, needs: list[Need], shown: State) -> list[Need]:
    """Return needs of more units than were there, at some instant.

    Groups are looked at as often as somebody may come from just these: there are then at least as
    many of their units there as are needed of none but them.
    """
    found = []
    for need in needs:
        crew = np.flatnonzero(np.isin(line.resource_carrier, list(need.groups)))
        there = of_state(log, shown)
        there = there[np.isin(there["resource"], crew)]
        served = [
            rows[rows["resource"] == one.server]
            for one in needs
            if one.groups <= need.groups
            for rows in [of_state(log, *one.states)]
        ]
        needing = np.concatenate(served)
        instants = np.unique(np.concatenate([needing["t0"], there["t1"]]))
        if (going_on(needing, instants) > going_on(there, instants)).any():
            found.append(need)
    return found


@EXAMPLES
@given(cases())
def test_a_stage_goes_on_only_while_those_whom_it_needs_attend(case):
    line = line_of(case)
    needs = list(attendants(line))
    assume(any(need.states for need in needs))

    log = simulate(line, seed=case.seed, end=case.horizon).log

    assert lacking(line, log, needs, State.ATTENDING) == []


@EXAMPLES
@given(cases())
def test_a_repair_or_maintenance_with_a_crew_goes_on_only_while_one_of_them_is_at_it(case):
    line = line_of(case)
    needs = list(crews(line))
    assume(needs)

    log = simulate(line, seed=case.seed, end=case.horizon).log

    assert lacking(line, log, needs, State.REPAIRING) == []

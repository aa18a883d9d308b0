"""What holds for every line, whatever is in it."""

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from numba import config

from cells.errors import CellFileError
from tests.strategies import NS, Case, cases
from twin.kernel.log import Log
from twin.kernel.model import NONE, Line
from twin.kernel.states import PART_STATES, NodeKind, State
from twin.reference.run import Reference, simulate

EXAMPLES = settings(
    max_examples=15 if config.DISABLE_JIT else 80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def line_of(case: Case) -> Line:
    try:
        return case.line()
    except CellFileError:
        assume(False)
        raise


def doers(line: Line) -> list[int]:
    """Return the resources whose records partition time: servers and carrier units."""
    kinds = line.nodes["kind"][line.resource_node]
    return np.flatnonzero((kinds == NodeKind.STATION) | (line.resource_node == NONE)).tolist()


def of_state(log: Log, *states: State) -> np.ndarray:
    return log.activities[np.isin(log.activities["state"], states)]


@EXAMPLES
@given(cases())
def test_states_of_servers_and_carriers_partition_time(case):
    line = line_of(case)

    log = simulate(line, seed=case.seed, end=case.horizon).log

    own = log.activities[~np.isin(log.activities["state"], PART_STATES)]
    for resource in doers(line):
        rows = np.sort(own[own["resource"] == resource], order=("t1", "t0"))
        edges = [*rows["t0"].tolist(), log.end]
        assert edges == [0, *rows["t1"].tolist()] or log.end == 0


@EXAMPLES
@given(cases())
def test_parts_are_conserved_and_leave_once(case):
    line = line_of(case)

    outcome = simulate(line, seed=case.seed, end=case.horizon)

    entered = of_state(outcome.log, State.ENTERED, State.MADE)["part"]
    left = of_state(outcome.log, State.FINISHED, State.SCRAPPED, State.CONSUMED)["part"]
    assert np.unique(entered).size == entered.size
    assert np.unique(left).size == left.size
    assert np.isin(left, entered).all()
    assert entered.size - left.size == outcome.tally.inside


@EXAMPLES
@given(cases())
def test_no_place_ever_holds_more_than_its_capacity(case):
    line = line_of(case)

    log = simulate(line, seed=case.seed, end=case.horizon).log

    stays = of_state(log, State.WAITING, State.CONVEYED)
    for node in line.nodes[line.nodes["capacity"] != NONE]:
        rows = stays[stays["resource"] == node["resource"]]
        moves = sorted([(t, 1) for t in rows["t0"]] + [(t, -1) for t in rows["t1"]])
        assert max(np.cumsum([step for _, step in moves]), default=0) <= node["capacity"]


@EXAMPLES
@given(cases())
def test_a_run_in_pieces_equals_the_run_in_one(case):
    line = line_of(case)
    whole, pieces = (Reference(line, case.seed) for _ in range(2))

    whole.run(case.horizon)
    for until in range(0, case.horizon, 7 * NS):
        pieces.run(until)
        pieces.log()
    pieces.run(case.horizon)

    assert np.array_equal(pieces.log().activities, whole.log().activities)
    assert pieces.stop == whole.stop

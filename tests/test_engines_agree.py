"""The kernel and the reference do exactly the same, whatever the cell."""

from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import seed as seeded
from numba import config

from cells.errors import CellFileError
from tests.agreement import differ_tallies, disagreement
from tests.plain_cells import plain_cells
from tests.strategies import cases, random_case
from twin.kernel import run as kernel
from twin.kernel.states import State
from twin.kernel.tally import Tally
from twin.reference import run as reference


def examples(compiled: int, interpreted: int) -> settings:
    return settings(
        max_examples=interpreted if config.DISABLE_JIT else compiled,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


# 2 000 cells, in blocks so that they are shared out among workers; the soak test explores further.
@pytest.mark.parametrize("block", range(8))
def test_random_cells_give_the_same_log_tally_and_stop(block):
    @seeded(block)
    @examples(250, 4)
    @given(cases())
    def agree(case):
        try:
            found = disagreement(case)
        except CellFileError:
            assume(False)
        assert found is None, f"{found}\n{case}"

    agree()


# Lines in which parts pass without a settling.
@seeded(9)
@examples(400, 40)
@given(plain_cells())
def test_plain_lines_give_the_same_log_tally_and_stop(case):
    try:
        found = disagreement(case)
    except CellFileError:
        assume(False)
    assert found is None, f"{found}\n{case}"


@seeded(8)
@examples(40, 5)
@given(cases())
def test_replications_without_a_log_sum_up_to_the_same_tally(case):
    try:
        line = case.line()
    except CellFileError:
        assume(False)
    start, window = case.horizon // 4, case.horizon // 3

    stacked = kernel.replicate(
        line, seed=case.seed, replications=3, end=case.horizon, start=start, window=window
    )

    single = []
    for k in range(3):
        outcome = reference.simulate(line, seed=case.seed, replication=k, end=case.horizon)
        single.append(
            Tally.from_log(
                line,
                outcome.log,
                start=start,
                window=window,
                outside=int(outcome.tally.outside),
                stopped=int(outcome.tally.stopped),
                horizon=case.horizon,
            )
        )
    assert differ_tallies(stacked, Tally.stack(single)) is None


def test_the_random_cells_use_every_feature():
    wanted = set(State)
    states: set[int] = set()
    stops: set[bool] = set()
    for seed in range(2_000):  # one in two hundred locks up
        case = random_case(Random(seed))
        try:
            line = case.line()
        except CellFileError:
            continue
        outcome = reference.simulate(line, seed=case.seed, end=case.horizon)
        states |= set(outcome.log.activities["state"].tolist())
        stops.add(outcome.stop is not None)
        if states >= wanted and len(stops) == 2:
            break

    assert states == wanted
    assert stops == {False, True}


def runs(case) -> bool:
    try:
        case.line()
    except CellFileError:
        return False
    return True


@pytest.mark.parametrize("seed", [1, 2**63 - 1])
def test_both_engines_draw_the_same_luck_for_any_seed(seed):
    case = next(
        c for c in map(random_case, map(Random, range(99))) if "hyper" in c.text and runs(c)
    )
    line = case.line()

    logs = [
        engine.simulate(line, seed=seed, replication=2**31, end=case.horizon).log.activities
        for engine in (kernel, reference)
    ]

    assert np.array_equal(*logs)

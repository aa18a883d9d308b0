"""Stepping, pacing and extending a running reference engine."""

from dataclasses import replace

import numpy as np
import pytest

from cells.load import load_text
from twin.build import build_line
from twin.kernel.model import Line
from twin.kernel.states import State
from twin.kernel.stops import RunError
from twin.reference.run import Reference, simulate

NS = 10**9
TEXT = """
taktwin: 1
name: pair
products: {p: {}}
sources: {src: {product: p, saturated: true}}
stations: {A: {process: 2 s}, B: {process: 3 s}}
sinks: {out: {}}
flow: [{from: src, to: A}, {from: A, to: B}, {from: B, to: out}]
run: {horizon: 100 s}
"""


@pytest.fixture
def line() -> Line:
    return build_line(load_text(TEXT))


def test_activities_stream_in_order_of_closing_and_states_can_be_asked(line):
    reference = Reference(line, seed=1)

    reference.run(4 * NS)
    first = reference.closed()
    reference.run(7 * NS)

    assert reference.closed()[: len(first)] == first
    assert reference.closed(len(first)) == reference.closed()[len(first) :]
    ends = [row[1] for row in reference.closed()]
    assert ends == sorted(ends)
    assert reference.state_of(line.resources.index("A")) is State.BLOCKED
    assert reference.state_of(line.resources.index("B")) is State.WORKING
    assert reference.state_of(line.resources.index("out")) is None
    assert reference.now == 7 * NS


def test_a_pace_holds_from_the_next_operation_on(line):
    reference = Reference(line, seed=1)

    reference.run(NS)
    reference.set_pace("A", 0.5)
    reference.run(6 * NS)

    log = reference.log()
    worked = log.activities[(log.activities["resource"] == 1) & (log.activities["state"] == 0)]
    assert (worked["t1"] - worked["t0"]).tolist() == [2 * NS, NS, NS]


def test_a_pace_of_an_unknown_station_is_an_error(line):
    with pytest.raises(KeyError, match="C"):
        Reference(line, seed=1).set_pace("C", 2.0)


def test_time_does_not_run_backwards(line):
    reference = Reference(line, seed=1)
    reference.run(5 * NS)

    with pytest.raises(ValueError, match="it is 5000000000 ns already"):
        reference.run(4 * NS)
    with pytest.raises(ValueError, match="the log ends now"):
        reference.log(4 * NS)


def test_processes_of_the_user_live_in_the_same_time(line):
    reference = Reference(line, seed=1)
    seen = []

    def visitor():
        while True:
            yield reference.env.timeout(1.5e9)
            seen.append((reference.now, reference.state_of(2)))

    reference.env.process(visitor())
    reference.run(4 * NS)

    assert seen == [(1_500_000_000, State.STARVED), (3_000_000_000, State.WORKING)]
    assert all(isinstance(at, int) for at, _ in seen)
    with pytest.raises(ValueError, match=r"whole nanoseconds; got 0\.5"):
        reference.env.timeout(0.5)


class FakeClock:
    """A clock that is set by waiting for it."""

    def __init__(self):
        self.moments = [1000 * NS]

    def now(self):  # noqa: D102
        return self.moments[-1]

    def sleep_until(self, moment):  # noqa: D102
        self.moments.append(moment)


def test_a_paced_run_waits_for_the_clock_and_changes_nothing(line):
    reference, clock = Reference(line, seed=1), FakeClock()

    reference.run_paced(9 * NS, clock, speed=2.0)

    # Operations end at 2, 4, 5, 7 and 8 s; before that the line begins at 0.
    begun, halves = 1000 * NS, NS // 2
    assert clock.moments[1:] == [begun + k * halves for k in (0, 2, 4, 5, 7, 8, 9)]
    assert np.array_equal(
        reference.log().activities, simulate(line, seed=1, end=9 * NS).log.activities
    )


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_a_bad_process_time_names_station_and_value(line, bad):
    dists = line.dists.copy()
    dists["a"][line.process[1, 0]] = bad

    with pytest.raises(RunError, match=rf"A: drew a duration of {bad:g} ns"):
        simulate(replace(line, dists=dists), seed=1, end=NS)


def test_a_cell_of_one_product_without_random_times_ignores_the_seed(line):
    logs = [simulate(line, seed=seed, end=50 * NS).log.activities for seed in (1, 2)]

    assert np.array_equal(*logs)

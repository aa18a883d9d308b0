"""Claims about what limits the output."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.results.sample_lines import (
    HOUR,
    ONE_MACHINE,
    SHIFTED,
    SLOW_ARRIVALS,
    TENDED,
    THREE_MACHINES,
    cell_and_line,
    tallied,
)
from twin.kernel.model import NODE, NONE, NS_PER_S
from twin.results.arrivals import arrivals, keeps_up
from twin.results.bottleneck import find_bottleneck
from twin.results.observed import observe
from twin.results.usage import Usage, turning_points


def seen(text, **options):
    cell, line = cell_and_line(text)
    return observe(cell, line, tallied(line, start=HOUR, end=6 * HOUR, **options))


@pytest.mark.parametrize("slow", ["first", "slow", "last"])
def test_the_slowest_machine_of_a_line_is_named_wherever_it_stands(slow):
    text = THREE_MACHINES
    for name, time in (("first", "8 s"), ("slow", "10 s"), ("last", "5 s")):
        text = text.replace(
            f"{name}: {{process: {time}}}", f"{name}: {{process: {11 if name == slow else 7} s}}"
        )
    found = find_bottleneck(seen(text))
    assert found.name == slow
    assert found.agree
    assert found.members == (slow,)


def test_random_times_and_buffers_do_not_hide_it():
    text = THREE_MACHINES.replace("process: 8 s", "process: {exponential: {mean: 8 s}}")
    text = text.replace("process: 10 s", "process: {exponential: {mean: 12 s}}, queue: 5")
    text = text.replace("process: 5 s", "process: {exponential: {mean: 8 s}}, queue: 5")
    found = find_bottleneck(seen(text, replications=3))
    assert found.name == "slow"
    assert found.agree
    assert found.share == 1.0


def test_machines_in_parallel_are_named_together():
    found = find_bottleneck(seen(TENDED))
    assert set(found.members) == {"lathe_1", "lathe_2"}
    assert found.name in found.members
    assert found.reason.startswith("lathe_1 and lathe_2 limit the output: they are busy or down")
    assert "waiting for a robot or operator" in found.reason


def test_a_slow_walker_is_the_bottleneck():
    text = TENDED.replace("pick: 4 s, place: 6 s", "pick: 30 s, place: 45 s")
    found = find_bottleneck(seen(text))
    assert found.name == "walker"
    assert not found.agree
    assert found.candidates[0].blocked is None


def test_a_line_that_waits_for_parts_has_no_bottleneck_inside():
    found = find_bottleneck(seen(SLOW_ARRIVALS))
    assert found.name is None
    assert found.members == ()
    assert found.share == 0.0
    assert found.reason.startswith("Nothing inside the line limits it")
    assert "The busiest is mill" in found.reason


def test_a_line_that_falls_behind_its_arrivals_has_one():
    text = SLOW_ARRIVALS.replace("mean: 20 s", "mean: 11 s")
    assert find_bottleneck(seen(text)).name == "mill"
    assert not keeps_up(seen(text))


def test_expected_arrivals_are_counted_by_batch_and_limit():
    _, line = cell_and_line(SLOW_ARRIVALS)
    assert arrivals(line, 0, HOUR) == pytest.approx(180.0)
    _, batches = cell_and_line(SLOW_ARRIVALS.replace("mean: 20 s}}", "mean: 20 s}}, batch: 3"))
    assert arrivals(batches, 0, HOUR) == pytest.approx(540.0)
    _, few = cell_and_line(SLOW_ARRIVALS.replace("mean: 20 s}}", "mean: 20 s}}, limit: 50"))
    assert arrivals(few, 0, HOUR) == pytest.approx(50.0)


def test_a_source_that_always_has_parts_sets_no_limit():
    assert arrivals(cell_and_line(ONE_MACHINE)[1], 0, HOUR) is None


def test_time_off_shift_is_not_waiting():
    cell, line = cell_and_line(SHIFTED)
    found = find_bottleneck(observe(cell, line, tallied(line, end=48 * HOUR)))
    assert found.name == "mill"
    mill = next(c for c in found.candidates if c.name == "mill")
    assert mill.active.mean > 0.9


def line_of(count):
    nodes = np.zeros(count, dtype=NODE)
    nodes["rank"] = np.arange(count)[::-1]
    return SimpleNamespace(nodes=nodes)


def usage(node, blocked, starved):
    flat = np.zeros(1)
    return Usage(f"s{node}", node, flat, flat, np.array([blocked]), np.array([starved]), flat)


@pytest.mark.parametrize(
    ("blocked", "starved", "turning"),
    [
        ((0.3, 0.1, 0.0), (0.0, 0.05, 0.3), 1),
        ((0.0, 0.0, 0.0), (0.05, 0.3, 0.4), 0),
        ((0.4, 0.3, 0.0), (0.0, 0.1, 0.05), 2),
        ((0.1, 0.1, 0.1), (0.1, 0.1, 0.1), NONE),
    ],
)
def test_the_turning_point_is_where_blocking_turns_into_starving(blocked, starved, turning):
    found = [usage(k, b, s) for k, (b, s) in enumerate(zip(blocked, starved, strict=True))]
    assert turning_points(found, line_of(3), 1).tolist() == [turning]


def test_a_line_without_stations_has_no_turning_point():
    assert turning_points([], line_of(0), 2).tolist() == [NONE, NONE]
    assert NS_PER_S == 10**9

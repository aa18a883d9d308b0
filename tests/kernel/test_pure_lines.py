"""The short cut for pure lines gives what the event kernel gives, and is taken by nothing else."""

from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from cells.load import load_text
from tests.agreement import differ_tallies
from twin.build import build_line
from twin.kernel import run as kernel
from twin.kernel.layout import model_of, state_of
from twin.kernel.pure import pure_line, run_pure
from twin.kernel.single import tally_of
from twin.kernel.stops import RunError
from twin.kernel.tally import Tally

S = 10**9
ROW = """
taktwin: 1
name: row
products: {{p: {{}}}}
sources: {{src: {{product: p, every: 10 s}}}}
stations: {{mill: {{process: {process}}}}}
sinks: {{out: {{}}}}
flow: [{{from: src, to: mill}}, {{from: mill, to: out}}]
run: {{horizon: 1 h}}
"""
TIMES = (
    "{exponential: {mean: 7 s}}",
    "{lognormal: {mean: 6 s, cv: 0.8}}",
    "{uniform: {low: 2 s, high: 9 s}}",
    "{gamma: {mean: 5 s, shape: 2}}",
    "6 s",
    "5 s",
)
QUEUES = ("", "", ", queue: 1", ", queue: 3", ", queue: 50", ", queue: unlimited")
SOURCES = (
    "saturated: true",
    "saturated: true, limit: 30",
    "every: {exponential: {mean: 8 s}}",
    "every: 7 s, first: 3 s, limit: 40",
)


def text_of(random: Random, extra: str = "") -> str:
    """Return a random pure line, `extra` being said of its first station."""
    stations = random.randint(1, 5)
    rows = []
    for k in range(stations):
        queue = random.choice(QUEUES)
        if k == 0 and "unlimited" in queue:
            queue = ""  # a saturated source would fill it without end
        said = extra if k == 0 else ""
        rows.append(f"  S{k}: {{process: {random.choice(TIMES)}{queue}{said}}}\n")
    names = ["src", *(f"S{k}" for k in range(stations)), "out"]
    flow = "".join(f"  - {{from: {a}, to: {b}}}\n" for a, b in pairwise(names))
    return (
        "taktwin: 1\nname: row\nproducts: {p: {}}\n"
        f"sources: {{src: {{product: p, {random.choice(SOURCES)}}}}}\n"
        f"stations:\n{''.join(rows)}sinks: {{out: {{}}}}\nflow:\n{flow}run: {{horizon: 1 h}}\n"
    )


def check(line, seed, end, start, window):
    """Run a pure line by the short cut and by events; compare the tallies."""
    pure, model = pure_line(line), model_of(line)
    assert pure is not None
    state, by_events = (
        state_of(line, model, seed=seed, replication=2, end=end, start=start, window=window)
        for _ in range(2)
    )

    done = run_pure(model, state, pure, end, lambda: None)
    assert done is not None

    expected = kernel.Run(line, model, by_events, end=end).outcome().tally
    assert differ_tallies(tally_of(line, model, done, end, None), expected) is None
    return expected


@pytest.mark.parametrize("number", range(60))
def test_a_pure_line_has_the_tally_of_the_event_kernel(number):
    random = Random(number)
    line = build_line(load_text(text_of(random)))
    end = random.choice((0, 7, 60, 600, 3000)) * S
    start = random.choice((0, 0, end // 3, end))
    check(line, number, end, start, window=random.choice((0, 30 * S)))


def test_decades_of_waiting_are_summed_exactly():
    text = ROW.replace("10 s", "3200 h").format(
        process="{uniform: {low: 3300 h, high: 3900 h}}, queue: unlimited"
    )

    tally = check(build_line(load_text(text)), 1, end=2 * 10**9 * S, start=10**8 * S, window=0)

    assert tally.finished.sum() > 100
    assert tally.laps.max() > 0  # a sum went beyond what one number holds


def test_replications_of_a_pure_line_are_those_of_single_runs():
    line = build_line(load_text(text_of(Random(3))))

    stacked = kernel.replicate(line, seed=5, replications=3, end=900 * S)

    single = [
        kernel.simulate(line, seed=5, replication=k, end=900 * S, log=False).tally for k in range(3)
    ]
    assert differ_tallies(stacked, Tally.stack(single)) is None


@pytest.mark.parametrize(
    "extra",
    [
        ", servers: 2",
        ", failures: {jam: {after: 1 h, repair: 1 min}}",
        ", setup: 1 min",
        ", load: 2 s",
        ", power: {working: 1 kW, idle: 1 kW, standby: {power: 1 kW, after: 5 s, wake_up: 1 s}}",
    ],
)
def test_a_line_with_more_to_it_is_left_to_the_event_kernel(extra):
    assert pure_line(build_line(load_text(text_of(Random(1), extra)))) is None


def test_work_of_no_length_is_left_to_the_event_kernel():
    line = build_line(load_text(ROW.format(process="0 s")))

    tally = kernel.replicate(line, seed=1, replications=1, end=600 * S)

    single = kernel.simulate(line, seed=1, end=600 * S, log=False).tally
    assert differ_tallies(tally, Tally.stack([single])) is None
    assert tally.finished.sum() == 60


def test_a_line_that_holds_too_much_is_stopped_by_the_event_kernel():
    line = build_line(load_text(ROW.format(process="20 s, queue: unlimited")))
    line = replace(line, most_parts=25)

    tally = kernel.replicate(line, seed=1, replications=1, end=3600 * S)

    single = kernel.simulate(line, seed=1, end=3600 * S, log=False).tally
    assert single.stopped > 0
    assert differ_tallies(tally, Tally.stack([single])) is None


def test_a_bad_time_is_told_as_by_the_event_kernel():
    line = build_line(load_text(ROW.format(process="{empirical: [1 s]}")))
    line = replace(line, values=np.array([-1e9]))

    with pytest.raises(RunError, match="mill"):
        kernel.replicate(line, seed=1, replications=1, end=600 * S)

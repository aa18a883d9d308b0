"""Speed on every kind of line: the kernel against the reference, same luck, same log.

One ready-made cell a family; each is run for so long that the kernel has something to do.  CPU
time, best of a few, ratios within one run.  Also what a run weighs, what more stations cost, what
two threads bring, and what the short cut for pure lines is worth.
"""

import re
from time import perf_counter

import numpy as np
import pytest

from benchmarks.test_engine_speed import NS, QUEUE, SEED, cpu_time, tandem_text
from cells.load import find_cell, load_text
from twin.build import build_line, load_line
from twin.kernel import run as kernel
from twin.kernel.layout import model_of, state_of
from twin.kernel.model import Line
from twin.kernel.states import State
from twin.reference import run as reference

DAY = 86_400 * NS
ZOO = {  # days
    "assembly_cell": 0.5,
    "conwip_line": 2,
    "flow_line": 2,
    "machine_tending": 2,
    "machine_tending_manual": 2,
    "oven_line": 2,
    "rework_loop": 2,
    "u_cell": 2,
}
RUNS = (kernel.simulate, reference.simulate)


def visits(line: Line, end: int) -> int:
    """Return how many operations end in a run."""
    tally = kernel.simulate(line, seed=SEED, end=end, log=False).tally
    return int(tally.count[:, State.WORKING].sum())


@pytest.mark.benchmark(group="zoo")
@pytest.mark.parametrize("name", ZOO)
def test_kernel_against_reference(benchmark, name):
    line, end = load_line(find_cell(name)), int(ZOO[name] * DAY)
    ours, theirs = (run(line, seed=SEED, end=end) for run in RUNS)
    assert np.array_equal(ours.log.activities, theirs.log.activities)

    benchmark.pedantic(lambda: kernel.simulate(line, seed=SEED, end=end, log=False), rounds=3)

    fast = cpu_time(lambda: kernel.simulate(line, seed=SEED, end=end, log=False), rounds=5)
    slow = cpu_time(lambda: reference.Reference(line, SEED).run(end), rounds=1)
    count = max(1, visits(line, end))
    benchmark.extra_info["ratio"] = slow / fast
    print(f"\n{name}: {count} visits, {1e6 * fast / count:.3f} us each, {slow / fast:.0f} x")


@pytest.mark.benchmark(group="stations")
def test_cost_of_a_visit_in_longer_lines(benchmark):
    each = {}
    for stations, seconds in ((10, 60_000), (100, 6_000), (1000, 6_000)):
        line, end = build_line(load_text(tandem_text(stations))), seconds * NS
        model = model_of(line)
        fresh = state_of(line, model, seed=SEED, replication=0, end=end)
        batch = [fresh]

        def run(line=line, model=model, end=end, batch=batch):
            copy = type(batch[0])(*(array.copy() for array in batch[0]))
            kernel.Run(line, model, copy, end=end).advance(end)

        each[stations] = 1e9 * cpu_time(run, rounds=5) / visits(line, end)
    benchmark.extra_info["ns_per_visit"] = each
    benchmark.pedantic(run, rounds=1)
    print(f"\nns a visit by stations: { {k: round(v) for k, v in each.items()} }")


@pytest.mark.benchmark(group="pure lines")
@pytest.mark.parametrize(
    "times", ["{exponential: {mean: 10 s}}", "{lognormal: {mean: 10 s, cv: 0.5}}"]
)
def test_short_cut_for_a_pure_line(benchmark, times):
    text = re.sub(r", failures: \{stop: \{.*?\}\}\}\}\}", "}", tandem_text(10))
    line = build_line(load_text(text.replace("{lognormal: {mean: 10 s, cv: 0.5}}", times)))
    end = 1_000_000 * NS  # so long that making a state and reading the tally count for little
    single = kernel.simulate(line, seed=SEED, end=end, log=False).tally

    stacked = benchmark.pedantic(
        lambda: kernel.replicate(line, seed=SEED, replications=1, end=end, threads=1), rounds=3
    )

    assert np.array_equal(stacked.state_time[0], single.state_time)
    events = cpu_time(lambda: kernel.simulate(line, seed=SEED, end=end, log=False), rounds=5)
    batch = kernel._Batch(line, model_of(line), _fresh(line, end), range(1), end)  # noqa: SLF001
    short = cpu_time(lambda: batch._run(0), rounds=5)  # noqa: SLF001
    benchmark.extra_info["ratio"] = events / short
    print(f"\n{times}: {events / short:.1f} x")


def _fresh(line: Line, end: int):
    return state_of(line, model_of(line), seed=SEED, replication=0, end=end)


@pytest.mark.benchmark(group="memory")
@pytest.mark.parametrize("text", [QUEUE, tandem_text(10)], ids=["queue", "ten stations"])
def test_weight_of_a_state(benchmark, text):
    line = build_line(load_text(text))
    short, long = (sum(array.nbytes for array in _fresh(line, end)) for end in (NS, 10**9 * NS))

    benchmark.pedantic(lambda: _fresh(line, NS), rounds=1)

    assert short == long
    benchmark.extra_info["bytes"] = short
    print(f"\n{line.name}: {short} bytes, whatever the horizon")


@pytest.mark.benchmark(group="threads")
def test_two_threads(benchmark):
    line, end = build_line(load_text(tandem_text(10))), 60_000 * NS
    took, found = [], []
    for threads in (1, 2):
        times = []
        for _ in range(3):
            begun = perf_counter()
            tally = kernel.replicate(line, seed=SEED, replications=8, end=end, threads=threads)
            times.append(perf_counter() - begun)
        took.append(min(times))
        found.append(tally)

    benchmark.pedantic(lambda: None, rounds=1)

    assert np.array_equal(found[0].state_time, found[1].state_time)
    benchmark.extra_info["ratio"] = took[0] / took[1]
    print(f"\ntwo threads: {took[0] / took[1]:.2f} x (wall time: needs two idle cores)")

"""Speed of the kernel against the reference engine and against lean hand-written SimPy programs.

CPU time, fixed work, fixed luck; every answer is checked.  Figures are per visit of a part to a
station; ratios are what to look at.
"""

import gc
from collections.abc import Callable
from itertools import pairwise
from time import thread_time

import numpy as np
import pytest

from benchmarks import simpy_rivals
from cells.load import find_cell, load_text
from twin.build import build_line, load_line
from twin.kernel import run as kernel
from twin.kernel.model import Line
from twin.kernel.states import State
from twin.reference import run as reference

NS = 10**9
SEED = 7

QUEUE = """
taktwin: 1
name: queue
products: {p: {}}
sources: {src: {product: p, every: {exponential: {mean: 10 s}}}}
stations: {A: {process: {exponential: {mean: 8 s}}, queue: unlimited}}
sinks: {out: {}}
flow: [{from: src, to: A}, {from: A, to: out}]
run: {horizon: 1 h}
"""


def tandem_text(stations: int) -> str:
    """Return a line of failing lognormal stations with five waiting places in front of each."""
    times = "{lognormal: {mean: 10 s, cv: 0.5}}"
    stop = "{after: {exponential: {mean: 1000 s}}, repair: {exponential: {mean: 50 s}}}"
    rows = []
    for k in range(stations):
        queue = "" if k == 0 else ", queue: 5"
        rows.append(f"  S{k}: {{process: {times}{queue}, failures: {{stop: {stop}}}}}\n")
    names = ["src", *(f"S{k}" for k in range(stations)), "out"]
    flow = "".join(f"  - {{from: {a}, to: {b}}}\n" for a, b in pairwise(names))
    return (
        "taktwin: 1\nname: tandem\nproducts: {p: {}}\n"
        "sources: {src: {product: p, saturated: true}}\n"
        f"stations:\n{''.join(rows)}sinks: {{out: {{}}}}\nflow:\n{flow}run: {{horizon: 1 h}}\n"
    )


def cpu_time(run: Callable[[], object], rounds: int = 3) -> float:
    """Return the least CPU time of a few runs, s."""
    times = []
    for _ in range(rounds):
        gc.collect()
        begun = thread_time()
        run()
        times.append(thread_time() - begun)
    return min(times)


def compare(benchmark, line: Line, end: int, rival=None) -> None:
    """Time all engines on one line; check that they give the same; keep the ratios."""
    theirs = reference.simulate(line, seed=SEED, end=end)
    ours = kernel.simulate(line, seed=SEED, end=end)  # also compiles what is not yet compiled
    assert np.array_equal(ours.log.activities, theirs.log.activities)
    assert ours.stop is None

    tally = benchmark.pedantic(
        lambda: kernel.simulate(line, seed=SEED, end=end, log=False).tally, rounds=3, iterations=1
    )

    assert np.array_equal(tally.state_time, theirs.tally.state_time)
    visits = int((theirs.log.activities["state"] == State.WORKING).sum())
    spent = {
        "kernel": cpu_time(lambda: kernel.simulate(line, seed=SEED, end=end, log=False)),
        "kernel with log": cpu_time(lambda: kernel.simulate(line, seed=SEED, end=end)),
        "reference": cpu_time(lambda: reference.Reference(line, SEED).run(end), rounds=2),
    }
    if rival is not None:
        answer = rival(line, SEED, end)
        assert answer.finished == tally.finished.sum()
        assert answer.lead_time == tally.lead_time.sum()
        spent["SimPy by hand"] = cpu_time(lambda: rival(line, SEED, end), rounds=2)
    per_visit = {name: 1e6 * seconds / visits for name, seconds in spent.items()}
    ratio = {name: seconds / spent["kernel"] for name, seconds in spent.items()}
    benchmark.extra_info["visits"] = visits
    benchmark.extra_info["us_per_visit"] = per_visit
    benchmark.extra_info["ratio"] = ratio
    print(f"\n{line.name}: {visits} visits")
    for name in spent:
        print(f"  {name:16s} {per_visit[name]:9.3f} us a visit  {ratio[name]:7.1f} x")


@pytest.mark.benchmark(group="engines: M/M/1")
def test_one_queue(benchmark):
    compare(benchmark, build_line(load_text(QUEUE)), 600_000 * NS, simpy_rivals.queue)


@pytest.mark.benchmark(group="engines: ten failing lognormal stations")
def test_ten_stations_in_a_row(benchmark):
    line = build_line(load_text(tandem_text(10)))

    compare(benchmark, line, 60_000 * NS, simpy_rivals.tandem)


@pytest.mark.benchmark(group="engines: machine tending by a robot")
def test_the_demonstration_cell(benchmark):
    compare(benchmark, load_line(find_cell("machine_tending")), 14 * 86_400 * NS)

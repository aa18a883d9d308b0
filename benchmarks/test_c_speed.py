"""Speed of the kernel against the same event loop in C, which gives the same tally.

CPU time, both taking turns, the best of many short runs; each run includes what it allocates.  The
C kernel is compiled here, by every C compiler there is; the fastest counts.  It knows only what
these lines need.
"""

from ctypes import CDLL
from dataclasses import fields
from time import thread_time

import numpy as np
import pytest

from benchmarks import c_rival
from benchmarks.test_engine_speed import NS, QUEUE, SEED, tandem_text
from cells.load import load_text
from twin.build import build_line
from twin.kernel.arrays import State as RunState
from twin.kernel.layout import model_of, state_of
from twin.kernel.model import Line
from twin.kernel.single import Run
from twin.kernel.states import State
from twin.kernel.tally import Tally

ROUNDS = 40
LINES = {"M/M/1": (QUEUE, 1_200_000), "ten failing lognormal stations": (tandem_text(10), 120_000)}

# Parallel and failing stations, ties of constant times: only to check that both give the same.
NET = """
taktwin: 1
name: net
products: {p: {}}
sources:
  often: {product: p, every: {exponential: {mean: 10 s}}}
  steady: {product: p, every: 20 s}
stations:
  A:
    process: 10 s
    queue: 3
    servers: 2
    failures: {jam: {after: {exponential: {mean: 100 s}}, repair: 20 s}}
  B:
    process: {lognormal: {mean: 10 s, cv: 0.5}}
    failures: {jam: {after: 30 s, repair: {exponential: {mean: 5 s}}}}
  C: {process: 10 s, queue: 2}
sinks: {out: {}}
flow:
  - {from: often, to: A}
  - {from: steady, to: A}
  - {from: A, to: [B, C]}
  - {from: B, to: out}
  - {from: C, to: out}
run: {horizon: 1 h}
"""


class Ours:
    """The kernel on a line, ready to run again and again."""

    def __init__(self, line: Line) -> None:
        self._line, self.model = line, model_of(line)
        self.fresh = state_of(line, self.model, seed=SEED, replication=0, end=0)

    def run(self, end: int) -> Tally:
        """Run to the horizon from a copy of the fresh state; return the tally."""
        state = RunState(*(array.copy() for array in self.fresh))
        return Run(self._line, self.model, state, end=end).outcome().tally


def both(text: str, libraries: dict[str, CDLL]) -> tuple[Ours, dict[str, c_rival.Rival]]:
    """Return the kernel and its rivals on a line."""
    line = build_line(load_text(text))
    ours = Ours(line)
    return ours, {
        name: c_rival.Rival(library, line, ours.model, ours.fresh)
        for name, library in libraries.items()
    }


def assert_equal(ours: Tally, theirs: Tally) -> None:
    """Check that two runs give the same in every sum."""
    for field in fields(Tally):
        one, other = (np.asarray(getattr(tally, field.name)) for tally in (ours, theirs))
        assert np.array_equal(one.ravel(), other.ravel()), field.name


def best_of_turns(runs: dict[str, object], end: int) -> dict[str, float]:
    """Return the least CPU time of each, s, all taking turns."""
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(ROUNDS):
        for name, each in runs.items():
            begun = thread_time()
            each.run(end)
            best[name] = min(best[name], thread_time() - begun)
    return best


@pytest.mark.benchmark(group="C")
@pytest.mark.parametrize("name", LINES)
def test_kernel_against_c(benchmark, tmp_path, name):
    text, seconds = LINES[name]
    end, libraries = seconds * NS, c_rival.libraries(tmp_path)
    ours, theirs = both(text, libraries)
    tally = benchmark.pedantic(lambda: ours.run(end), rounds=3)
    if not theirs:
        print(f"\n{name}: no C compiler here, nothing to compare with")
        return
    for rival in theirs.values():
        assert_equal(tally, rival.run(end))
    net, rivals = both(NET, libraries)
    for rival in rivals.values():
        assert_equal(net.run(10_000 * NS), rival.run(10_000 * NS))

    best = best_of_turns({"kernel": ours, **theirs}, end)

    visits = int(tally.count[:, State.WORKING].sum())
    fast = best.pop("kernel")
    chosen = min(best, key=best.get)
    benchmark.extra_info["ratio"] = fast / best[chosen]
    each = {"kernel": fast, **best}
    print(f"\n{name}: {visits} visits, kernel / C = {fast / best[chosen]:.2f} ({chosen})")
    for runner, spent in each.items():
        print(f"  {runner:22s} {1e9 * spent / visits:7.1f} ns a visit")

"""A robot that serves two machines in a fixed sequence (Sethi et al. 1992), exactly."""

from itertools import pairwise

import pytest

from cells.load import load_text
from tests.truth_cells import CASES
from tests.truth_written import WRITTEN
from twin.build import build_line
from twin.kernel.model import NS_PER_S
from twin.kernel.run import simulate as kernel
from twin.kernel.states import State
from twin.reference.run import simulate as reference

CYCLES = {
    "S1": ("[input, M1, M2]", "[]"),
    "S2": ("[input, M2, M1]", "[{product: part, count: 1, at: M2}]"),
}
ENGINES = pytest.mark.parametrize("simulate", [reference, kernel], ids=["reference", "kernel"])


def cycle_time(simulate, sequence: str, inside: str = "[]") -> float:
    """Return the time between two parts, s, once the cell has settled."""
    text = WRITTEN["D10"].replace("HORIZON", "2000 s")
    text = text.replace("SEQUENCE", sequence).replace("INSIDE", inside)
    log = simulate(build_line(load_text(text)), seed=1, end=2000 * NS_PER_S).log.activities
    exits = log["t1"][log["state"] == State.FINISHED]
    gaps = {int(late - early) for early, late in pairwise(exits[10:])}
    assert len(gaps) == 1
    return gaps.pop() / NS_PER_S


@ENGINES
def test_d10_each_sequence_has_its_exact_cycle_time(simulate):
    truth = {q["quantity"]: q["exact"] for q in CASES["D10"]["quantities"]}

    found = {name: cycle_time(simulate, *cycle) for name, cycle in CYCLES.items()}

    assert found == {"S1": truth["cycle_time_S1"], "S2": truth["cycle_time_S2"]}
    assert min(found.values()) == truth["best_cycle_time"]


@ENGINES
def test_a_sequence_that_waits_for_a_part_that_never_comes_is_a_deadlock(simulate):
    text = WRITTEN["D10"].replace("HORIZON", "2000 s").replace("SEQUENCE", "[input, M2, M1]")
    line = build_line(load_text(text.replace("INSIDE", "[]")))

    stop = simulate(line, seed=1, end=2000 * NS_PER_S).stop

    assert (stop.kind, stop.at) == ("deadlock", 16 * NS_PER_S)
    assert stop.members == ("M1",)

"""Claims about the Gantt chart of a log."""

import pytest

from tests.results.sample_lines import HOUR, SHIFTED, THREE_MACHINES, cell_and_line
from twin.kernel.model import NS_PER_S
from twin.reference.run import simulate
from twin.results.timeline import kind_of, timeline


@pytest.fixture(scope="module")
def made():
    _, line = cell_and_line(THREE_MACHINES)
    return line, simulate(line, seed=1, replication=0, end=HOUR).log


def test_bars_of_a_lane_follow_each_other_without_gap(made):
    found = timeline(*made)
    assert [lane.resource for lane in found.lanes] == ["first", "slow", "last"]
    for lane in found.lanes:
        assert lane.bars[0].t0 == 0.0
        assert lane.bars[-1].t1 == 3600.0
        for before, after in zip(lane.bars, lane.bars[1:], strict=False):
            assert before.t1 == after.t0


def test_bars_are_cut_to_the_stretch_that_is_shown(made):
    found = timeline(*made, start=15 * NS_PER_S, end=45 * NS_PER_S)
    assert (found.start, found.end) == (15.0, 45.0)
    for lane in found.lanes:
        assert min(bar.t0 for bar in lane.bars) == 15.0
        assert max(bar.t1 for bar in lane.bars) == 45.0


def test_a_bar_tells_what_was_done_to_which_part_and_what_ended_it(made):
    first = timeline(*made).lanes[0].bars
    assert (first[0].state, first[0].product, first[0].cause) == ("working", "shaft", "done")
    blocked = next(bar for bar in first if bar.state == "blocked")
    assert blocked.cause == "slow"  # which took the part


def test_a_timeline_that_grows_too_long_ends_earlier(made):
    found = timeline(*made, most=50)
    assert sum(len(lane.bars) for lane in found.lanes) <= 50
    assert 0 < found.end < 3600


def test_buffers_and_sinks_are_shown_only_when_asked_for():
    _, line = cell_and_line(SHIFTED)
    log = simulate(line, seed=1, replication=0, end=8 * HOUR).log
    names = [lane.resource for lane in timeline(line, log, kinds=("buffer",)).lanes]
    assert names == ["between"]
    assert kind_of(line, line.resources.index("bin")) == "sink"

"""Claims about the sums over a log."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twin.kernel.log import ACTIVITY, Log, canonical
from twin.kernel.states import Ending, State
from twin.kernel.tally import N_BINS, Tally, lead_bin, lead_edges
from twin.kernel.tiny import tiny_line

LEADS = st.integers(0, 2**62) | st.integers(0, 62).flatmap(
    lambda k: st.integers(max(0, 2**k - 2), 2**k + 2)
)


@given(LEADS)
def test_a_lead_time_lies_between_the_edges_of_its_bin(lead):
    edges, bin_ = lead_edges(), int(lead_bin(np.array(lead)))

    assert edges[bin_] <= lead
    assert bin_ == N_BINS - 1 or lead < edges[bin_ + 1]


def tally(*records, end=100, **settings):
    activities = canonical(np.array(list(records), ACTIVITY))
    log = Log(activities=activities, resources=("source", "sink"), products=("part",), end=end)
    return Tally.from_log(tiny_line(), log, **settings)


def entered(at, number=0):
    return (at, at, 0, State.ENTERED, number, 0, 1)


def finished(since, at, number=0):
    return (since, at, 1, State.FINISHED, number, 0, 0)


def test_time_is_clipped_to_the_window_but_not_that_of_a_part():
    found = tally(
        (0, 40, 0, State.WORKING, 0, 0, Ending.DONE),
        (40, 100, 0, State.STARVED, -1, -1, Ending.CUT),
        entered(5),
        finished(5, 50),
        start=30,
    )

    assert found.state_time[0, State.WORKING] == 10
    assert found.state_time[0, State.STARVED] == 60
    assert found.state_time[1, State.FINISHED] == 45
    assert found.lead_time.tolist() == [45]


def test_what_closes_at_the_start_belongs_to_the_warm_up():
    found = tally(entered(0), finished(0, 30), start=30)

    assert found.finished.tolist() == [0]
    assert found.count.sum() == 0


def test_records_cut_or_interrupted_are_not_counted():
    found = tally(
        (0, 10, 0, State.WORKING, 0, 0, Ending.INTERRUPTED),
        (10, 30, 0, State.WORKING, 0, 0, Ending.DONE),
        (30, 100, 0, State.WORKING, 1, 0, Ending.CUT),
    )

    assert found.count[0, State.WORKING] == 1
    assert found.state_time[0, State.WORKING] == 100


def test_parts_inside_are_summed_over_the_window():
    found = tally(entered(10), entered(40, 1), finished(10, 60), start=20)

    # One part from 20 to 40, two to 60, one to 100.
    assert found.wip_time == 20 + 40 + 40
    assert found.inside == 1


def test_windows_are_open_at_their_start_and_closed_at_their_end():
    found = tally(
        *(entered(0, k) for k in range(3)),
        finished(0, 20, 0),
        finished(0, 50, 1),
        finished(0, 51, 2),
        start=20,
        window=30,
    )

    assert found.finished_per_window.tolist() == [1, 1, 0]


def test_a_run_that_stopped_has_the_windows_of_its_horizon():
    found = tally(entered(0), end=10, window=30, horizon=100, stopped=1)

    assert found.finished_per_window.size == 4
    assert found.end == 10


def test_stacked_tallies_have_a_leading_axis():
    found = Tally.stack([tally(entered(0), finished(0, 9)), tally(entered(0))])

    assert found.finished.tolist() == [[1], [0]]
    assert found.inside.tolist() == [0, 1]

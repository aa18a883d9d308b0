"""Claims about charts: drawn whole, inside their frame, without labels on top of each other."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.report import tending
from tests.report.picture import Picture
from twin.kernel.states import State
from twin.report.charts.buffers import buffers_chart
from twin.report.charts.gantt import first_activity, gantt, part_number, shown_until
from twin.report.charts.intervals import IntervalRow, Mark, intervals
from twin.report.charts.series import series_chart
from twin.report.charts.states import StateRow, state_bars
from twin.report.clock import Clock
from twin.report.figure import NARROW, WIDE
from twin.results.model import STATE_LABELS

STATES = sorted(STATE_LABELS)
WIDTHS = pytest.mark.parametrize("width", [WIDE, NARROW])
NAMES = st.text(min_size=1, max_size=70)
ROWS = st.lists(
    st.tuples(NAMES, st.lists(st.integers(0, 1000), min_size=len(STATES), max_size=len(STATES))),
    min_size=1,
    max_size=40,
)


def check(markup):
    picture = Picture(markup)
    assert picture.stray_labels() == []
    assert picture.overlaps() == []
    return picture


def state_rows(rows):
    return [
        StateRow(name=name, shares=dict(zip(STATES, (p / 1000 for p in parts), strict=True)))
        for name, parts in rows
    ]


@given(ROWS, st.sampled_from([WIDE, NARROW]))
@settings(deadline=None, max_examples=25)
def test_state_bars_of_any_cell_stay_in_their_frame(rows, width):
    check(state_bars(state_rows(rows), width, "states"))


@WIDTHS
@pytest.mark.parametrize("count", [1, 6, 40])
def test_the_bars_of_a_row_fill_it_whole(width, count):
    stations = tending.stations(count)
    rows = [
        StateRow(name=s.name, shares={k: e.mean for k, e in s.states.items()}) for s in stations
    ]

    picture = check(state_bars(rows, width, "states"))

    lengths = {}
    for bar in picture.bars():
        if float(bar.get("height")) > 14.5 or bar.get("y") not in ("2", "22"):
            lengths[bar.get("y")] = lengths.get(bar.get("y"), 0.0) + float(bar.get("width"))
    assert len(lengths) == count
    assert max(lengths.values()) - min(lengths.values()) < 0.1
    assert max(lengths.values()) > 0.5 * width


def test_every_state_of_the_kernel_has_a_colour_and_a_name():
    resource_states = {s.name.lower() for s in State if s < State.ENTERED}
    assert resource_states <= set(STATE_LABELS)


def test_a_row_without_any_time_is_drawn_empty():
    check(state_bars([StateRow(name="idle", shares={"working": 0.0})], WIDE, "states"))


@WIDTHS
@pytest.mark.parametrize("shifts", [False, True])
@pytest.mark.parametrize("start", [None, 0.0, 6 * 3600.0])
def test_a_series_stays_in_its_frame(width, shifts, start):
    check(series_chart(tending.series(shifts=shifts), width, Clock(start), 24.8))


def test_a_series_without_intervals_is_still_drawn():
    series = tending.series(days=1)
    unknown = (math.nan,) * len(series.mean)
    picture = check(
        series_chart(replace(series, low=unknown, high=unknown), WIDE, Clock(None), None)
    )
    assert not list(picture.root.iter("polygon"))


@WIDTHS
@pytest.mark.parametrize("count", [1, 6, 40])
def test_a_gantt_chart_stays_in_its_frame(width, count):
    names = tuple(f"station_{k}_of_a_line_with_long_names" for k in range(count))
    check(gantt(tending.timeline(40, names), width))


@WIDTHS
def test_a_gantt_chart_shows_no_more_than_can_be_read(width):
    timeline = tending.timeline(200)
    end = shown_until(timeline, width)
    shown = [sum(bar.t0 < end for bar in lane.bars) for lane in timeline.lanes[:-1]]
    assert max(shown) <= 0.75 * width / 9 + 1
    assert end < timeline.end


def test_parts_are_numbered_from_one_and_those_at_the_start_apart():
    assert [part_number(p) for p in ((3 << 40), (3 << 40) + 11, (3 << 40) + (1 << 39))] == [
        "1",
        "12",
        "s1",
    ]


@given(
    st.lists(st.tuples(NAMES, st.floats(-1e6, 1e6), st.floats(0.0, 1e5)), min_size=1, max_size=12),
    st.sampled_from([WIDE, NARROW]),
)
@settings(deadline=None, max_examples=40)
def test_any_intervals_stay_in_their_frame(rows, width):
    drawn = [
        IntervalRow(name=name, mean=mean, low=mean - half, high=mean + half, words=f"{mean:.4g} %")
        for name, mean, half in rows
    ]
    check(intervals(drawn, width, "differences", "%", Mark(low=-2.0, high=2.0, name="margin")))


def test_an_interval_that_is_not_known_leaves_the_dot():
    row = IntervalRow(name="lathe", mean=3.0, low=math.nan, high=math.nan, words="3 s")
    picture = check(intervals([row], WIDE, "cycle times", "s"))
    assert len(list(picture.root.iter("circle"))) == 1


@WIDTHS
def test_buffers_stay_in_their_frame_whatever_they_hold(width):
    first, *others = tending.buffers()
    crowd = [
        replace(first, name="x" * 60, capacity=100_000),
        replace(first, name="no_limit", capacity=None),
        replace(first, name="unknown", mean_content=tending.unknown("parts")),
    ]
    check(buffers_chart([first, *others, *crowd], width))


def test_a_gantt_chart_begins_where_something_happens():
    timeline = tending.timeline()
    rest = tending.bar(0.0, 21_600.0, "off_shift")
    lanes = tuple(
        replace(
            lane, bars=(rest, *(replace(b, t0=b.t0 + 21_600, t1=b.t1 + 21_600) for b in lane.bars))
        )
        for lane in timeline.lanes
    )
    late = replace(timeline, end=timeline.end + 21_600, lanes=lanes)
    assert first_activity(late) == first_activity(timeline) + 21_600
    late, early = (replace(t, start=first_activity(t)) for t in (late, timeline))
    assert len(Picture(gantt(late, WIDE)).bars()) == len(Picture(gantt(early, WIDE)).bars())

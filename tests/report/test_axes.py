"""Claims about scales, ticks and times of day."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from twin.report import axes
from twin.report.clock import DAY, HOUR, Clock
from twin.report.typeset import fit, text_width

VALUES = st.floats(-1e9, 1e9)


@given(VALUES, VALUES)
@settings(deadline=None)
def test_the_range_of_an_axis_encloses_its_data_with_few_round_ticks(a, b):
    low, high = min(a, b), max(a, b)
    assume(high - low > 1e-6 * max(abs(low), abs(high), 1e-3))
    first, last = axes.outward(low, high)
    ticks = axes.ticks(first, last, 6)
    slack = 1e-6 * (high - low)
    assert first <= low + slack
    assert last >= high - slack
    assert 2 <= len(ticks) <= 8


def test_an_axis_of_one_value_is_not_empty():
    first, last = axes.outward(3.0, 3.0)
    assert first < 3.0 < last


def test_a_scale_keeps_what_is_outside_at_its_ends():
    scale = axes.Scale(0.0, 10.0, 100.0, 200.0)
    assert [scale(v) for v in (-5.0, 0.0, 5.0, 10.0, 99.0)] == [100.0, 100.0, 150.0, 200.0, 200.0]


def test_tick_labels_have_the_decimals_of_their_step():
    assert axes.tick_labels([0.0, 0.5, 1.0]) == ["0.0", "0.5", "1.0"]
    assert axes.tick_labels([0.0, 500.0, 1000.0]) == ["0", "500", "1\u202f000"]


@pytest.mark.parametrize(
    ("start", "at", "words"),
    [
        (6 * HOUR, 0.0, "Mon 06:00"),
        (DAY, 90 * 60.0, "Tue 01:30"),
        (0.0, 8 * DAY, "Tue week 2 00:00"),
        (None, DAY + 2 * HOUR, "day 2, 02:00 h"),
    ],
)
def test_times_are_those_of_the_day_where_the_start_is_known(start, at, words):
    assert Clock(start).time(at) == words


@given(st.one_of(st.none(), st.floats(0.0, 6 * DAY)), st.floats(HOUR, 400 * DAY))
@settings(deadline=None)
def test_an_axis_of_time_has_few_labels_within_the_run(start, length):
    times, labels = Clock(start).ticks(0.0, length, HOUR)
    assert len(times) == len(labels) <= 16
    assert all(-1.0 <= at <= length + 1.0 for at in times)


@given(st.text(max_size=80), st.floats(0.0, 300.0))
@settings(deadline=None)
def test_a_shortened_name_fits_its_room(name, room):
    assert text_width(fit(name, room)) <= max(room, 0.0)


def test_a_shortened_name_keeps_its_number():
    assert fit("turning_centre_with_gantry_loader_12", 150.0).endswith("12")

"""Claims about working hours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cells.schema import Cycle, Shifts
from cells.shifts import intervals, longest, read_hours
from cells.weekdays import DAY, DAYS, WEEK, read_days, read_start

H = DAY // 24


def block(begin: str, end: str, days: str = "mon-fri", *breaks: str) -> Shifts:
    return Shifts.model_validate({"from": begin, "to": end, "days": days, "breaks": list(breaks)})


def hours(pattern, start="mon 00:00"):
    period, on = intervals(pattern, start)
    return period / H, [(t0 / H, t1 / H) for t0, t1 in on]


def test_a_week_of_early_shifts_with_a_break():
    week = [(24 * d + t0, 24 * d + t1) for d in range(5) for t0, t1 in ((6, 9), (9.5, 14))]

    assert hours(block("06:00", "14:00", "mon-fri", "09:00-09:30")) == (168, week)


def test_hours_count_from_the_start_of_the_run():
    assert hours(block("06:00", "14:00", "mon"), "mon 06:00") == (168, [(0, 8)])
    assert hours(block("06:00", "14:00", "mon"), "mon 08:00") == (168, [(0, 6), (166, 168)])
    assert hours(block("06:00", "14:00", "mon"), "tue 00:00") == (168, [(150, 158)])


def test_a_night_shift_ends_next_day_and_runs_over_the_end_of_the_week():
    assert hours(block("22:00", "06:00", "sun")) == (168, [(0, 6), (166, 168)])
    assert hours(block("22:00", "06:00", "fri", "02:00-03:00")) == (168, [(118, 122), (123, 126)])


def test_blocks_that_touch_or_overlap_become_one():
    early, late = block("06:00", "14:00", "mon"), block("14:00", "22:00", "mon")

    assert hours([late, early]) == (168, [(6, 22)])
    assert hours([early, block("08:00", "16:00", "mon")]) == (168, [(6, 16)])


def test_all_day_every_day_is_one_interval():
    assert hours(block("00:00", "24:00", "daily")) == (168, [(0, 168)])
    assert hours(block("06:00", "06:00", "daily"), "wed 13:00") == (168, [(0, 168)])


def test_a_cycle_begins_with_the_run():
    cycle = Cycle.model_validate({"period": "16 h", "on": "8 h"})

    assert hours(cycle, "fri 13:00") == (16, [(0, 8)])
    assert longest(cycle) == 8 * H


def test_the_longest_stretch_goes_over_midnight_and_the_end_of_the_week():
    assert longest(block("22:00", "06:00", "sun")) == 8 * H
    assert longest(block("06:00", "14:00", "daily", "08:00-08:30")) == 5.5 * H
    assert longest(block("00:00", "24:00", "daily")) >= WEEK


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("daily", tuple(range(7))),
        ("mon-sun", tuple(range(7))),
        ("sat-mon", (0, 5, 6)),
        ("wed", (2,)),
        ("mon,wed, fri", (0, 2, 4)),
        ("sat,mon-tue", (0, 1, 5)),
    ],
)
def test_days_are_read(text, days):
    assert read_days(text) == days


@pytest.mark.parametrize(
    "text", ["", "monday", "mon-", "-fri", "mon fri", "Mon", "mon-fri-sat", "1-5"]
)
def test_what_are_no_days_is_refused(text):
    with pytest.raises(ValueError, match="expected days, such as mon-fri or mon,wed"):
        read_days(text)


@pytest.mark.parametrize(
    "text", ["", "09:00", "09:00-09:00", "9-10", "09:00-25:00", "09:00-09:20-1"]
)
def test_what_are_no_hours_is_refused(text):
    with pytest.raises(ValueError, match="expected hours, such as 09:00-09:20"):
        read_hours(text)


@pytest.mark.parametrize("text", ["", "06:00", "mon", "mon 6", "monday 06:00"])
def test_what_is_no_start_is_refused(text):
    with pytest.raises(ValueError, match="expected a "):
        read_start(text)


CLOCK = st.integers(0, 23 * 60 + 59).map(lambda minute: f"{minute // 60:02d}:{minute % 60:02d}")


@given(CLOCK, CLOCK, st.sets(st.sampled_from(DAYS), min_size=1), st.sampled_from(DAYS), CLOCK)
def test_intervals_are_sorted_apart_and_keep_the_hours_worked(begin, end, days, first, clock):
    pattern = block(begin, end, ",".join(sorted(days)))
    period, on = intervals(pattern, f"{first} {clock}")
    edges = [edge for interval in on for edge in interval]

    assert edges == sorted(set(edges))
    assert 0 <= edges[0] <= edges[-1] <= period
    whole = sum(t1 - t0 for t0, t1 in intervals(pattern)[1])
    assert sum(t1 - t0 for t0, t1 in on) == whole

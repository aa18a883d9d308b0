"""Claims about scheduled time."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.results.sample_lines import HOUR, ONE_MACHINE, SHIFTED, cell_and_line
from twin.kernel.model import CALENDAR, NONE
from twin.results.schedule import (
    WEEK,
    Schedule,
    has_shifts,
    on_intervals,
    schedule,
    union,
    weekly_time,
)


def calendar(period, toggles, starts_on):
    row = np.array([(period, starts_on, 0, len(toggles))], dtype=CALENDAR)
    return SimpleNamespace(calendars=row, toggles=np.array(toggles, dtype=np.int64))


@settings(deadline=None)
@given(
    st.integers(2, 40),
    st.sets(st.integers(1, 39), max_size=6),
    st.booleans(),
    st.integers(0, 130),
)
def test_intervals_of_a_calendar_are_where_its_state_is_on(period, toggles, starts_on, end):
    toggles = sorted(t for t in toggles if t < period)
    toggles = toggles[: len(toggles) // 2 * 2]
    line = calendar(period, toggles, int(starts_on))

    found = on_intervals(line, 0, end)

    on = [(starts_on + sum(x <= t % period for x in toggles)) % 2 for t in range(end)]
    covered = [any(a <= t < b for a, b in found.tolist()) for t in range(end)]
    assert covered == [bool(x) for x in on]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=8), st.integers(0, 60))
def test_elapsed_time_is_the_measure_of_the_union(pairs, at):
    parts = [np.array([[min(p), max(p)]], dtype=np.int64) for p in pairs]
    whole = Schedule(union([*parts, np.empty((0, 2), dtype=np.int64)]))

    covered = {t for a, b in pairs for t in range(min(a, b), max(a, b))}
    assert whole.elapsed(at).tolist() == [sum(t < at for t in covered)]


def test_a_line_without_shifts_is_always_on():
    _, line = cell_and_line(ONE_MACHINE)
    assert not has_shifts(line)
    assert schedule(line, 7 * HOUR).between(2 * HOUR, 7 * HOUR) == 5 * HOUR
    assert weekly_time(line, HOUR) == WEEK


def test_a_line_is_scheduled_while_a_station_is_on_shift():
    _, line = cell_and_line(SHIFTED)
    assert has_shifts(line)
    on = schedule(line, 48 * HOUR)
    assert on.between(0, 48 * HOUR) == 12 * HOUR
    assert on.between(7 * HOUR, 31 * HOUR) == 6 * HOUR
    assert weekly_time(line, HOUR) == 42 * HOUR


def test_an_absent_calendar_is_always_on():
    assert on_intervals(calendar(10, [], 0), NONE, 5).tolist() == [[0, 5]]
    assert on_intervals(calendar(10, [], 0), NONE, 0).size == 0


def test_a_cycle_that_does_not_fit_the_week_is_averaged():
    text = SHIFTED.replace(
        "day: {days: daily, from: 06:00, to: 12:00}", "day: {period: 10 h, on: 4 h}"
    )
    _, line = cell_and_line(text)
    assert weekly_time(line, 100 * HOUR) / WEEK == pytest.approx(0.4)

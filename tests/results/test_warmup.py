"""Claims about the warm-up."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.results.sample_lines import HOUR, ONE_MACHINE, SHIFTED, cell_and_line
from twin.results.schedule import schedule
from twin.results.warmup import find_warm_up, mser

SERIES = st.lists(st.floats(-100, 100), min_size=6, max_size=40)


@settings(deadline=None)
@given(SERIES)
def test_the_statistic_is_the_squared_error_of_the_mean_of_what_remains(values):
    found = mser(np.array(values), batch=1).statistic

    for d in range(len(values)):
        rest = np.array(values[d:])
        expected = ((rest - rest.mean()) ** 2).sum() / rest.size**2  # White (1997)
        assert found[d] == pytest.approx(expected, abs=1e-6)


def test_a_start_that_is_off_is_left_out_exactly():
    series = np.concatenate([np.zeros(20), np.tile([9.0, 11.0, 10.0, 12.0, 8.0], 16)])
    assert mser(series).length == 20


def test_a_series_that_is_steady_loses_nothing():
    assert mser(np.tile([9.0, 11.0, 10.0, 12.0, 8.0], 16)).length == 0
    assert mser(np.full(100, 3.0)).length == 0


def test_a_series_that_never_settles_has_no_warm_up():
    assert mser(np.arange(200.0) ** 2).length is None


def test_a_series_too_short_to_judge_has_no_warm_up():
    assert mser(np.arange(5.0), batch=1).length is None
    assert mser(np.empty(0)).length is None


def test_an_exponential_approach_is_cut_where_noise_hides_it():
    rng = np.random.default_rng(1)
    t = np.arange(500)
    found = mser(10 * (1 - np.exp(-t / 20)) + rng.normal(0, 1, t.size)).length
    assert found is not None
    assert 30 <= found <= 150  # 1.5 to 7 time constants


def test_the_warm_up_is_told_in_seconds_and_words():
    _, line = cell_and_line(ONE_MACHINE)
    counts = np.array([[0] * 20 + [9, 11, 10, 12, 8] * 16] * 4)

    found = find_warm_up(counts, HOUR, schedule(line, 100 * HOUR))

    assert found.length == pytest.approx(20 * 3600)
    assert found.found
    assert found.how == (
        "Found by MSER-5 over 100 periods, mean of 4 replications: 20 h are left out."
    )


def test_a_warm_up_that_is_not_found_is_said_not_to_be():
    _, line = cell_and_line(ONE_MACHINE)
    found = find_warm_up(np.arange(100)[None, :] ** 2, HOUR, schedule(line, 100 * HOUR))
    assert (found.length, found.found) == (0.0, False)
    assert "No end of the warm-up found" in found.how


def test_periods_off_shift_are_no_drop_in_output():
    _, line = cell_and_line(SHIFTED)  # on from 6 to 12 of each day
    hours = np.arange(24 * 10)
    steady = np.where((hours % 24 >= 6) & (hours % 24 < 12), 10, 0)[None, :]

    found = find_warm_up(steady, HOUR, schedule(line, 240 * HOUR))

    assert (found.length, found.found) == (0.0, True)
    assert "over 60 periods" in found.how
    assert not math.isnan(found.length)

"""Claims about how numbers and estimates are written."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.report.tending import estimate, unknown
from twin.report import estimates, numbers
from twin.results.model import Estimate

FINITE = st.floats(-1e12, 1e12)


def plain(text):
    return text.replace(numbers.THIN, " ").replace(numbers.MINUS, "-")


@pytest.mark.parametrize(
    ("value", "half", "written"),
    [
        (612.34, 7.8, "612 ± 8"),
        (612.34, 1.34, "612.3 ± 1.3"),
        (12_345.6, 240.0, "12 300 ± 200"),
        (12_345.6, 140.0, "12 350 ± 140"),
        (0.01234, 0.00056, "0.0123 ± 0.0006"),
        (-3.21, 0.96, "-3.2 ± 1.0"),
        (15.9997, 0.0009, "16.00 ± 0.01"),
        (0.0, 0.031, "0.00 ± 0.03"),
        (5.0, 0.0, "5.00"),
        (5.0, math.nan, "5.00"),
    ],
)
def test_digits_follow_the_interval(value, half, written):
    assert plain(numbers.plus_minus(value, half)) == written


def test_thousands_stand_apart_and_never_break_over_lines():
    assert numbers.number(1_234_567.8, 1) == "1\u202f234\u202f567.8"


@given(FINITE, st.floats(1e-6, 1e9))
@settings(deadline=None)
def test_rounding_stays_within_the_interval_or_a_thousandth(value, half):
    text = numbers.number(value, numbers.decimals_for(value, half))
    read = float(plain(text).replace(" ", ""))
    assert abs(read - value) <= 0.5 * half + 1e-3 * abs(value)


@given(FINITE)
@settings(deadline=None)
def test_minus_nought_is_never_written(value):
    text = numbers.significant(value)
    assert not (text.startswith(numbers.MINUS) and float(text[1:].replace(numbers.THIN, "")) == 0)


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (43.24, "43.2 s"),
        (100.0, "100 s"),
        (150.0, "150 s"),
        (450.0, "7.5 min"),
        (7_200.0, "2 h"),
        (100_000.0, "27.8 h"),
        (604_800.0, "7 d"),
        (0.0042, "4.2 ms"),
        (0.0, "0 s"),
    ],
)
def test_durations_come_in_the_unit_that_suits(seconds, written):
    assert plain(numbers.duration(seconds)) == written


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_known_is_a_dash(value):
    assert numbers.number(value) == numbers.significant(value) == numbers.UNKNOWN
    assert numbers.interval(value, 1.0) == numbers.UNKNOWN


def test_a_lopsided_interval_is_written_with_both_ends():
    share = Estimate(mean=0.93, low=0.88, high=0.95, n=30, unit="1")
    assert plain(estimates.short(share)) == "93 % (88–95)"


def test_estimates_without_interval_or_mean_say_so():
    alone = Estimate(mean=12.0, low=math.nan, high=math.nan, n=1, unit="parts")
    assert estimates.sureness(alone) == "interval not known"
    assert plain(estimates.short(alone)) == "12.0 parts"
    assert estimates.short(unknown()) == estimates.short(None) == numbers.UNKNOWN


def test_a_difference_reads_in_the_unit_of_what_it_compares():
    lead, difference = estimate(512.0, 9.0, "s"), estimate(14.0, 19.0, "s")
    assert plain(estimates.change(difference, lead)) == "+0.2 ± 0.3 min"


def test_little_energy_reads_in_watt_hours():
    assert plain(estimates.short(estimate(0.2213, 0.003, "kWh/part"))) == "221 ± 3 Wh/part"

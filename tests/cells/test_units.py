"""Claims about values with units."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from cells import units


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("45 s", 45 * 10**9),
        ("9 min", 540 * 10**9),
        ("4 h", 14_400 * 10**9),
        ("5 days", 432_000 * 10**9),
        ("2 weeks", 1_209_600 * 10**9),
        ("0.1 s", 10**8),
        ("250ms", 25 * 10**7),
        ("1e3 us", 10**6),
        ("0.5 ns", 1),  # halves round up
        ("0.49 ns", 0),
        ("-0.0 s", 0),
    ],
)
def test_a_duration_becomes_whole_nanoseconds(text, ns):
    assert units.read_duration(text) == ns


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (units.LENGTH.read, "850 mm", 0.85),
        (units.LENGTH.read, "-12 cm", -0.12),
        (units.SPEED.read, "0.25 m/s", 0.25),
        (units.POWER.read, "6.5 kW", 6500.0),
        (units.MASS.read, "1400 g", 1.4),
        (units.ANGLE.read, "90 deg", math.pi / 2),
        (units.ANGLE.read, "-180 deg", -math.pi),
        (units.read_fraction, "2.5 %", 0.025),
        (units.read_fraction, 0.8, 0.8),
        (units.read_fraction, 1, 1.0),
    ],
)
def test_a_value_is_read_in_si_to_the_last_digit(read, text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "found", "message"),
    [
        (
            units.read_duration,
            45,
            "45 is a bare number; write a duration with its unit, such as 45 s",
        ),
        (units.read_duration, "45", "45 is a bare number"),
        (
            units.read_duration,
            "45 m",
            r"expected a duration, such as 45 s; found '45 m' \(units: s,",
        ),
        (units.read_duration, "-1 s", r"'-1 s' is out of range: .* at least 0 s"),
        (units.read_duration, "147 years", "expected a duration"),
        (units.read_duration, "9000 weeks", "out of range"),
        (units.read_duration, "nan s", "expected a duration"),
        (units.read_duration, "1e999 s", "out of range"),
        (units.read_duration, "1e-999 h h", "expected a duration"),
        (units.read_duration, "9" * 5000 + " s", "expected a duration"),
        (units.read_duration, True, "found true"),
        (units.read_duration, None, "found nothing"),
        (units.read_duration, ["45 s"], "found a list of 1"),
        (units.SPEED.read, "0 m/s", "is above 0 m/s"),
        (units.MASS.read, "-1 kg", "at least 0 kg"),
        (units.LENGTH.read, "1e15 m", "at most 1e\\+12 m"),
        (units.read_fraction, 80, "80 is out of range: a share is from 0 % to 100 %"),
        (units.read_fraction, "80", "expected a share, such as 80 % or 0.8; found '80'"),
        (units.read_fraction, "101 %", "out of range"),
        (units.read_fraction, float("nan"), "expected a share"),
        (units.read_clock, "24:01", "no time of day; it runs from 00:00 to 24:00"),
        (units.read_clock, "6:60", "no time of day"),
        (units.read_clock, 750, "expected a time of day, such as 06:00; found 750"),
    ],
)
def test_what_is_no_such_value_is_refused_with_what_would_do(read, found, message):
    with pytest.raises(ValueError, match=message):
        read(found)


@given(st.integers(0, 2**62 - 1))
def test_a_duration_written_as_json_is_read_back_exactly(ns):
    adapter = TypeAdapter(units.Duration)

    assert adapter.validate_python(adapter.dump_python(ns, mode="json")) == ns


@given(st.floats(0, 1e12, allow_subnormal=False))
def test_a_mass_written_as_json_is_read_back_exactly(kilograms):
    adapter = TypeAdapter(units.Mass)
    text = adapter.dump_python(kilograms, mode="json")

    assert adapter.validate_python(text) == pytest.approx(kilograms, rel=1e-15, abs=1e-99)


@given(st.integers(0, 86_400))
def test_a_time_of_day_is_read_back_exactly(second):
    ns = second * 10**9

    assert units.read_clock(units.write_clock(ns)) == ns


@given(st.text() | st.floats() | st.integers() | st.none() | st.lists(st.integers()))
def test_any_value_is_read_or_refused_by_a_value_error(value):
    for read in (units.read_duration, units.read_clock, units.read_fraction, units.LENGTH.read):
        try:
            told = str(float(read(value)))
        except ValueError as error:
            told = str(error)
        assert told not in ("nan", "inf", "-inf")
        assert told.isprintable()

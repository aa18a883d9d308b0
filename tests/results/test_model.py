"""Claims about how results show and store themselves."""

import json
import math

import pytest

from twin.kernel.states import PART_STATES, State
from twin.results.model import STATE_LABELS, Bar, Estimate, Lane, Timeline, to_json


def made(mean, low, high, unit="parts/h"):
    return Estimate(mean=mean, low=low, high=high, n=3, unit=unit)


def test_an_estimate_reads_with_unit_and_interval():
    assert made(61.24, 60.11, 62.37).text() == "61.2 parts/h (60.1 to 62.4)"
    assert made(1234.5, 1200.0, 1269.0).text() == "1234 parts/h (1200 to 1269)"
    assert made(0.01234, 0.0121, 0.0126, "kWh/part").text() == "0.0123 kWh/part (0.0121 to 0.0126)"


def test_a_share_reads_in_per_cent():
    assert made(0.853, 0.841, 0.865, "1").text() == "85.3 % (84.1 to 86.5)"


def test_a_share_of_nothing_reads_as_zero():
    assert made(0.0, 0.0, 0.0, "1").text() == "0.0 % (0.0 to 0.0)"


def test_precision_is_half_width_over_mean():
    assert made(10.0, 9.0, 11.0).relative == pytest.approx(0.1)
    assert made(0.0, 0.0, 0.0).relative == 0.0
    assert math.isinf(made(0.0, -1.0, 1.0).relative)


def test_json_has_no_numbers_that_json_does_not_know():
    text = json.dumps(to_json(made(1.0, math.nan, math.inf)), allow_nan=False)
    assert json.loads(text) == {
        "mean": 1.0,
        "low": None,
        "high": None,
        "n": 3,
        "unit": "parts/h",
        "confidence": 0.95,
    }


def test_json_goes_through_everything_a_result_holds():
    bar = Bar(t0=0.0, t1=1.5, state="working", part=3, product="shaft", cause="done")
    line = Timeline(start=0.0, end=2.0, lanes=(Lane(resource="mill", kind="station", bars=(bar,)),))
    stored = json.loads(json.dumps(to_json({1: line})))
    assert stored["1"]["lanes"][0]["bars"][0]["product"] == "shaft"


def test_every_state_of_a_resource_has_a_label():
    expected = {state.name.lower() for state in State if state not in PART_STATES}
    assert set(STATE_LABELS) == expected

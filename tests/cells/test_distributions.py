"""Claims about distributions: parameters an engine gets, expected values, and bad ones refused."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import gamma

from cells.distributions import Distribution
from cells.families import FAMILIES

S = 1e9  # ns


@pytest.mark.parametrize(
    ("written", "parameters", "values", "mean"),
    [
        ("45 s", {"value": 45 * S}, (), 45 * S),
        ({"constant": "45 s"}, {"value": 45 * S}, (), 45 * S),
        ({"exponential": {"mean": "41 s"}}, {"mean": 41 * S}, (), 41 * S),
        ({"uniform": {"low": "1 s", "high": "3 s"}}, {"low": S, "high": 3 * S}, (), 2 * S),
        (
            {"triangular": {"low": "1 s", "mode": "2 s", "high": "6 s"}},
            {"low": S, "mode": 2 * S, "high": 6 * S},
            (),
            3 * S,
        ),
        (
            {"pert": {"low": "1 s", "mode": "2 s", "high": "9 s"}},
            {"low": S, "mode": 2 * S, "high": 9 * S},
            (),
            3 * S,
        ),
        ({"erlang": {"mean": "4 s", "k": 3}}, {"mean": 4 * S, "k": 3.0}, (), 4 * S),
        ({"gamma": {"mean": "4 s", "shape": 0.5}}, {"mean": 4 * S, "shape": 0.5}, (), 4 * S),
        ({"geometric": {"slot": "2 s", "probability": 0.25}}, None, (), 8 * S),
        ({"empirical": ["1 s", "2 s", "6 s"]}, {}, (S, 2 * S, 6 * S), 3 * S),
        ({"sequence": ["2 s", "5 s"]}, {}, (2 * S, 5 * S), 3.5 * S),
        (
            {"hyperexponential": {"weights": [0.25, 0.75], "means": ["4 s", "2 s"]}},
            {},
            (0.25, 4 * S, 0.75, 2 * S),
            2.5 * S,
        ),
    ],
)
def test_a_distribution_gives_what_an_engine_needs(written, parameters, values, mean):
    found = Distribution.read(written)

    assert found.family == (next(iter(written)) if isinstance(written, dict) else "constant")
    assert parameters is None or found.parameters == parameters
    assert found.values == values
    assert found.mean() == pytest.approx(mean)


@given(st.floats(0.001, 1e6), st.floats(0.01, 5.0))
def test_a_lognormal_has_the_mean_and_variation_asked_for(mean, cv):
    found = Distribution.read({"lognormal": {"mean": f"{mean!r} s", "cv": cv}})
    oracle = stats.lognorm(found.parameters["sigma"], scale=math.exp(found.parameters["mu"]))

    assert oracle.mean() == pytest.approx(mean * S, rel=1e-9)
    assert oracle.std() / oracle.mean() == pytest.approx(cv, rel=1e-9)


@given(st.floats(0.3, 20.0))
def test_a_weibull_by_its_mean_has_the_scale_of_the_gamma_function(shape):
    by_mean = Distribution.read({"weibull": {"shape": shape, "mean": "10 s"}})
    by_scale = Distribution.read({"weibull": {"shape": shape, "scale": "10 s"}})

    assert by_mean.parameters["scale"] == pytest.approx(10 * S / gamma(1 + 1 / shape), rel=1e-13)
    assert by_mean.mean() == 10 * S
    assert by_scale.mean() == pytest.approx(10 * S * gamma(1 + 1 / shape), rel=1e-13)


@given(st.floats(0.0, 10.0), st.floats(0.1, 10.0))
def test_a_normal_cut_at_zero_has_the_mean_of_what_is_left(mean, sd):
    found = Distribution.read({"normal": {"mean": f"{mean!r} s", "sd": f"{sd!r} s"}})

    oracle = stats.truncnorm(-mean / sd, math.inf, loc=mean, scale=sd)
    assert found.mean() == pytest.approx(oracle.mean() * S, rel=1e-6)


EXAMPLES = [
    "1 s",
    {"exponential": {"mean": "0.1 s"}},
    {"uniform": {"low": "1 s", "high": "3 s"}},
    {"triangular": {"low": "1 s", "mode": "2 s", "high": "6 s"}},
    {"pert": {"low": "1 s", "mode": "2 s", "high": "6 s"}},
    {"erlang": {"mean": "4 s", "k": 3}},
    {"gamma": {"mean": "4 s", "shape": 0.5}},
    {"weibull": {"shape": 0.7, "mean": "1 s"}},
    {"weibull": {"shape": 0.7, "scale": "1 s"}},
    {"normal": {"mean": "1 s", "sd": "0.3 s"}},
    {"lognormal": {"mean": "71 s", "cv": 0.05}},
    {"hyperexponential": {"weights": [0.5, 0.5], "means": ["1 s", "0 s"]}},
    {"geometric": {"slot": "1 s", "probability": 0.9}},
    {"empirical": ["1 s", "3.3 s"]},
    {"sequence": ["1 s"]},
]


def test_the_examples_cover_every_family():
    assert {Distribution.read(written).family for written in EXAMPLES} == set(FAMILIES)


@pytest.mark.parametrize("written", EXAMPLES, ids=str)
def test_what_is_written_back_is_the_same_distribution(written):
    found = Distribution.read(written)

    assert Distribution.read(found.write()) == found


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (45, "45 is a bare number"),
        ({}, "expected one distribution"),
        ({"exponential": {"mean": "1 s"}, "constant": "1 s"}, "expected one distribution"),
        ({"exponential": {"mean": 41}}, "41 is a bare number"),
        ({"uniform": {"low": "3 s", "high": "1 s"}}, "low must not be above high"),
        ({"pert": {"low": "1 s", "mode": "9 s", "high": "6 s"}}, "low, mode and high must rise"),
        ({"weibull": {"shape": 2.0}}, "exactly one of scale and mean"),
        ({"weibull": {"shape": 2, "mean": "1 s", "scale": "1 s"}}, "exactly one of scale and mean"),
        ({"weibull": {"shape": 1e-9, "mean": "1 s"}}, "greater than or equal to 0.01"),
        ({"lognormal": {"mean": "0 s", "cv": 0.1}}, "the mean must be above 0 s"),
        ({"lognormal": {"mean": "1 s", "cv": float("nan")}}, "finite"),
        ({"erlang": {"mean": "1 s", "k": 2.5}}, "valid integer"),
        ({"erlang": {"mean": "1 s", "k": True}}, "valid integer"),
        ({"geometric": {"slot": "1 s", "probability": 0}}, "greater than or equal"),
        ({"hyperexponential": {"weights": [0.5, 0.4], "means": ["1 s", "2 s"]}}, "add up to 0.9"),
        ({"hyperexponential": {"weights": [1.0], "means": ["1 s", "2 s"]}}, "one mean per weight"),
        ({"empirical": []}, "at least 1 item"),
    ],
)
def test_a_bad_distribution_is_refused(written, message):
    with pytest.raises(ValueError, match=message):
        Distribution.read(written)

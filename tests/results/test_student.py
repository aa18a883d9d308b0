"""Claims about Student's t and the normal distribution: they agree with SciPy."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from twin.results.student import (
    incomplete_beta,
    normal_cdf,
    normal_quantile,
    t_cdf,
    t_quantile,
)

# Nearer to 0 SciPy itself is off by some 1e-9, as the closed form for one degree shows.
AWAY_FROM_ZERO = st.floats(-30, -1e-2) | st.floats(1e-2, 30)
FREEDOM = st.floats(1.0, 1e5)


@settings(deadline=None)
@given(AWAY_FROM_ZERO, FREEDOM)
def test_the_cdf_of_t_agrees_with_scipy(x, freedom):
    assert t_cdf(x, freedom) == pytest.approx(stats.t.cdf(x, freedom), rel=1e-9, abs=1e-15)


@settings(deadline=None)
@given(st.floats(-1e3, 1e3))
def test_with_one_degree_of_freedom_t_is_the_cauchy_distribution(x):
    assert t_cdf(x, 1.0) == pytest.approx(0.5 + math.atan(x) / math.pi, rel=1e-12)


@settings(deadline=None)
@given(st.floats(1e-4, 1 - 1e-4), FREEDOM)
def test_the_quantile_of_t_agrees_with_scipy(p, freedom):
    assert t_quantile(p, freedom) == pytest.approx(stats.t.ppf(p, freedom), rel=1e-8, abs=1e-9)


@settings(deadline=None)
@given(st.floats(0.01, 500), st.floats(0.01, 500), st.floats(0, 1, allow_subnormal=False))
def test_the_incomplete_beta_function_agrees_with_scipy(a, b, x):
    assert incomplete_beta(a, b, x) == pytest.approx(special.betainc(a, b, x), rel=1e-8, abs=1e-12)


def test_the_normal_distribution_agrees_with_scipy():
    for x in (-5.0, -1.0, 0.0, 0.3, 4.0):
        assert normal_cdf(x) == pytest.approx(stats.norm.cdf(x), rel=1e-12)
    for p in (1e-9, 0.025, 0.5, 0.95):
        assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-9, abs=1e-12)


def test_t_of_an_infinite_value_is_certain():
    assert (t_cdf(float("-inf"), 3), t_cdf(float("inf"), 3)) == (0.0, 1.0)

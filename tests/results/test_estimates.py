"""Claims about means, shares, ratios and their intervals."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from twin.results.estimates import (
    batch_means,
    estimate,
    holm,
    lag_one,
    ratio,
    share,
    welch,
    wilson,
)


def test_the_interval_of_a_mean_is_students():
    x = np.array([9.0, 11.0, 10.0, 12.0, 8.5])

    found = estimate(x, "s")

    expected = stats.t.interval(0.95, len(x) - 1, loc=x.mean(), scale=stats.sem(x))
    assert (found.low, found.high) == pytest.approx(expected)
    assert (found.mean, found.n, found.unit) == (x.mean(), 5, "s")


def test_nineteen_of_twenty_intervals_hold_the_truth():
    rng = np.random.default_rng(3)
    found = [estimate(row, "s") for row in rng.normal(5.0, 2.0, (1000, 8))]
    hits = sum(e.low <= 5.0 <= e.high for e in found)
    assert hits / 1000 == pytest.approx(0.95, abs=0.021)  # three standard errors


def test_a_replication_without_a_value_is_left_out():
    assert estimate([1.0, math.nan, 3.0], "s") == estimate([1.0, 3.0], "s")


def test_one_replication_has_no_interval():
    found = estimate([4.0], "s")
    assert found.mean == 4.0
    assert math.isnan(found.low)
    assert found.text() == "4.00 s"


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_the_interval_of_a_share_stays_within_0_and_1(values):
    found = share(values)
    assert 0 <= found.low <= found.mean + 1e-12
    assert found.mean - 1e-12 <= found.high <= 1


def test_a_ratio_weighs_replications_by_their_size():
    found = ratio([10.0, 300.0], [10.0, 100.0], "s")
    assert found.mean == pytest.approx(310 / 110)


def test_the_interval_of_a_ratio_holds_the_truth_nineteen_times_in_twenty():
    rng = np.random.default_rng(5)
    below = rng.poisson(50, (1000, 20)) + 1.0
    above = 3.0 * below + rng.normal(0, 5, below.shape)
    found = [ratio(a, b, "s") for a, b in zip(above, below, strict=True)]
    hits = sum(e.low <= 3.0 <= e.high for e in found)
    assert hits / 1000 == pytest.approx(0.95, abs=0.025)


def test_a_ratio_to_nothing_is_not_known():
    assert ratio([0.0, 0.0], [0.0, 0.0], "s").text() == "not known"


@settings(deadline=None)
@given(st.integers(1, 500), st.data())
def test_wilsons_interval_agrees_with_scipy(n, data):
    hits = data.draw(st.integers(0, n))
    found = wilson(hits, n)
    expected = stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_no_trial_tells_nothing_of_a_share():
    assert math.isnan(wilson(0, 0).mean)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_welchs_test_agrees_with_scipy(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(0, 1, rng.integers(2, 40)), rng.normal(0.3, 4, rng.integers(2, 40))

    found = welch(a, b)

    expected = stats.ttest_ind(a, b, equal_var=False)
    assert found.p_two_sided() == pytest.approx(expected.pvalue, rel=1e-7)
    assert found.freedom == pytest.approx(expected.df)
    interval = expected.confidence_interval(0.9)
    assert found.interval(0.9) == pytest.approx((interval.low, interval.high))


def test_samples_without_spread_differ_for_certain_or_not_at_all():
    ones, twos = np.ones(3), np.full(4, 2.0)
    assert welch(ones, ones).p_two_sided() == 1.0
    assert welch(ones, twos).p_two_sided() == 0.0
    assert welch(ones, twos).interval(0.95) == (-1.0, -1.0)


def test_holm_adjusts_as_in_the_textbook():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_lag_one_correlation_of_an_autoregressive_series_is_its_coefficient():
    rng, x = np.random.default_rng(1), np.zeros(50_000)
    noise = rng.normal(size=x.size)
    for k in range(1, x.size):
        x[k] = 0.8 * x[k - 1] + noise[k]
    assert lag_one(x) == pytest.approx(0.8, abs=0.01)


def test_batches_of_a_correlated_series_tell_its_true_uncertainty():
    # Variance of the mean of an AR(1) series: sigma^2 / (n (1 - phi)^2) for large n.
    rng, phi, n = np.random.default_rng(2), 0.7, 4000
    hits = 0
    for _ in range(200):
        noise = rng.normal(size=n)
        x = np.zeros(n)
        for k in range(1, n):
            x[k] = phi * x[k - 1] + noise[k]
        found = estimate(batch_means(x).means, "s")
        hits += found.low <= 0.0 <= found.high
    assert hits / 200 == pytest.approx(0.95, abs=0.05)


def test_batches_leave_out_the_start_where_they_do_not_fit():
    found = batch_means(np.array([9.0, 1.0, 2.0, 1.0, 2.0]), most=2, least=2)
    assert found.means.tolist() == [1.5, 1.5]
    assert found.size == 2


def test_an_empty_series_has_no_batches():
    assert batch_means(np.empty(0)).means.size == 0

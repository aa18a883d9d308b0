"""Claims about distributions fitted to durations."""

import numpy as np
import pytest
from scipy import special, stats

from twin.results.fitting import FAMILIES, fit_best, from_log
from twin.results.gamma import incomplete_gamma

SCAN = 0.5  # s
MADE = {
    "lognormal": lambda rng, n: rng.lognormal(np.log(10), 0.5, n),
    "normal": lambda rng, n: rng.normal(10, 1.5, n),
    "gamma": lambda rng, n: rng.gamma(1.5, 6, n),
    "weibull": lambda rng, n: 10 * rng.weibull(1.7, n),
    "exponential": lambda rng, n: rng.exponential(10, n),
}
TRUE = {
    "lognormal": {"mean": 10 * np.exp(0.125), "cv": np.sqrt(np.expm1(0.25))},
    "normal": {"mean": 10, "sd": 1.5},
    "gamma": {"mean": 9, "shape": 1.5},
    "weibull": {"scale": 10, "shape": 1.7},
    "exponential": {"mean": 10},
}


def rounded_up(values, scan):
    return np.ceil(values / scan) * scan


@pytest.mark.parametrize("family", MADE)
def test_the_family_and_its_parameters_are_found_behind_the_scan(family):
    values = MADE[family](np.random.default_rng(7), 4000)

    fit = fit_best(from_log(rounded_up(values, SCAN), SCAN))

    assert fit.family == family
    for name, true in TRUE[family].items():
        assert fit.parameters[name] == pytest.approx(true, rel=0.05), name
    assert fit.mean == pytest.approx(values.mean(), rel=0.01)


def test_the_scan_does_not_bias_short_operations():
    values = np.random.default_rng(8).lognormal(np.log(0.8), 0.2, 3000)
    seen = rounded_up(values, SCAN)

    fit = fit_best(from_log(seen, SCAN))

    assert seen.mean() > 1.2 * values.mean()
    assert fit.mean == pytest.approx(values.mean(), rel=0.02)


def test_what_was_cut_short_is_not_taken_for_whole():
    life = np.random.default_rng(9).exponential(100, 600)
    watched = np.random.default_rng(10).uniform(20, 150, 600)
    failed = life <= watched

    fit = fit_best(
        from_log(life[failed], 0.0, cut=watched[~failed]),
        tuple(f for f in FAMILIES if f.name == "exponential"),
    )

    assert life[failed].mean() < 60
    # n / total time watched, Nelson (1982), eq. 3.1.4.
    exact = (life[failed].sum() + watched[~failed].sum()) / failed.sum()
    assert fit.mean == pytest.approx(exact, rel=1e-3)
    assert fit.mean == pytest.approx(100, rel=0.15)


@pytest.mark.parametrize("name", ["lognormal", "gamma", "weibull"])
def test_the_fit_agrees_with_scipy(name):
    values = MADE[name](np.random.default_rng(11), 1500)
    (family,) = (f for f in FAMILIES if f.name == name)
    rivals = {"lognormal": stats.lognorm, "gamma": stats.gamma, "weibull": stats.weibull_min}

    fit = fit_best(from_log(values, 0.0), (family,))

    shape, _, scale = rivals[name].fit(values, floc=0)
    assert fit.mean == pytest.approx(rivals[name](shape, 0, scale).mean(), rel=2e-3)


def test_a_constant_is_a_constant_and_a_few_are_too_few():
    assert fit_best(from_log(np.full(20, 5.0), 0.0)).family == "constant"
    with pytest.raises(ValueError, match="9 durations; a fit needs 10"):
        fit_best(from_log(np.full(9, 5.0), 0.0))


@pytest.mark.parametrize("a", [0.05, 1.0, 7.5, 300.0, 4000.0, 20_000.0])
def test_the_incomplete_gamma_function_agrees_with_scipy(a):
    x = np.concatenate([[0.0], a * np.linspace(0.01, 3, 50)])

    assert incomplete_gamma(a, x) == pytest.approx(special.gammainc(a, x), abs=1e-5)


def mixed(rng, n):
    """Return durations of two kinds of work in turn by chance."""
    return np.where(
        rng.random(n) < 0.3, rng.lognormal(np.log(20), 0.1, n), rng.lognormal(np.log(8), 0.15, n)
    )


def quantiles_agree(fit, values, rel):
    shares = np.array([0.1, 0.35, 0.6, 0.9])
    return np.quantile(fit.parameters[""], shares) == pytest.approx(
        np.quantile(values, shares), rel=rel
    )


def test_two_kinds_of_work_are_a_mixture_written_as_a_table_of_its_mean():
    values = mixed(np.random.default_rng(12), 3000)

    fit = fit_best(from_log(rounded_up(values, SCAN), SCAN))

    assert (fit.family, fit.shape) == ("empirical", "a mixture of two lognormals")
    assert fit.mean == pytest.approx(values.mean(), rel=0.01)
    assert np.mean(fit.parameters[""]) == pytest.approx(fit.mean, rel=1e-9)
    assert quantiles_agree(fit, values, rel=0.04)


def test_a_least_time_and_an_exponential_rest_are_told_apart_from_their_like():
    values = 6 + np.random.default_rng(13).exponential(3, 3000)

    fit = fit_best(from_log(values, 0.0))

    assert fit.shape == "a least time and an exponential rest"
    assert fit.mean == pytest.approx(9, rel=0.02)
    assert min(fit.parameters[""]) == pytest.approx(6, rel=0.01)


def test_stops_of_two_rates_are_a_mixture_of_exponentials():
    rng = np.random.default_rng(14)
    values = np.where(rng.random(4000) < 0.7, rng.exponential(20, 4000), rng.exponential(600, 4000))

    fit = fit_best(from_log(values, 0.0))

    assert fit.family == "hyperexponential"
    weights, means = (np.array(fit.parameters[name]) for name in ("weights", "means"))
    order = np.argsort(means)
    assert weights[order] == pytest.approx([0.7, 0.3], abs=0.03)
    assert means[order] == pytest.approx([20, 600], rel=0.1)
    assert weights.sum() == pytest.approx(1, abs=1e-12)


def test_where_no_family_will_do_what_was_measured_stands_for_itself():
    rng = np.random.default_rng(15)
    values = rng.choice([5.0, 9.0, 14.0, 30.0], 2000) + rng.normal(0, 0.02, 2000)

    fit = fit_best(from_log(values, 0.0))

    assert (fit.family, fit.shape) == ("empirical", "as measured")
    assert quantiles_agree(fit, values, rel=0.02)
    assert fit.misfit > 0.1


def test_stamps_of_a_coarse_clock_are_intervals_at_both_ends():
    rng = np.random.default_rng(16)
    values = rng.lognormal(np.log(2.2), 0.15, 3000)
    begun = rng.uniform(0, 1e6, 3000)
    seen = np.floor(begun + values) - np.floor(begun)  # whole seconds

    (lognormal,) = (family for family in FAMILIES if family.name == "lognormal")
    fit = fit_best(from_log(seen, 0.0, blur=1.0), (lognormal,))

    assert fit.mean == pytest.approx(values.mean(), rel=0.02)
    assert fit.parameters["cv"] == pytest.approx(0.15, abs=0.05)
    assert seen.std() / seen.mean() > 0.22

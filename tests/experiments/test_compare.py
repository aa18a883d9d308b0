"""Claims about two cells on the same luck."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.results.sample_lines import HOUR, ONE_MACHINE, SHIFTED, cell_and_line
from twin.experiments.compare import (
    compare_cells,
    compare_runs,
    compare_values,
    compared,
    judged_together,
)
from twin.experiments.replicate import run_cell

RANDOM = ONE_MACHINE.replace("process: 10 s", "process: {exponential: {mean: 10 s}}")
FASTER = RANDOM.replace("mean: 10 s", "mean: 9 s").replace("one_machine", "faster")
SHORT = {"replications": 8, "horizon": HOUR}


@pytest.fixture(scope="module")
def pair():
    return compare_runs(cell_and_line(FASTER), cell_and_line(RANDOM), **SHORT)


def test_the_difference_is_the_mean_of_paired_differences(pair):
    week = pair.comparison.rows[0]
    ours, theirs = (run.tally.finished.sum(axis=1) * 168 for run in pair[1:])
    assert week.kpi == "good parts per week"
    assert week.difference.mean == pytest.approx((ours - theirs).mean())
    assert week.difference.mean == pytest.approx(week.candidate.mean - week.baseline.mean)
    interval = stats.ttest_rel(ours, theirs).confidence_interval(0.95)
    assert (week.difference.low, week.difference.high) == pytest.approx(tuple(interval))


def test_the_same_luck_makes_the_difference_much_surer(pair):
    week = pair.comparison.rows[0]
    assert week.variance_reduction > 5
    assert week.better is True
    assert week.relative.mean == pytest.approx(1 / 9, abs=0.02)
    assert pair.comparison.verdict.startswith("faster makes 1")
    assert "% more good parts per week than one_machine" in pair.comparison.verdict


def test_a_cell_does_not_differ_from_itself():
    same = cell_and_line(RANDOM)
    found = compare_cells(same, same, **SHORT)
    for row in found.rows:
        assert row.difference.mean == 0
        assert row.better is None
    assert found.verdict.startswith("No difference in good parts per week can be told")


def test_energy_is_compared_where_both_have_a_power(pair):
    assert [row.kpi for row in pair.comparison.rows][-1] == "energy per good part"
    without = cell_and_line(RANDOM.replace(", power: {working: 3.6 kW, idle: 1 kW}", ""))
    found = compare_cells(without, cell_and_line(RANDOM), **SHORT)
    assert "energy per good part" not in [row.kpi for row in found.rows]


def test_unequal_weeks_are_pointed_out():
    text = SHIFTED.replace("horizon: 48 h", "horizon: 24 h")
    longer = text.replace("to: 12:00", "to: 14:00").replace("name: shifted", "name: longer")
    found = compare_cells(cell_and_line(longer), cell_and_line(text), replications=3)
    week, hour = found.rows[:2]
    assert week.relative.mean == pytest.approx(8 / 6 - 1, abs=0.05)
    assert hour.relative.mean == pytest.approx(0.0, abs=0.05)
    assert "Their weeks differ: 56 against 42 scheduled hours" in found.notes[1]


def test_runs_that_do_not_match_cannot_be_compared():
    subject = cell_and_line(ONE_MACHINE)
    one, two = (run_cell(*subject, replications=n, horizon=HOUR) for n in (2, 3))
    with pytest.raises(ValueError, match="the runs differ in replications or window"):
        compared(subject, subject, (one, two))


def test_chance_among_many_figures_is_no_finding():
    # The second would pass for a difference by itself, at p = 0.03, but not as one of three.
    base, rng = np.zeros(40), np.random.default_rng(1)
    noise = rng.normal(size=40)
    noise -= noise.mean()
    values = [5.0 + noise, 0.35 * noise.std() * 1.02 + noise, noise]
    rows = [compare_values(k, "s", v, base, more_is_better=True) for k, v in enumerate(values)]
    assert [row.better for row in rows] == [True, True, None]
    assert [row.better for row in judged_together([rows[0], *rows])] == [True, True, None, None]


def test_less_of_what_costs_is_better():
    ours, theirs = np.array([1.0, 1.1, 0.9]), np.array([2.0, 2.1, 1.9])
    assert compare_values("lead", "s", ours, theirs, more_is_better=False).better is True
    assert compare_values("parts", "1", ours, theirs, more_is_better=True).better is False


@settings(deadline=None)
@given(st.integers(0, 1000), st.floats(0.0, 0.95))
def test_the_variance_reduction_grows_with_common_luck(seed, correlation):
    rng = np.random.default_rng(seed)
    luck = rng.normal(size=(3, 4000))
    ours = correlation**0.5 * luck[0] + (1 - correlation) ** 0.5 * luck[1]
    theirs = correlation**0.5 * luck[0] + (1 - correlation) ** 0.5 * luck[2]
    found = compare_values("x", "s", ours, theirs, more_is_better=True).variance_reduction
    assert found == pytest.approx(1 / (1 - correlation), rel=0.15)

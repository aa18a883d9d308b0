"""Claims about control charts and about drifts found with them."""

import numpy as np
import pytest

from tests.results.sample_lines import HOUR, THREE_MACHINES, cell_and_line
from tests.results.test_fidelity import made_up
from twin.kernel.log import Log
from twin.results.charts import (
    cusum,
    cusum_limit,
    cusum_run_length,
    ewma,
    ewma_limit,
    ewma_run_length,
)
from twin.results.drift import find_drifts, normal_scores


def first_alarms(chart, rng, *, count, length, shift=0.0, since=0, run_length):
    """Return at which score each of many series alarms, NaN where it does not."""
    scores = rng.normal(size=(count, length))
    scores[:, since:] += shift
    alarms = [chart(row, run_length) for row in scores]
    return [np.nan if alarm is None else alarm.at for alarm in alarms], alarms


def test_limits_are_those_of_the_tables():
    # D. C. Montgomery, "Introduction to Statistical Quality Control", tables 9.3, 9.4 and 9.11:
    # CUSUM k = 1/2, h = 4 and 5; EWMA weight 0.1, L = 2.814 has a run length of 500.
    assert cusum_run_length(4.0, 0.0) / 2 == pytest.approx(168, rel=0.01)
    assert cusum_run_length(5.0, 0.0) / 2 == pytest.approx(465, rel=0.01)
    assert cusum_run_length(5.0, 1.0) == pytest.approx(10.4, rel=0.01)
    steady = np.sqrt(0.1 / 1.9)
    assert ewma_limit(500, 0.1) / steady == pytest.approx(2.814, rel=0.01)
    assert ewma_run_length(2.814 * steady, 1.0, 0.1) == pytest.approx(10.3, rel=0.02)


@pytest.mark.parametrize("chart", [cusum, ewma])
def test_the_run_length_in_control_is_as_designed(chart):
    rng = np.random.default_rng(3)

    found, _ = first_alarms(chart, rng, count=1000, length=300, run_length=1000)

    # Run lengths are nearly exponential: 300 of 1000 scores alarm in 1 - exp(-0.3) of the series.
    assert np.isfinite(found).mean() == pytest.approx(1 - np.exp(-0.3), abs=0.045)


@pytest.mark.parametrize("chart", [cusum, ewma])
def test_a_shift_of_one_sigma_is_found_soon_and_its_onset_is_known(chart):
    rng = np.random.default_rng(4)

    found, alarms = first_alarms(
        chart, rng, count=400, length=160, shift=-1.0, since=100, run_length=10_000
    )

    late = np.array(found) - 100
    right = late >= 0
    assert right.mean() > 0.97
    assert np.median(late[right]) <= 15
    onsets = np.array([alarm.onset for alarm, ok in zip(alarms, right, strict=True) if ok])
    assert abs(np.median(onsets) - 100) <= 3
    assert {alarm.sign for alarm, ok in zip(alarms, right, strict=True) if ok} == {-1}


def test_a_limit_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="10 to 1e8 is possible"):
        cusum_limit(1.0)


def test_scores_are_normal_whatever_the_distribution():
    rng = np.random.default_rng(5)

    scores = normal_scores(rng.gamma(0.7, size=4000), rng.gamma(0.7, size=20_000))

    assert scores.mean() == pytest.approx(0, abs=0.05)
    assert scores.std() == pytest.approx(1, abs=0.03)


def test_equal_times_have_the_score_0():
    assert normal_scores(np.full(5, 7.0), np.full(80, 7.0)) == pytest.approx(np.zeros(5))


def test_the_station_that_slows_down_in_the_middle_is_named_with_the_hour():
    line, rng = cell_and_line(THREE_MACHINES)[1], np.random.default_rng(6)
    twin = [made_up(line, rng) for _ in range(3)]
    before, after = made_up(line, rng, hours=4), made_up(line, rng, hours=4, pace={"slow": 1.04})
    rows = after.activities.copy()
    rows["t0"] += 4 * HOUR
    rows["t1"] += 4 * HOUR
    rows["part"] += 1 << 20
    both = np.concatenate([before.activities, rows])
    plant = Log(activities=both, resources=before.resources, products=before.products, end=8 * HOUR)

    drifts = [drift for drift in find_drifts(line, plant, twin) if drift.name == "slow"]

    assert [d.onset / 3600 for d in drifts] == pytest.approx([4], abs=0.05)
    assert drifts[0].change.low < 0.04 < drifts[0].change.high
    assert drifts[0].operations < 40

"""Claims about verdicts on plant and twin, over logs made for the purpose."""

import numpy as np
import pytest
from scipy import stats

from tests.results.sample_lines import HOUR, SHIFTED, THREE_MACHINES, cell_and_line
from twin.kernel.log import ACTIVITY, Log, canonical
from twin.kernel.model import NS_PER_S
from twin.kernel.states import Ending, State
from twin.reference.run import simulate
from twin.results.cycles import gaps_between, luck, operations, state_time
from twin.results.equivalence import compare_gaps, verdict_of
from twin.results.estimates import Difference
from twin.results.fidelity import compare_with_plant
from twin.results.schedule import schedule
from twin.results.stops import compare_stops

RANDOM_ARRIVALS = "every: {exponential: {mean: 32 s}}"
MEANS = {"first": 8.0, "slow": 10.0, "last": 5.0}  # s


@pytest.fixture(scope="module")
def line():
    return cell_and_line(THREE_MACHINES)[1]


def log_of(line, rows, end):
    table = np.array(rows, dtype=ACTIVITY)
    return Log(
        activities=canonical(table), resources=line.resources, products=line.products, end=end
    )


def made_up(line, rng, *, hours=8, cv=0.05, pace=None, mix=(0.5, 0.5)):
    """Return a log in which each station works without a break and the slow one sets the output."""
    rows, end = [], hours * HOUR
    products = len(line.products)
    for name, mean in MEANS.items():
        resource = line.resources.index(name)
        count = int(1.2 * hours * 3600 / mean) + 10
        product = rng.choice(products, count, p=mix[:products] if products > 1 else None)
        sigma = np.sqrt(np.log1p(cv**2))
        cycle = rng.lognormal(np.log(mean) - sigma**2 / 2, sigma, count)
        cycle *= (pace or {}).get(name, 1.0) * (1 + product)  # the second takes twice as long
        ends = np.cumsum(np.round(cycle * NS_PER_S).astype(np.int64))
        starts = ends - np.diff(ends, prepend=0)
        for part in np.flatnonzero(ends <= end):
            times = (starts[part], ends[part], resource)
            rows.append((*times, State.WORKING, part, product[part], Ending.DONE))
            if name == "slow":
                sink = line.resources.index("done")
                span = (starts[part], ends[part], sink)
                rows.append((*span, State.FINISHED, part, product[part], resource))
    return log_of(line, rows, end)


def runs(line, seed, count, **options):
    rng = np.random.default_rng(seed)
    return [made_up(line, rng, **options) for _ in range(count)]


def test_a_station_slowed_by_12_per_cent_is_named_and_no_other(line):
    twin = runs(line, 1, 5)
    for plant in runs(line, 2, 10, pace={"last": 1.12}):
        found = compare_with_plant(line, plant, twin)
        assert found.verdict == "different"
        assert found.culprits == ("last",)
        (row,) = [row for row in found.stations if row.differs]
        assert row.difference.mean == pytest.approx(0.12, abs=0.005)
        assert row.plant.mean == pytest.approx(5.6, rel=0.005)
        assert found.sentence.startswith(f"Different: last takes {100 * row.difference.mean:.1f} %")
        assert found.sentence.endswith("No other station differs.")


def test_plant_and_twin_that_are_alike_are_found_equivalent(line):
    twin = runs(line, 3, 5)
    found = [compare_with_plant(line, plant, twin) for plant in runs(line, 4, 20)]
    assert [f.culprits for f in found] == [()] * 20
    assert sum(f.verdict == "equivalent" for f in found) >= 19
    assert "Equivalent: time between good parts" in found[0].sentence


def test_a_little_data_is_too_early_to_tell(line):
    twin = runs(line, 5, 3, hours=1, cv=0.5)
    (plant,) = runs(line, 6, 1, hours=1, cv=0.5)
    found = compare_with_plant(line, plant, twin)
    assert found.verdict == "inconclusive"
    assert found.throughput.parts_needed > 100
    assert "further good parts are needed" in found.sentence


def test_a_slower_bottleneck_lowers_the_output_as_well(line):
    twin = runs(line, 7, 5)
    (plant,) = runs(line, 8, 1, pace={"slow": 1.12})
    found = compare_with_plant(line, plant, twin)
    assert found.culprits == ("slow",)
    assert found.throughput.verdict == "different"
    assert found.throughput.difference.mean == pytest.approx(0.12, abs=0.01)


def test_a_difference_too_small_to_matter_names_nobody(line):
    twin = runs(line, 9, 10)
    (plant,) = runs(line, 10, 1, hours=40, pace={"last": 1.01})
    found = compare_with_plant(line, plant, twin)
    (row,) = [row for row in found.stations if row.name == "last"]
    assert row.p < 1e-6
    assert not row.differs


def test_another_mix_of_products_is_no_fault_of_the_station():
    text = THREE_MACHINES.replace("{shaft: {}}", "{shaft: {}, disc: {}}")
    _, line = cell_and_line(text)
    twin = runs(line, 11, 5, mix=(0.5, 0.5))
    (plant,) = runs(line, 12, 1, mix=(0.2, 0.8))
    found = compare_with_plant(line, plant, twin)
    assert found.culprits == ()
    assert found.stations[0].plant.mean > 1.1 * found.stations[0].twin.mean


@pytest.mark.parametrize(
    ("value", "error", "verdict"),
    [
        (0.0, 0.0, "equivalent"),
        (0.01, 0.005, "equivalent"),  # 90 %: 0.0018 to 0.0182
        (0.01, 0.007, "inconclusive"),
        (0.04, 0.007, "different"),  # 99 %: from 0.022
        (-0.04, 0.007, "different"),
        (0.04, 0.009, "inconclusive"),
        (0.04, 0.0, "different"),
    ],
)
def test_the_verdict_follows_from_interval_and_margin(value, error, verdict):
    assert verdict_of(Difference(50 * value, 50 * error, 1e6), 50.0, 0.02) == verdict


def test_the_two_one_sided_tests_agree_with_scipy():
    rng = np.random.default_rng(1)
    plant, twin = rng.normal(50, 5, 640), rng.normal(50.4, 5, 960)

    found = compare_gaps(plant, [twin], 0.02)

    a = plant.reshape(-1, found.batch).mean(axis=1)
    b = twin.reshape(-1, found.batch).mean(axis=1)
    shift = 0.02 * b.mean()
    above = stats.ttest_ind(a, b - shift, equal_var=False, alternative="greater").pvalue
    below = stats.ttest_ind(a, b + shift, equal_var=False, alternative="less").pvalue
    assert (found.verdict == "equivalent") == (max(above, below) < 0.05)
    interval = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.9)
    assert found.difference.low == pytest.approx(interval.low / b.mean())
    assert found.difference.high == pytest.approx(interval.high / b.mean())


def test_lines_that_differ_by_the_margin_are_called_equivalent_one_time_in_twenty():
    rng, called = np.random.default_rng(2), 0
    for _ in range(600):
        plant, twin = rng.normal(51, 3, 640), rng.normal(50, 3, 2000)
        called += compare_gaps(plant, [twin], 0.02).verdict == "equivalent"
    assert called / 600 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 600)


def test_too_few_parts_settle_nothing():
    found = compare_gaps(np.array([50.0, 51.0]), [np.array([50.0])], 0.02)
    assert (found.verdict, found.parts_needed) == ("inconclusive", 6)


def test_a_comparison_needs_a_run_of_the_twin(line):
    with pytest.raises(ValueError, match="no run of the twin given"):
        compare_with_plant(line, runs(line, 1, 1)[0], [])


def test_an_operation_is_the_sum_of_its_pieces(line):
    mill, done, cut = line.resources.index("slow"), Ending.DONE, Ending.INTERRUPTED
    rows = [
        (0, 4 * NS_PER_S, mill, State.WORKING, 7, 0, cut),
        (9 * NS_PER_S, 12 * NS_PER_S, mill, State.WORKING, 7, 0, done),
        (12 * NS_PER_S, 14 * NS_PER_S, mill, State.WORKING, 8, 0, cut),  # scrapped by the failure
        (20 * NS_PER_S, 25 * NS_PER_S, mill, State.WORKING, 9, 0, done),
        (25 * NS_PER_S, 26 * NS_PER_S, mill, State.WORKING, 10, 0, Ending.CUT),
    ]
    found = operations(line, log_of(line, rows, 26 * NS_PER_S))
    assert found.cycle.tolist() == [7.0, 5.0]
    assert found.node.tolist() == [line.node_names.index("slow")] * 2


def test_an_empty_log_has_no_operations(line):
    assert operations(line, log_of(line, [], HOUR)).cycle.size == 0


def test_nights_do_not_count_between_parts():
    _, line = cell_and_line(SHIFTED)
    times = np.array([11, 12, 30, 31]) * HOUR
    gaps = gaps_between(times, schedule(line, 48 * HOUR))
    assert gaps.tolist() == [3600.0, 0.0, 3600.0]


def test_given_its_luck_a_failing_line_is_equivalent_where_the_raw_output_cannot_tell():
    _, line = cell_and_line(SHIFTED.replace("saturated: true", RANDOM_ARRIVALS))
    logs = [simulate(line, seed=5, replication=r, end=12 * HOUR).log for r in range(24)]
    found = compare_with_plant(line, logs[0], logs[1:], margin=0.05)
    assert found.given_luck is not None
    width = found.given_luck.difference.half_width
    assert width < found.throughput.difference.half_width
    assert found.culprits == ()


def test_more_scrap_than_in_the_twin_is_a_difference():
    _, line = cell_and_line(SHIFTED)
    _, worse = cell_and_line(SHIFTED.replace("75 %", "55 %").replace("25 %", "45 %"))
    twin = [simulate(line, seed=5, replication=r, end=12 * HOUR).log for r in range(4)]
    plant = simulate(worse, seed=6, replication=0, end=12 * HOUR).log
    found = compare_with_plant(line, plant, twin)
    assert found.verdict == "different"
    assert found.culprits == ()
    assert "of its parts are scrap" in found.sentence


def test_more_stops_than_in_the_twin_are_a_difference():
    _, line = cell_and_line(SHIFTED)
    _, worse = cell_and_line(SHIFTED.replace("mean: 30 min", "mean: 6 min"))
    twin = [simulate(line, seed=5, replication=r, end=12 * HOUR).log for r in range(8)]
    plant = simulate(worse, seed=6, replication=0, end=12 * HOUR).log
    found = compare_with_plant(line, plant, twin)
    assert found.verdict == "different"
    assert found.culprits == ("test",)
    assert "test is down" in found.sentence
    assert compare_with_plant(line, twin[0], twin[1:]).culprits == ()  # too few runs to tell
    assert [stops.name for stops in compare_stops(line, twin[0], twin)] == ["test"]


def test_luck_is_arrivals_stops_and_scrap():
    _, line = cell_and_line(SHIFTED.replace("saturated: true", "every: {constant: 30 s}"))
    log = simulate(line, seed=5, replication=0, end=12 * HOUR).log
    between, down, scrapped = luck(line, log, 12 * HOUR)
    assert between == pytest.approx(30.0)
    node = line.node_names.index("test")
    assert down == pytest.approx(state_time(line, log, node, 12 * HOUR)[State.UNDER_REPAIR])
    assert scrapped == (log.activities["state"] == State.SCRAPPED).sum()


def test_state_times_of_a_station_fill_the_run():
    _, line = cell_and_line(SHIFTED)
    log = simulate(line, seed=5, replication=0, end=12 * HOUR).log
    for name in ("mill", "test"):
        total = state_time(line, log, line.node_names.index(name), 12 * HOUR).sum()
        assert total == pytest.approx(12 * 3600)

"""Claims about the figures of a cell, most of them worked out by hand."""

import dataclasses
import json

import numpy as np
import pytest
from scipy import stats

from tests.results.sample_lines import (
    HOUR,
    ONE_MACHINE,
    SHIFTED,
    THREE_MACHINES,
    cell_and_line,
    tallied,
)
from twin.kernel.tally import N_BINS, lead_bin
from twin.results.flow import percentile
from twin.results.kpi import needed_replications, summarise
from twin.results.model import Estimate, to_json

SLOW_WITH_POWER = "slow: {process: 10 s, power: {working: 2 kW, idle: 1 kW}}"


@pytest.fixture(scope="module")
def one():
    cell, line = cell_and_line(ONE_MACHINE)
    return summarise(cell, line, tallied(line, end=10 * HOUR, window=HOUR))


@pytest.fixture(scope="module")
def three():
    cell, line = cell_and_line(THREE_MACHINES)
    return summarise(cell, line, tallied(line, start=HOUR, end=10 * HOUR))


@pytest.fixture(scope="module")
def shifted():
    cell, line = cell_and_line(SHIFTED)
    return summarise(cell, line, tallied(line, end=48 * HOUR, window=HOUR, replications=3))


def test_a_machine_that_never_waits_makes_one_part_a_cycle(one):
    assert one.throughput.mean == pytest.approx(360.0)
    assert one.output.mean == 3600
    assert one.weekly.mean == pytest.approx(360 * 168)
    assert one.lead_time.mean.mean == pytest.approx(10.0)
    assert one.wip.mean == pytest.approx(1.0)
    assert one.scrap.mean == 0
    assert (one.window.start, one.window.end, one.window.scheduled) == (0.0, 36000.0, 36000.0)


def test_a_machine_that_never_waits_has_an_oee_of_one(one):
    (mill,) = one.stations
    for share in (mill.availability, mill.effectiveness, mill.quality_ratio, mill.oee):
        assert share.mean == pytest.approx(1.0)
    assert mill.cycle_time.mean == pytest.approx(10.0)
    assert mill.time_between_failures is None


def test_energy_is_power_times_time(one):
    assert one.energy.total.mean == pytest.approx(36.0)  # 3.6 kW for 10 h
    assert one.energy.per_good_part.mean == pytest.approx(0.01)
    assert one.energy.cost_per_good_part.mean == pytest.approx(0.0025)
    assert one.energy.cost_per_good_part.unit == "GBP/part"
    assert one.energy.carbon_per_good_part.mean == pytest.approx(0.002)
    assert one.energy.by_state["working"] == pytest.approx(36.0)
    assert one.energy.missing == ()


def test_a_line_that_runs_exactly_at_takt_meets_it(one):
    assert one.takt.verdict == "met"
    assert one.takt.share.mean == 1.0
    assert one.takt.needed == pytest.approx(360.0)


def test_a_line_slower_than_takt_misses_it():
    cell, line = cell_and_line(ONE_MACHINE.replace("takt: 10 s", "takt: 9 s"))
    found = summarise(cell, line, tallied(line, end=10 * HOUR, window=HOUR))
    assert found.takt.verdict == "missed"
    assert found.takt.share.mean == 0.0


def test_the_series_counts_good_parts_by_period(one):
    assert one.series.mean == (360.0,) * 10
    assert one.series.scheduled == (3600.0,) * 10
    assert one.series.unit == "parts/h"


def test_blocked_and_starved_times_of_a_line_are_what_the_slow_machine_leaves(three):
    first, slow, last = three.stations
    assert first.states["blocked"].mean == pytest.approx(0.2, abs=1e-3)
    assert slow.states["working"].mean == pytest.approx(1.0)
    assert last.states["starved"].mean == pytest.approx(0.5, abs=1e-3)


def test_the_slow_machine_is_the_bottleneck_by_both_methods(three):
    assert three.bottleneck.name == "slow"
    assert three.bottleneck.votes == {"active period": "slow", "turning point": "slow"}
    assert three.bottleneck.agree
    assert three.bottleneck.share == 1.0
    assert three.bottleneck.reason.startswith("slow limits the output")


def test_states_add_up_to_the_time_on_shift(three, shifted):
    for results in (three, shifted):
        for group in (*results.stations, *results.carriers):
            assert sum(share.mean for share in group.states.values()) == pytest.approx(1.0)


def test_time_off_shift_is_a_share_of_the_window(shifted):
    assert shifted.window.scheduled == pytest.approx(12 * 3600)
    assert shifted.scheduled_hours_per_week == pytest.approx(42.0)
    for station in shifted.stations:
        assert station.off_shift.mean == pytest.approx(0.75)


def test_output_per_hour_per_window_and_per_week_tell_the_same(shifted):
    assert shifted.output.mean == pytest.approx(shifted.throughput.mean * 12)
    assert shifted.weekly.mean == pytest.approx(shifted.throughput.mean * 42)
    assert sum(shifted.series.mean) == pytest.approx(shifted.output.mean)
    assert sum(shifted.series.scheduled) == pytest.approx(shifted.window.scheduled)


def test_oee_is_the_product_of_its_factors(shifted):
    for station in shifted.stations:
        product = (
            station.availability.mean * station.effectiveness.mean * station.quality_ratio.mean
        )
        assert station.oee.mean == pytest.approx(product, rel=0.02)


def test_scrap_counts_against_the_station_that_alone_feeds_its_sink(shifted):
    mill, test = shifted.stations
    assert mill.quality_ratio.mean == 1.0
    assert test.quality_ratio.mean == pytest.approx(0.75, abs=0.05)
    assert shifted.scrap_share.mean == pytest.approx(1 - test.quality_ratio.mean, abs=0.01)


def test_a_station_that_runs_as_planned_has_an_effectiveness_of_about_one(shifted):
    for station in shifted.stations:
        assert station.effectiveness.mean == pytest.approx(1.0, abs=0.02)


def test_failures_are_told_by_their_means(shifted):
    mill, test = shifted.stations
    assert mill.time_between_failures is None
    assert test.time_to_repair.mean == pytest.approx(120.0, rel=0.05)
    assert test.time_between_failures.mean == pytest.approx(1800.0, rel=0.5)


def test_littles_law_holds_for_a_buffer(shifted):
    (buffer,) = shifted.buffers
    assert buffer.capacity == 3
    assert 0 < buffer.mean_content.mean <= 3
    assert buffer.mean_stay.mean > 0


def test_products_add_up_to_the_line(shifted):
    assert [product.name for product in shifted.products] == ["shaft", "disc"]
    total = sum(product.throughput.mean for product in shifted.products)
    assert total == pytest.approx(shifted.throughput.mean)


def test_no_power_means_no_energy(shifted):
    assert shifted.energy is None
    assert all(station.energy is None for station in shifted.stations)


def test_a_station_without_a_power_is_named():
    text = THREE_MACHINES.replace("slow: {process: 10 s}", SLOW_WITH_POWER)
    cell, line = cell_and_line(text)
    found = summarise(cell, line, tallied(line, end=HOUR))
    assert found.energy.missing == ("first", "last")
    assert "Energy leaves out first, last: no power given." in found.notes
    assert found.energy.by_state["working"] == pytest.approx(2.0, rel=0.01)  # never waits


def test_conventions_in_force_are_told(shifted):
    text = " ".join(shifted.conventions)
    assert "At shift end an operation in progress stops" in text
    assert "test fails (jam) on operating time; the operation is resumed after the repair." in text
    assert "Blocking is after service: a" in text


def test_stations_that_block_before_service_are_told_apart():
    blocking = "slow: {process: 10 s, blocking: before_service}"
    cell, line = cell_and_line(THREE_MACHINES.replace("slow: {process: 10 s}", blocking))
    text = " ".join(summarise(cell, line, tallied(line, end=HOUR)).conventions)
    assert "Blocking is after service, except at slow: a finished part" in text
    assert "Blocking is before service at slow: work begins only when there is a place" in text


def test_one_replication_is_told_to_be_too_few():
    cell, line = cell_and_line(ONE_MACHINE)
    found = summarise(cell, line, tallied(line, end=HOUR, replications=1))
    assert "One replication" in found.notes[0]
    assert np.isnan(found.throughput.low)


def test_a_tally_that_is_not_stacked_is_one_replication():
    cell, line = cell_and_line(ONE_MACHINE)
    stacked = tallied(line, end=HOUR, replications=1)
    values = {f.name: getattr(stacked, f.name) for f in dataclasses.fields(stacked)}
    single = dataclasses.replace(
        stacked,
        **{k: v[0] for k, v in values.items() if isinstance(v, np.ndarray)},
    )
    found = summarise(cell, line, single)
    assert found.replications == 1
    assert found.output.mean == 360


def test_a_line_in_which_nothing_gets_done_says_so():
    cell, line = cell_and_line(ONE_MACHINE.replace("process: 10 s", "process: 20 h"))
    found = summarise(cell, line, tallied(line, end=10 * HOUR, window=HOUR))
    assert "Not one good part was finished in the window." in found.notes
    assert np.isnan(found.lead_time.mean.mean)
    json.dumps(to_json(found), allow_nan=False)


def test_results_store_as_json(one, three, shifted):
    for results in (one, three, shifted):
        stored = json.loads(json.dumps(to_json(results), allow_nan=False))
        assert stored["throughput"]["unit"] == "parts/h"


def test_percentiles_of_lead_time_are_right_within_a_bin():
    rng = np.random.default_rng(1)
    leads = (rng.lognormal(3, 0.5, 20_000) * 1e9).astype(np.int64)
    histogram = np.bincount(lead_bin(leads), minlength=N_BINS)[None, :]

    for p in (0.1, 0.5, 0.9):
        assert percentile(histogram, p)[0] == pytest.approx(np.quantile(leads, p) / 1e9, rel=0.01)
    assert np.isnan(percentile(np.zeros((1, N_BINS), dtype=np.int64), 0.5)[0])


def test_replications_needed_are_those_that_students_interval_asks_for():
    found = Estimate(mean=100.0, low=90.0, high=110.0, n=10, unit="parts/h")
    deviation = 10 / stats.t.ppf(0.975, 9) * 10**0.5
    count = needed_replications(found, 0.05)
    for n, enough in ((count, True), (count - 1, False)):
        assert bool(stats.t.ppf(0.975, n - 1) * deviation / n**0.5 <= 5.0) is enough
    assert needed_replications(found, 0.5) == 10


def test_two_replications_do_not_ask_for_thousands():
    found = Estimate(mean=100.0, low=55.0, high=145.0, n=2, unit="parts/h")  # t is 12.7 here
    assert 3 < needed_replications(found, 0.05) < 12


OVEN = """
taktwin: 1
name: oven
products: {bun: {}}
sources: {tray: {product: bun, saturated: true}}
stations: {oven: {batch: {most: 20, least: 20}, process: 30 min}}
sinks: {done: {}}
flow: [{from: tray, to: oven}, {from: oven, to: done}]
run: {horizon: 10 h, warm_up: 0 s}
"""


def test_an_oven_is_counted_in_batches_and_the_line_in_parts():
    cell, line = cell_and_line(OVEN)

    found = summarise(cell, line, tallied(line, end=10 * HOUR))

    assert found.throughput.mean == pytest.approx(40.0)
    assert found.stations[0].parts_per_hour.mean == pytest.approx(2.0)
    assert found.stations[0].parts_per_hour.unit == "batches/h"
    assert found.stations[0].oee.mean == pytest.approx(1.0)

"""Claims about electricity, and about robots and operators."""

import pytest

from cells.power import PowerUse
from tests.results.sample_lines import HOUR, SLOW_ARRIVALS, TENDED, cell_and_line, tallied
from twin.kernel.states import PART_STATES, State
from twin.results.energy import DRAW, DRAWS, read_figure, watts
from twin.results.kpi import summarise


@pytest.fixture(scope="module")
def tended():
    cell, line = cell_and_line(TENDED)
    return summarise(cell, line, tallied(line, start=HOUR, end=10 * HOUR))


def test_energy_is_the_sum_over_states_of_time_times_power(tended):
    for lathe in tended.stations:
        hours = 9.0
        working = lathe.states["working"].mean
        expected = hours * (2.0 * working + 0.5 * (1 - working))  # never down here
        assert lathe.energy.mean == pytest.approx(expected)
    total = sum(lathe.energy.mean for lathe in tended.stations)
    assert tended.energy.total.mean == pytest.approx(total)
    assert sum(tended.energy.by_state.values()) == pytest.approx(total)


MAINTAINED = """
taktwin: 1
name: maintained
products: {shaft: {}}
sources: {saw: {product: shaft, every: 1 h, first: 1 h}}
stations:
  mill:
    process: 10 s
    at: here
    power: {working: 9 kW, idle: 1 kW, down: 3 kW}
    maintenance: {grease: {every: 100 s, takes: 20 s, crew: fixer}}
operators: {fixer: {walking: 1 m/s, home: there}}
sinks: {done: {}}
flow: [{from: saw, to: mill}, {from: mill, to: done}]
places: {here: {position: [0 m, 0 m, 1 m]}, there: {position: [10 m, 0 m, 1 m]}}
run: {horizon: 1 h, warm_up: 0 s, replications: 2, seed: 1}
"""


def test_a_station_that_waits_for_whoever_maintains_it_idles():
    cell, line = cell_and_line(MAINTAINED)
    found = summarise(cell, line, tallied(line, end=HOUR * 130 // 3600))

    # Nothing to do for 100 s, waiting for 10 s, maintained for 20 s.
    assert found.stations[0].states["waiting_operator"].mean == pytest.approx(10 / 130)
    assert found.energy.total.mean == pytest.approx((110 * 1 + 20 * 3) / 3600)


def test_people_draw_no_electricity(tended):
    assert tended.carriers[0].energy is None
    assert tended.energy.missing == ()


def test_without_a_price_there_is_no_cost(tended):
    assert tended.energy.cost_per_good_part is None
    assert tended.energy.carbon_per_good_part is None


def test_a_figure_that_cannot_be_read_is_pointed_out():
    cell, line = cell_and_line(TENDED)
    cell = cell.model_copy(update={"energy": _Figures("12 pence", None, "bill")})
    found = summarise(cell, line, tallied(line, end=HOUR))
    assert found.energy.cost_per_good_part is None
    assert any("energy.price: '12 pence' is not read" in note for note in found.notes)


class _Figures:
    def __init__(self, price, carbon, source):
        self.price, self.carbon, self.source = price, carbon, source


def test_figures_are_read_with_their_unit():
    assert read_figure("0.245 GBP/kWh") == (0.245, "GBP")
    assert read_figure(" 207g/kWh ") == (207.0, "g")
    assert read_figure("0.245 GBP") is None
    assert read_figure(None) is None


def test_power_that_is_not_given_is_that_of_idling():
    power = PowerUse(working="5 kW", idle="1 kW")
    assert [watts(power, draw) for draw in DRAWS] == [5000, 1000, 1000, 1000, 1000, 0]


def test_every_state_of_a_station_or_robot_draws_some_power():
    resting = {State.WAITING, State.CONVEYED, *PART_STATES}
    assert set(DRAW) == set(State) - resting


def test_standby_saves_energy():
    saving, awake = (
        cell_and_line(text)
        for text in (SLOW_ARRIVALS, SLOW_ARRIVALS.replace("power: 0.25 kW", "power: 1 kW"))
    )
    first, second = (
        summarise(cell, line, tallied(line, end=10 * HOUR)) for cell, line in (saving, awake)
    )
    asleep = first.stations[0].states["asleep"].mean
    assert asleep > 0.05
    saved = second.energy.total.mean - first.energy.total.mean
    assert saved == pytest.approx(0.75 * 10 * asleep)
    assert any("goes to standby when starved for 15 s" in rule for rule in first.conventions)


def test_a_walkers_day_is_told(tended):
    (walker,) = tended.carriers
    assert (walker.name, walker.kind, walker.units) == ("walker", "operator", 1)
    assert walker.cycle_time.mean == pytest.approx(10.0)  # pick and place, no way to go
    moves = 2 * tended.throughput.mean  # to the lathe and from it
    assert walker.moves_per_hour.mean == pytest.approx(moves, rel=0.01)
    busy = 1 - walker.states["idle"].mean
    assert busy == pytest.approx(moves * 10 / 3600, rel=0.01)
    assert "The operator walker serves the request furthest downstream first." in tended.conventions


def test_two_lathes_share_the_work(tended):
    rates = [lathe.parts_per_hour.mean for lathe in tended.stations]
    assert sum(rates) == pytest.approx(tended.throughput.mean, rel=0.01)
    assert rates[0] == pytest.approx(rates[1], rel=0.05)
    # 100 s of turning and 20 s of tending, at least: at most 60 parts an hour from two lathes.
    assert 50 < tended.throughput.mean <= 60.5
    assert tended.takt.verdict == "met"


STAGED = """
taktwin: 1
name: staged
products: {p: {}}
sources: {src: {product: p, every: 2 h, first: 0 s}}
stations:
  mill:
    process: 30 min
    setup: 12 min
    load: 6 min
    unload: 6 min
    maintenance: {clean: {after_parts: 1, takes: 18 min}}
    power: {working: 10 kW, idle: 1 kW, setup: 5 kW, down: 2 kW}
sinks: {out: {}}
flow: [{from: src, to: mill}, {from: mill, to: out}]
run: {horizon: 2 h}
"""


def test_set_up_draws_its_own_power_handling_that_of_idling_and_maintenance_that_of_being_down():
    cell, line = cell_and_line(STAGED)
    result = summarise(cell, line, tallied(line, end=2 * HOUR)).energy

    # One part in two hours: 0.5 h of work, 0.2 h of set-up, 0.3 h of maintenance, 1 h of the rest.
    drawn = {draw: kwh for draw, kwh in result.by_state.items() if kwh}
    assert drawn == pytest.approx({"working": 5.0, "setup": 1.0, "down": 0.6, "idle": 1.0})

"""Claims about forecasts from what a cell does now."""

import pytest

from cells.load import load_text
from twin.build import build_line
from twin.experiments.forecast import Sight, forecast, seen_in, shift_end
from twin.kernel.run import simulate
from twin.kernel.states import State
from twin.results.cycles import leavings

HOUR = 3600 * 10**9
CELL = """
taktwin: 1
name: two_machines
products: {shaft: {}}
sources: {saw: {product: shaft, saturated: true}}
stations:
  mill: {process: {lognormal: {mean: 60 s, cv: 0.2}}}
  lathe:
    process: {lognormal: {mean: 55 s, cv: 0.2}}
    queue: 3
    failures: {jam: {after: {exponential: {mean: 1 h}}, repair: {exponential: {mean: 20 min}}}}
sinks: {store: {}}
flow:
  - {from: saw, to: mill}
  - {from: mill, to: lathe}
  - {from: lathe, to: store}
run: {horizon: 8 h}
"""
KITS = """
taktwin: 1
name: kits
products: {lid: {}, box: {}, good: {}}
sources:
  lids: {product: lid, every: {exponential: {mean: 30 s}}}
  boxes: {product: box, every: {exponential: {mean: 60 s}}}
buffers: {lids_here: {}, boxes_here: {}}
stations: {join: {process: 50 s, assemble: {box: 1, lid: 2}, makes: good}}
sinks: {store: {}}
flow:
  - {from: lids, to: lids_here}
  - {from: boxes, to: boxes_here}
  - {from: lids_here, to: join}
  - {from: boxes_here, to: join}
  - {from: join, to: store}
run: {horizon: 8 h}
"""
SHIFTS = """run: {horizon: 8 h, start: mon 06:00}
shifts:
  day:
    - {days: mon-sun, from: "06:00", to: "14:00", breaks: ["10:00-10:30"]}
    - {days: mon-sun, from: "22:00", to: "23:00"}
"""
LINE = build_line(load_text(CELL))
FEW = (40, 6, 120)


def finished(log, end):
    return leavings(log, State.FINISHED, end).size


def test_most_of_what_comes_is_within_what_was_forecast():
    inside = 0
    for seed in range(12):
        whole = simulate(LINE, seed=100 + seed, end=4 * HOUR).log
        sight = seen_in(simulate(LINE, seed=100 + seed, end=2 * HOUR).log)
        found = forecast(LINE, sight, until=4 * HOUR, seed=1, runs=FEW)
        inside += found.low <= finished(whole, 4 * HOUR) <= found.high

    assert inside >= 9  # of 12; with 90 % each, fewer has a chance of 3 %


def test_a_station_that_is_down_now_is_down_in_the_forecast():
    up = Sight(now=HOUR, states={"lathe": State.WORKING}, inside=3, finished=50)
    down = Sight(now=HOUR, states={"lathe": State.UNDER_REPAIR}, inside=5, finished=50)

    soon = [
        forecast(LINE, sight, until=HOUR + HOUR // 4, seed=1, order=60, runs=FEW)
        for sight in (up, down)
    ]

    assert soon[0].middle > soon[1].middle + 3
    assert soon[0].chance.low > soon[1].chance.high
    assert soon[1].low >= 50
    assert "% chance to make the order of 60 (" in soon[0].sentence


def test_a_line_that_has_been_running_for_weeks_is_foretold_from_what_is_seen_of_it():
    """Nothing is run through from the start, and what is not known of the line is left open."""
    new = Sight(now=16 * HOUR, states={}, inside=None, finished=0)
    old = Sight(now=1_000 * HOUR, states={}, inside=None, finished=50_000)

    soon = [forecast(LINE, s, until=s.now + 4 * HOUR, seed=1, runs=FEW) for s in (new, old)]

    made = soon[1].middle - 50_000
    assert made == pytest.approx(soon[0].middle, rel=0.05)
    assert soon[1].until == 1_004 * HOUR


def test_what_is_taken_apart_or_put_together_is_counted_inside():
    line = build_line(load_text(KITS))
    log = simulate(line, seed=3, end=HOUR).log
    tally = simulate(line, seed=3, end=HOUR).tally

    assert seen_in(log).inside == tally.inside


def test_the_same_seed_gives_the_same_forecast_and_the_past_none():
    sight = seen_in(simulate(LINE, seed=7, end=HOUR).log)

    first, again = (forecast(LINE, sight, until=2 * HOUR, seed=1, runs=FEW) for _ in range(2))

    assert first == again
    with pytest.raises(ValueError, match="not after now"):
        forecast(LINE, sight, until=HOUR, seed=1)


def test_a_shift_ends_where_a_long_pause_begins_and_without_shifts_every_8_h():
    text = CELL.replace("run: {horizon: 8 h}", SHIFTS)
    text = text.replace("mill: {process:", "mill: {shifts: day, process:")
    line = build_line(load_text(text))

    assert [shift_end(LINE, hour * HOUR) // HOUR for hour in (0, 7, 8, 50)] == [8, 8, 16, 56]
    ends = [shift_end(line, hour * HOUR) // HOUR for hour in (0, 5, 8, 20)]
    assert ends == [8, 8, 17, 32]  # 14:00 in spite of the break, 23:00, 14:00 the next day

"""Claims about the emulated plant: whole scans, faults, and pieces that make up the whole."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cells.errors import CellError
from cells.load import load_text
from twin.bridge.faults import Fault, parse_fault
from twin.bridge.pacing import Pace
from twin.bridge.plant import Plant
from twin.build import build_line
from twin.kernel.run import simulate as run_kernel
from twin.kernel.states import Ending, State
from twin.reference.run import simulate

MS, NS_PER_S = 1_000_000, 1_000_000_000
HOUR = 3600 * NS_PER_S
CELL = """
taktwin: 1
name: two_machines
products: {shaft: {}}
sources: {saw: {product: shaft, every: {exponential: {mean: 20 s}}}}
buffers: {rack: {capacity: 3}}
stations:
  mill: {process: {lognormal: {mean: 17 s, cv: 0.2}}}
  lathe:
    process: {lognormal: {mean: 16 s, cv: 0.1}}
    failures: {jam: {after: {exponential: {mean: 5 min}}, repair: {exponential: {mean: 40 s}}}}
sinks: {store: {}}
flow:
  - {from: saw, to: mill}
  - {from: mill, to: rack}
  - {from: rack, to: lathe}
  - {from: lathe, to: store}
run: {horizon: 8 h}
"""
LINE = replace(build_line(load_text(CELL)), scan=10 * MS)


def operations(activities, name):
    """Return how long each operation of a station took, without those that were interrupted."""
    resource = LINE.resources.index(name)
    done = (activities["state"] == State.WORKING) & (activities["resource"] == resource)
    parts = activities[done & (activities["cause"] == Ending.DONE)]
    broken = activities[done & (activities["cause"] == Ending.INTERRUPTED)]["part"]
    return {
        row["part"]: row["t1"] - row["t0"] for row in parts if row["part"] not in broken.tolist()
    }


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(1, 60_000), min_size=1, max_size=30))
def test_the_pieces_are_the_log_of_the_whole_whatever_their_size(steps):
    plant = Plant(LINE, seed=3)
    pieces = [plant.advance(plant.time + scans * LINE.scan) for scans in steps]
    end = plant.time + 12_345_678
    pieces.append(plant.close(end))

    whole = simulate(LINE, seed=3, end=end).log

    assert np.array_equal(np.concatenate(pieces), whole.activities)
    assert plant.time == whole.end == end


def test_what_happens_is_noticed_in_whole_scans():
    log = Plant(LINE, seed=3).close(HOUR)
    worked = log[(log["state"] == State.WORKING) & (log["cause"] == Ending.DONE)]

    assert len(worked) > 100
    assert (worked["t1"] % LINE.scan == 0).all()


def test_a_slow_machine_takes_twelve_percent_longer_for_each_part():
    fault = Fault(kind="slow", station="lathe", factor=1.12, onset=0)
    healthy = operations(Plant(LINE, seed=3).close(4 * HOUR), "lathe")
    slow = operations(Plant(LINE, seed=3, faults=[fault]).close(4 * HOUR), "lathe")
    both = healthy.keys() & slow.keys()

    assert len(both) > 200
    for part in both:
        assert slow[part] == pytest.approx(1.12 * healthy[part], abs=3 * LINE.scan)


def test_a_fault_begins_at_its_onset():
    fault = Fault(kind="slow", station="mill", factor=2.0, onset=2 * HOUR)
    healthy = Plant(LINE, seed=3).close(4 * HOUR)
    slow = Plant(LINE, seed=3, faults=[fault]).close(4 * HOUR)
    before = [log[log["t1"] <= 2 * HOUR] for log in (healthy, slow)]

    assert np.array_equal(*before)
    first = operations(slow, "mill")
    part = max(operations(before[0], "mill")) + 2  # the one that began before the onset, the next
    assert first[part] == pytest.approx(2 * operations(healthy, "mill")[part], abs=3 * LINE.scan)


def test_other_stations_keep_their_luck():
    fault = Fault(kind="slow", station="lathe", factor=1.12, onset=0)
    healthy = operations(Plant(LINE, seed=3).close(HOUR), "mill")
    slow = operations(Plant(LINE, seed=3, faults=[fault]).close(HOUR), "mill")

    # Entering at another moment of the scan costs up to one scan.
    assert all(abs(slow[part] - healthy[part]) <= LINE.scan for part in slow.keys() & healthy)


def test_a_plant_shows_what_its_stations_do():
    plant = Plant(LINE, seed=3)
    plant.advance(HOUR)

    assert plant.states().keys() == {"mill", "lathe"}


def test_a_plant_that_cannot_go_on_says_so():
    text = CELL.replace("{from: lathe, to: store}", "{from: lathe, to: rack}")
    text = text.replace("{from: mill, to: rack}", "{from: mill, to: lathe}")
    text = text.replace("every: {exponential: {mean: 20 s}}", "saturated: true")
    text = text.replace("lathe, to: rack}", "lathe, to: {rack: 99 %, store: 1 %}}")
    plant = Plant(build_line(load_text(text)), seed=1)
    plant.advance(100 * HOUR)

    assert plant.stop is not None
    assert plant.stop.kind == "deadlock"
    assert plant.time == plant.stop.at


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("lathe_2:slow:12%:0h", Fault(kind="slow", station="lathe_2", factor=1.12, onset=0)),
        ("a:slow:0.5%:90min", Fault(kind="slow", station="a", factor=1.005, onset=90 * 60 * 10**9)),
    ],
)
def test_a_fault_is_read_as_written(text, fault):
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("lathe", "expected STATION:KIND:SIZE:ONSET, such as lathe_2:slow:12%:0h"),
        ("lathe:fast:12%:0h", "no kind 'fast'.  Known: slow"),
        ("lathe:slow:12:0h", "a size is a percentage"),
        ("lathe:slow:-3%:0h", "a size is a percentage"),
        ("lathe:slow:nan%:0h", "a size is a percentage"),
        ("lathe:slow:12%:0", "with its unit"),
    ],
)
def test_a_fault_written_wrong_says_what_would_do(text, what):
    with pytest.raises(CellError) as caught:
        parse_fault(text)
    assert what in str(caught.value)


def test_a_fault_of_a_station_that_is_not_there_names_the_nearest():
    with pytest.raises(CellError, match=r"no station 'lathe_9'\.  Did you mean 'lathe_2'"):
        parse_fault("lathe_9:slow:12%:0h").check(["lathe_2", "deburr"])


def test_a_pace_follows_the_clock_and_forgives_a_stall():
    pace = Pace(60.0)

    assert pace.allowed(0, now=7) == 0
    assert pace.allowed(0, now=7 + NS_PER_S // 2) == 30 * NS_PER_S
    assert pace.allowed(0, now=7 + 3 * NS_PER_S) == 0  # stalled: goes on from here
    assert pace.allowed(0, now=7 + 3 * NS_PER_S + 1000) == 60_000
    assert Pace(None).allowed(0, now=7) is None


TIMER = """
taktwin: 1
name: timer
products: {shaft: {}}
sources: {saw: {product: shaft, saturated: true}}
stations: {mill: {process: 503 ms}}
sinks: {store: {}}
flow: [{from: saw, to: mill}, {from: mill, to: store}]
run: {horizon: 8 h}
"""


def test_what_a_scan_costs_is_in_the_twin_and_not_in_a_naive_one():
    naive = build_line(load_text(TIMER))
    line, end = replace(naive, scan=10 * MS), 600 * NS_PER_S

    logs = [Plant(line, seed=3).close(end)]
    logs += [run_kernel(x, seed=9, end=end).log.activities for x in (line, naive)]
    plant, twin, blind = (int((log["state"] == State.FINISHED).sum()) for log in logs)

    assert twin == pytest.approx(plant, rel=0.005)
    assert plant == pytest.approx(600 / 0.51, rel=0.005)  # 503 ms are noticed after 510
    assert blind > 1.01 * plant

"""Claims about the tags of an emulated controller, and about timers and counters in scans."""

from dataclasses import replace

import numpy as np

from cells.load import load_text
from twin.bridge.iec import Ctu, Ton
from twin.bridge.machine import Machine
from twin.bridge.packml import STATION_STATES, PackState
from twin.bridge.plant import Plant
from twin.build import build_line
from twin.kernel.states import Ending, State

MS, NS_PER_S = 1_000_000, 1_000_000_000
HOUR = 3600 * NS_PER_S
CELL = """
taktwin: 1
name: with_scrap
products: {shaft: {}}
sources: {saw: {product: shaft, every: {exponential: {mean: 20 s}}}}
stations:
  mill: {process: {lognormal: {mean: 17 s, cv: 0.2}}, queue: 3}
  lathe:
    process: {lognormal: {mean: 15 s, cv: 0.2}}
    queue: 3
    failures:
      jam: {after: {exponential: {mean: 5 min}}, repair: 30 s, on_failure: scrap}
sinks: {store: {}}
flow: [{from: saw, to: mill}, {from: mill, to: lathe}, {from: lathe, to: store}]
run: {horizon: 8 h}
"""


def produced(hours, step=HOUR // 7):
    """Return a machine that has produced for some hours, and its log."""
    plant = Plant(replace(build_line(load_text(CELL)), scan=10 * MS), seed=4)
    machine, pieces = Machine(plant, scan=10 * MS), []
    while not machine.produces:
        machine.step()
    while plant.time < hours * HOUR:
        begun = plant.time
        pieces.append(plant.advance(min(begun + step, hours * HOUR)))
        machine.produced(pieces[-1], plant.time - begun)
    return machine, np.concatenate(pieces)


def test_the_tags_count_what_the_log_says():
    machine, log = produced(4)
    tags = machine.status()["tags"]
    left = {s: int((log["state"] == s).sum()) for s in (State.FINISHED, State.SCRAPPED)}
    entered = int((log["state"] == State.ENTERED).sum())

    assert left[State.SCRAPPED] > 5
    assert tags["Admin.ProdProcessedCount"] == sum(left.values())
    assert tags["Admin.ProdDefectiveCount"] == left[State.SCRAPPED]
    assert machine.status()["inside"] == entered - sum(left.values())
    mill = log[log["resource"] == machine.plant.line.resources.index("mill")]
    done = (mill["state"] == State.WORKING) & (mill["cause"] == Ending.DONE)
    assert tags["mill.Admin.ProdProcessedCount"] == done.sum()
    for state in (State.WORKING, State.STARVED):
        spent = (mill["t1"] - mill["t0"])[mill["state"] == state].sum() // NS_PER_S
        shown = tags["mill.Admin.StateCumulativeTime"][STATION_STATES[state]]
        assert shown >= spent  # blocked is suspended too


def test_the_unit_knows_how_long_it_has_been_in_its_state():
    machine, _ = produced(1)
    tags = machine.status()["tags"]

    assert tags["Status.StateCurrent"] == PackState.EXECUTE
    assert tags["Admin.StateCurrentTime"] == 3_600
    assert tags["Admin.StateCumulativeTime"][PackState.EXECUTE] == tags["Admin.StateCurrentTime"]


def test_memory_that_is_lost_takes_the_counts_with_it():
    machine, _ = produced(1)
    machine.forget()

    assert machine.status()["tags"]["Admin.ProdProcessedCount"] == 0


def test_a_written_command_is_shown():
    machine, _ = produced(1)
    machine.write("mill.Command.MachSpeed", 0.5)
    tags = machine.status()["tags"]

    assert tags["mill.Command.MachSpeed"] == tags["mill.Status.MachSpeed"] == 0.5


def test_a_timer_is_late_by_less_than_a_scan_and_counts_only_while_its_input_is_on():
    timer = Ton(preset=25 * MS)

    assert [timer(True, t * MS) for t in (0, 10, 20, 30)] == [False, False, False, True]
    assert timer.elapsed == 25 * MS
    assert not timer(False, 40 * MS)
    assert [timer(True, t * MS) for t in (50, 60, 70, 80)] == [False, False, False, True]


def test_a_counter_counts_edges_and_says_when_it_has_counted_enough():
    counter = Ctu(preset=2)

    assert [counter(on) for on in (True, True, False, True)] == [1, 1, 1, 2]
    assert counter.q
    assert counter(True, reset=True) == 0
    assert not counter.q
    counter(False)
    assert [counter.pulse(), counter.pulse()] == [1, 2]

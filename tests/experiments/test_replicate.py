"""Claims about running a cell as often as its figures need."""

import dataclasses

import pytest
from numba import config

from cells.load import load_text
from tests.results.sample_lines import HOUR, ONE_MACHINE, SHIFTED, cell_and_line
from twin.experiments.replicate import make_plan, period_of, pilot, run_cell
from twin.kernel.stops import RunError
from twin.results.schedule import DAY

RANDOM = ONE_MACHINE.replace("process: 10 s", "process: {exponential: {mean: 10 s}}")
LONG_BELT = """
taktwin: 1
name: long_belt
products: {shaft: {}}
sources: {saw: {product: shaft, saturated: true}}
conveyors: {belt: {length: 720 m, speed: 0.1 m/s, pitch: 1 m}}
stations: {mill: {process: {exponential: {mean: 60 s}}}}
sinks: {done: {}}
flow:
  - {from: saw, to: belt}
  - {from: belt, to: mill}
  - {from: mill, to: done}
run: {horizon: 20 h, warm_up: 0 s, replications: 2, seed: 1}
"""
DEADLOCK = """
taktwin: 1
name: stuck
products: {shaft: {}}
buffers: {loop: {capacity: 1}}
stations: {mill: {process: 10 s}}
sources: {saw: {product: shaft, saturated: true}}
sinks: {done: {}}
flow:
  - {from: saw, to: loop}
  - {from: loop, to: mill}
  - {from: mill, to: {loop: 100 %, done: 0 %}}
run: {horizon: 1 h, warm_up: 0 s, replications: 2, seed: 1}
"""


def test_a_cell_runs_as_its_file_says():
    cell, line = cell_and_line(ONE_MACHINE.replace("process: 10 s", "process: 60 s"))
    run = run_cell(cell, line)
    assert run.results.replications == 3
    assert run.results.seed == 1
    assert run.results.window.end == 36000.0
    assert run.results.throughput.mean == pytest.approx(60.0)
    assert run.tally.finished.shape[0] == 3
    assert run.log.end == 8 * HOUR


def test_options_override_the_file():
    cell, line = cell_and_line(RANDOM)
    run = run_cell(cell, line, seed=9, replications=4, horizon=HOUR, warm_up=HOUR // 2)
    assert (run.results.seed, run.results.replications) == (9, 4)
    assert (run.results.window.start, run.results.window.end) == (1800.0, 3600.0)
    assert run.results.warm_up.how == "0.5 h are left out, as the cell file says."


def test_the_same_seed_gives_the_same_results():
    cell, line = cell_and_line(RANDOM)
    first, second = (run_cell(cell, line, horizon=HOUR).results for _ in range(2))
    assert first == second
    assert run_cell(cell, line, horizon=HOUR, seed=2).results.output != first.output


def test_replications_are_added_until_the_precision_is_reached():
    cell, line = cell_and_line(RANDOM)
    goal = 0.05 if config.DISABLE_JIT else 0.025
    coarse = run_cell(cell, line, horizon=HOUR, replications=3, precision=5.0).results
    fine = run_cell(cell, line, horizon=HOUR, replications=3, precision=goal).results
    assert coarse.replications == 3
    assert fine.replications > 3  # 360 parts an hour: one is known to 1.96 / sqrt(360) = 10 %
    assert fine.throughput.relative <= goal
    at_once = run_cell(cell, line, horizon=HOUR, replications=fine.replications).results
    assert at_once.throughput == fine.throughput


def test_a_warm_up_longer_than_the_run_is_refused():
    cell, line = cell_and_line(ONE_MACHINE)
    with pytest.raises(RunError, match="leaves nothing of a horizon of 3600 s"):
        run_cell(cell, line, horizon=HOUR, warm_up=HOUR)


def test_a_line_that_stops_for_ever_is_told_with_its_reason():
    cell = load_text(DEADLOCK)
    _, line = cell_and_line(DEADLOCK)
    with pytest.raises(RunError, match="stuck: the line cannot go on: deadlock at"):
        run_cell(cell, line)


def test_a_line_that_fills_slowly_has_a_warm_up_that_is_found():
    cell, line = cell_and_line(LONG_BELT)
    found = pilot(line, seed=1, replications=2, end=20 * HOUR)
    assert found.found
    assert 2 * 3600 <= found.length <= 3 * 3600  # the first part takes 2 h to arrive
    auto = make_plan(cell.model_copy(update={"run": _auto(cell.run)}), line, horizon=20 * HOUR)
    assert auto.start == round(found.length * 1e9)


def _auto(run):
    return run.model_copy(update={"warm_up": "auto"})


def test_shifts_do_not_disturb_the_search_for_the_warm_up():
    _, line = cell_and_line(SHIFTED.replace("shaft: 20 s, disc: 40 s", "shaft: 160 s, disc: 320 s"))
    for days in (10, 21):
        found = pilot(line, seed=1, replications=2, end=days * DAY)
        assert found.found
        assert found.length <= 2 * 86400


def test_periods_suit_the_length_of_the_window():
    assert period_of(30 * DAY) == DAY
    assert period_of(5 * DAY) == HOUR
    assert period_of(2 * HOUR) == HOUR // 6


def test_progress_is_told():
    seen = []
    cell, line = cell_and_line(ONE_MACHINE)
    run_cell(cell, line, horizon=HOUR, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (3, 3)


def test_a_plan_is_frozen():
    cell, line = cell_and_line(ONE_MACHINE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_plan(cell, line).seed = 2

"""Claims about robots that run the programs of stations: they come, and they do not seem idle."""

import re

import pytest

from cells.errors import CellFileError
from cells.load import find_cell, load_text
from tests.agreement import differ_logs
from twin.build import build_line
from twin.kernel import run as kernel
from twin.kernel.states import State
from twin.motion import move_times, tables
from twin.programs import plans
from twin.reference import run as reference

S = 10**9
WELD = """
  weld:
    robot: arm
    start: tray
    points: {seam: {position: [450 mm, 150 mm, 260 mm]}, end: {position: [450 mm, 250 mm, 260 mm]}}
    steps:
      - {move_l: seam, speed: 0.2 m/s}
      - {move_l: end, speed: 20 mm/s}
      - {move_j: tray}
"""


def shown(log, line, resource: str) -> dict[State, float]:
    """Return the share of time of each state of a resource."""
    rows = log.activities[log.activities["resource"] == line.resources.index(resource)]
    return {
        state: float((rows["t1"] - rows["t0"])[rows["state"] == state].sum()) / log.end
        for state in State
    }


def test_a_robot_that_runs_the_program_of_a_station_is_not_idle():
    cell = load_text(find_cell("standard_cycle").read_text(), "cell.yaml")
    line = build_line(cell, move_times(cell))

    logs = [engine.simulate(line, seed=1, end=60 * S) for engine in (kernel, reference)]

    assert differ_logs(line, *logs) is None
    assert shown(logs[0].log, line, "arm")[State.ATTENDING] > 0.999
    assert shown(logs[0].log, line, "arm")[State.IDLE] == 0


def tending(bench: str = "{program: weld, at: tray}"):
    """Return a cell whose robot loads a bench and then works at it."""
    return load_text(_with(find_cell("standard_cycle").read_text(), bench), "cell.yaml")


def _with(text: str, bench: str) -> str:
    places = (
        "places:\n  nest: {position: [400 mm, -200 mm, 200 mm]}\n"
        "  tray: {position: [450 mm, 200 mm, 200 mm]}\n"
        "buffers: {rack: {capacity: 2, at: nest}}\n"
    )
    text = text.replace("bench: {program: arch}", f"bench: {bench}").replace(
        "sources:\n", places + "sources:\n"
    )
    text = text.replace(
        "- {from: feeder, to: bench}",
        "- {from: feeder, to: rack}\n  - {from: rack, to: bench, by: arm}",
    )
    return text.replace("\nflow:", WELD + "\nflow:")


def test_a_robot_with_more_to_do_comes_to_where_its_program_begins():
    cell = tending()
    line, motion = build_line(cell, move_times(cell)), tables(cell)
    made = plans(cell, motion)["weld"]
    _, table = motion["arm"]

    logs = [engine.simulate(line, seed=1, end=600 * S) for engine in (kernel, reference)]

    assert differ_logs(line, *logs) is None
    states = shown(logs[0].log, line, "arm")
    assert states[State.ATTENDING] > 0.5
    assert states[State.CARRYING] > 0.01
    approach = table.joints_approach[table.names.index("tray")]
    assert made.motions[0][1].sample([0.0]).q[0] == pytest.approx(approach, abs=1e-6)


@pytest.mark.parametrize(
    ("bench", "says"),
    [
        ("{program: weld}", "robot 'arm' has more to do and has to come here for it; give the"
         " station `at: tray`"),
        ("{program: weld, at: nest}", "comes to 'nest'; let program 'weld' start there:"
         " `start: nest`"),
    ],
)  # fmt: skip
def test_a_program_to_which_the_way_would_not_be_timed_is_refused(bench, says):
    with pytest.raises(CellFileError, match=re.escape(says)):
        tending(bench)


def test_a_robot_in_a_fixed_sequence_cannot_run_a_program_too():
    text = _with(find_cell("standard_cycle").read_text(), "{program: weld, at: tray}")
    text = text.replace("model: kr6_r700_2", "model: kr6_r700_2\n    serves: {sequence: [rack]}")
    with pytest.raises(CellFileError, match="'arm' serves in a fixed sequence and cannot be"):
        load_text(text, "cell.yaml")

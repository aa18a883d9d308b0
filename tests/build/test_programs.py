"""Claims about programs in a line: their times, where they go, and what is said of bad ones."""

import re

import numpy as np
import pytest

from cells.errors import CellError, CellFileError
from cells.load import find_cell, load_text
from robots.errors import MotionError
from twin.build import build_line
from twin.motion import fixtures_of, move_times, tables
from twin.programs import meetings, plans, program_of

TEXT = find_cell("standard_cycle").read_text()


def cell(old: str = "", new: str = ""):
    assert old in TEXT
    return load_text(TEXT.replace(old, new, 1) if old else TEXT, "cell.yaml")


HANDLED = """
  picking:
    robot: arm
    start: nest
    pick_at: nest
    frames:
      jig: {position: [400 mm, -200 mm, 200 mm], turn: [0 deg, 0 deg, 90 deg]}
    points:
      inside: {position: [0 mm, 0 mm, 0 mm], frame: jig}
    steps:
      - {move_l: inside, speed: 0.1 m/s}
      - {grip: close}
      - {wait: 250 ms}
      - {move_l: nest, speed: 0.1 m/s}
"""


def handling():
    """Return the standard cycle's cell with a robot that picks by a program."""
    text = TEXT.replace("\nflow:", HANDLED + "\nflow:").replace(
        "mass: 0 kg, open: 0 s, close: 0 s", "mass: 1 kg, open: 0 s, close: 300 ms"
    )
    places = (
        "places:\n  nest: {position: [400 mm, -200 mm, 200 mm]}\n"
        "  tray: {position: [400 mm, 200 mm, 200 mm]}\n"
    )
    text = text.replace("bench: {program: arch}", "bench: {process: 2 s, at: tray}")
    text = text.replace(
        "sources:\n", places + "buffers: {rack: {capacity: 2, at: nest}}\nsources:\n"
    )
    text = text.replace(
        "- {from: feeder, to: bench}",
        "- {from: feeder, to: rack}\n  - {from: rack, to: bench, by: arm}",
    )
    return load_text(text, "cell.yaml")


def test_a_station_takes_the_time_of_its_program():
    one = cell()
    times = move_times(one)

    line = build_line(one, times)

    ns = times["arm"].programs["arch"]
    assert 0.40e9 < ns < 0.50e9
    station = line.node_names.index("bench")
    assert line.dists[line.process[station, 0]]["a"] == ns


def test_a_program_at_a_place_is_how_the_robot_handles_there():
    one = handling()
    motion = tables(one)
    made = plans(one, motion)["picking"]

    times = move_times(one)["arm"]

    row = times.places.index("nest")
    assert times.pick[0, row] == round(made.duration * 1e9)
    assert made.duration > 2 * 0.08 / 0.1 + 0.55
    assert [a.kind for a in made.activities] == ["move", "grip", "wait", "move"]
    _, table = motion["arm"]
    joints = made.joints(np.array([0.0, made.duration]))
    assert joints == pytest.approx(np.tile(table.joints_approach[row], (2, 1)), abs=1e-6)


def test_a_point_in_a_frame_turns_with_it():
    program = program_of(handling(), "picking")

    pose = program.steps[0].pose_cell_tcp
    assert pose[:3, 3] == pytest.approx([0.4, -0.2, 0.2])
    assert pose[:3, 0] == pytest.approx([0.0, 1.0, 0.0], abs=1e-12)


def test_a_program_that_does_not_come_back_cannot_be_repeated():
    one = cell("      - {move_l: pick}\n", "")

    with pytest.raises(MotionError, match="add a last step to 'pick'"):
        move_times(one)


def test_a_program_without_a_time_is_asked_for():
    with pytest.raises(CellError, match=re.escape("how long does program 'arch' take?")):
        build_line(cell())


def test_a_mesh_is_a_fixture(tmp_path):
    lines = "".join(f"v {x} {y} {z}\n" for x in (0, 100) for y in (0, 200) for z in (0, 50))
    (tmp_path / "block.obj").write_text(lines + "f 1 2 4 3\nf 5 6 8 7\nf 1 2 6 5\nf 3 4 8 7\n")
    fixture = "fixtures: {block: {mesh: block.obj, unit: mm, position: [1 m, 0 m, 0 m]}}\nflow:"

    (one,) = fixtures_of(cell("flow:", fixture), tmp_path)

    assert one.name == "block_1"
    assert one.size == pytest.approx((0.1, 0.2, 0.05))
    assert one.pose_cell_fixture[:3, 3] == pytest.approx([1.05, 0.1, 0.025])


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ("mesh: ../x.obj", "expected an .stl or .obj file beside this one"),
        ("mesh: x.obj, box: [1 m, 1 m, 1 m]", "give exactly one shape"),
        ("box: [1 m, 1 m, 1 m], unit: mm", "`unit` goes with `mesh`"),
    ],
)
def test_a_wrong_mesh_is_told(shape, message):
    with pytest.raises(CellFileError, match=re.escape(message)):
        cell("flow:", f"fixtures: {{block: {{{shape}, position: [1 m, 0 m, 0 m]}}}}\nflow:")


def test_arms_that_run_programs_at_one_time_are_looked_at():
    arm = re.search(r"  arm:\n    model.*?\n\n", TEXT, re.DOTALL).group(0)
    arch = re.search(r"  arch:\n.*?\n\n", TEXT, re.DOTALL).group(0)
    beside = arm.replace("  arm:", "  other:").replace(
        "[0 mm, 0 mm, 0 mm]", "[0 mm, 1200 mm, 0 mm]"
    )
    there = arch.replace("  arch:", "  there:").replace("robot: arm", "robot: other")
    there = re.sub(r"(-?150) mm, 3", lambda m: f"{1200 + int(m[1])} mm, 3", there)
    text = TEXT.replace(arm, arm.rstrip() + "\n" + beside).replace(
        arch, arch.rstrip() + "\n" + there
    )
    both = load_text(text, "cell.yaml")

    gaps = meetings(both, plans(both, {}))

    assert list(gaps) == ["arch and there"]
    assert 0.3 < gaps["arch and there"] < 1.2

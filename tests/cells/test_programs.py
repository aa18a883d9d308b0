"""Claims about robot programs in a cell file: what is refused, and what is said."""

import re

import pytest

from cells.errors import CellFileError
from cells.load import find_cell, load_text

TEXT = find_cell("standard_cycle").read_text()


def faults(old: str, new: str) -> str:
    assert old in TEXT
    with pytest.raises(CellFileError) as told:
        load_text(TEXT.replace(old, new), "cell.yaml")
    return str(told.value)


def test_the_ready_made_cell_is_right():
    cell = load_text(TEXT, "cell.yaml")

    assert cell.programs["arch"].steps[0].blend == 0.025
    assert cell.stations["bench"].program == "arch"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("program: arch", "program: ark", "no program named 'ark'"),
        ("{program: arch}", "{}", "give `process: 45 s`, or the `program` of a robot"),
        ("{program: arch}", "{program: arch, process: 2 s}", "leave out `process`"),
        ("robot: arm", "robot: arn", "no robot named 'arn'"),
        ("start: pick", "start: pock", "no point or place named 'pock'.  Did you mean 'pick'"),
        ("move_l: place_above, blend", "move_l: there, blend", "no point or place named 'there'"),
        ("{move_l: place}", "{wait: 1 s, grip: open}", "it gives wait and grip"),
        ("{move_l: place}", "{blend: 5 mm}", "a step is exactly one of move_j, .*; it gives none"),
        ("{move_l: place}", "{move_c: place}", "a circle needs `via`"),
        ("{move_l: place}", "{move_l: place, joint_speed: 50 %}", "`joint_speed` goes with move_j"),
        ("{move_l: place}", "{tool: torch}", "no tool named 'torch'.  .*gripper"),
        ("{move_l: place}", "{override: 0 %}", "the share must be above 0 %"),
        ("{move_l: place}", "{move_l: place, blend: -1 mm}", "the blend must be at least 0 mm"),
        ("torque: 100 %", "torque: 0 %", "the share of torque must be above 0 %"),
        ("carries: 1 kg", "place_at: nest", "no place named 'nest'"),
        ("carries: 1 kg", "speed: 1 m/s", "speed"),
        (
            "300 mm]}\n      pick_above",
            "300 mm], frame: jig}\n      pick_above",
            "no frame named 'jig'",
        ),
    ],
)
def test_a_fault_is_named_with_what_would_do(old, new, message):
    text = faults(old, new)

    assert re.search(message, text), text
    assert "cell.yaml:" in text


def test_an_acceleration_carries_its_unit():
    assert "write an acceleration with its unit, such as 1.2 m/s2" in faults(
        "{move_l: place}", "{move_l: place, acceleration: 2}"
    )

"""Claims about the hours of people."""

import pytest

from tests.results.sample_lines import HOUR, TENDED, cell_and_line, tallied
from twin.results.kpi import summarise

# A part takes 13 s of the mill: a setter attends loading for 2 s, it works 10 s, and a packer picks
# the part in 1 s.  The packer needs 2 s more to place it.
STAFFED = """
taktwin: 1
name: staffed
products: {shaft: {}}
sources: {saw: {product: shaft, saturated: true}}
stations:
  mill: {load: 2 s, process: 10 s, needs: [{operator: setter, during: load}, {tool: wrench}]}
operators:
  setter: {count: 2, skills: [repair, welding]}
  packer: {pick: 1 s, place: 2 s, skills: [repair]}
tools: {wrench: {count: 3}}
sinks: {done: {}}
flow:
  - {from: saw, to: mill}
  - {from: mill, to: done, by: packer}
run: {horizon: 13 h, warm_up: 1 h, replications: 2, seed: 1}
"""


@pytest.fixture(scope="module")
def staffed():
    cell, line = cell_and_line(STAFFED)
    return summarise(cell, line, tallied(line, start=HOUR, end=14 * HOUR))


def test_hours_are_those_of_people_by_group_and_by_skill(staffed):
    assert [(one.name, one.kind, one.people) for one in staffed.labour] == [
        ("setter", "group", 2),
        ("packer", "group", 1),
        ("repair", "skill", 3),
        ("welding", "skill", 2),
    ]


@pytest.mark.parametrize(
    ("which", "attended", "busy", "on_shift"),
    [(0, 2, 2, 26), (1, 0, 3, 13), (2, 2, 5, 39), (3, 2, 2, 26)],
)
def test_seconds_a_part_are_hours_a_thousand_parts(staffed, which, attended, busy, on_shift):
    found = staffed.labour[which]

    hours = [hours.mean * 3.6 for hours in (found.attended, found.busy, found.on_shift)]
    assert hours == pytest.approx([attended, busy, on_shift], rel=1e-3)
    assert found.busy.unit == "h/1000 parts"


def test_tools_are_tools(staffed):
    assert [one.kind for one in staffed.carriers] == ["operator", "operator", "tool"]


def test_without_a_good_part_hours_are_not_known():
    cell, line = cell_and_line(TENDED)

    assert summarise(cell, line, tallied(line, end=1)).labour[0].busy.text() == "not known"

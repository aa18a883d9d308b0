"""Claims about what robots and operators are asked to do."""

import pytest

from tests.cell_texts import faults_of

CREW = "operators: {{crew: {{pick: 1 s, place: 1 s, serves: {}}}}}"
FLOW = """[{from: src, to: [mill, lathe], by: crew}, {from: mill, to: out, by: crew},
  {from: lathe, to: out}]"""


@pytest.mark.parametrize(
    ("serves", "fault"),
    [
        ("downstream_frst", "found 'downstream_frst'.  Did you mean 'downstream_first'?"),
        ("{sequence: [src]}", "'crew' carries parts from mill too; name each in the sequence"),
        (
            "{sequence: [src, mill, lathe_1]}",
            "serves.sequence[2]: 'crew' carries nothing from 'lathe_1'; it would wait there",
        ),
        ("{sequence: [src, mill, lathe]}", "several machines; name each of lathe_1, lathe_2"),
        ("{sequence: [src, mil]}", "station named 'mil'.  Did you mean 'mill'?"),
        ("{sequence: []}", "expected at least 1 values"),
        ("{order: [src]}", "unknown key 'order'"),
        (
            "longest",
            "expected 'downstream_first', 'longest_wait', 'first_come'",
        ),
    ],
)
def test_a_rule_or_sequence_that_cannot_be_is_refused(serves, fault):
    assert fault in faults_of(flow=FLOW, more=CREW.format(serves))


STAFF = "operators: {{fixers: {{skills: [repair], count: 2}}, crew: {{{}}}}}"
MILL = "{{mill: {{process: 2 s, {}}}, lathe: {{process: 2 s, count: 2}}}}"


@pytest.mark.parametrize(
    ("mill", "crew", "fault"),
    [
        ("needs: {operator: fixer}", "", "named 'fixer'.  Did you mean 'fixers'?"),
        ("needs: {skill: fixers}", "", "no skill named 'fixers'"),
        (
            "needs: {operator: crew, skill: repair}",
            "",
            "exactly one of `robot`, `operator`, `skill` and",
        ),
        ("needs: {operator: crew, during: load}", "", "no `load`; give it one: load: 1 min"),
        ("needs: {operator: crew, count: 2}", "", "needs 2 of 'crew' at once; there are 1"),
        (
            "needs: [{skill: repair}, {skill: repair, count: 2, during: all}]",
            "",
            "needs 3 of 'repair' at once; there are 2",
        ),
        ("needs: {tool: gauge}", "", "no tool named 'gauge'"),
        ("needs: {operator: crew, during: []}", "", "no stage is named; write `during: process`"),
        ("needs: {operator: crew, during: work}", "", "expected 'setup', 'load', 'process'"),
        (
            "failures: {f: {after: 1 h, repair: 1 s, crew: repairs}}",
            "",
            "no group of operators, skill or tool named 'repairs'.  Did you mean 'repair'?",
        ),
        ("", "skills: [fixers]", "'fixers' is a group already; call the skill something else"),
        ("", "skills: [a, a]", "the skill 'a' is named twice"),
        (
            "needs: {operator: crew}",
            "pick: 1 s, place: 1 s, serves: {sequence: [src]}",
            "'crew' serves in a fixed sequence and answers no call",
        ),
    ],
)
def test_a_call_that_cannot_be_answered_is_refused(mill, crew, fault):
    assert fault in faults_of(stations=MILL.format(mill), more=STAFF.format(crew))


def test_whoever_carries_parts_takes_time_to_pick_and_place_them():
    faults = faults_of(flow=FLOW, more="operators: {crew: {pick: 1 s}}")

    assert "operators.crew.place: 'crew' carries parts; how long does it take?" in faults


def test_a_robot_that_has_to_be_there_needs_a_place_at_the_station():
    arm = "robots: {arm: {model: ur10e, gripper: {mass: 1 kg, open: 1 s, close: 1 s}}}"

    assert "robot 'arm' has no place at 'mill'; give the station `at`" in faults_of(
        stations=MILL.format("needs: {robot: arm}"), more=arm
    )


@pytest.mark.parametrize(
    ("gripper", "serves", "fault"),
    [
        ("type: dual", "nearest", "a dual gripper needs `exchange`: write {type: dual, exchange"),
        ("exchange: 1 s", "nearest", "only a dual gripper has `exchange`"),
        (
            "type: dual, exchange: 1 s",
            "{sequence: [src]}",
            "a fixed sequence leaves no choice to exchange parts; use a single gripper",
        ),
    ],
)
def test_a_gripper_that_cannot_exchange_is_refused(gripper, serves, fault):
    hand = f"{{mass: 1 kg, open: 1 s, close: 1 s, {gripper}}}"
    arm = f"{{model: ur10e, gripper: {hand}, serves: {serves}}}"

    assert fault in faults_of(more=f"robots: {{arm: {arm}}}")

"""What the order at one instant decides is found, and nothing else."""

import pytest

from cells.load import load_text
from twin.build import build_line
from twin.experiments.ties import check_ties, said
from twin.kernel.model import NS_PER_S as NS

LINE = """taktwin: 1
name: ties
products: {{p: {{}}}}
sources: {{s: {{product: p, every: {every}}}, t: {{product: p, every: {other}}}}}
buffers: {{b: {{capacity: {room}}}}}
stations: {{m: {{process: {process}{more}}}}}
sinks: {{out: {{}}}}
shifts: {{day: {{period: 20 s, on: 12 s}}}}
flow: [{{from: s, to: b}}, {{from: t, to: b}}, {{from: b, to: m}}, {{from: m, to: out}}]
run: {{horizon: 1 h}}
"""


def ties(every="7 s", other="7 s", room=1, process="20 s", more="", horizon=60):
    text = LINE.format(every=every, other=other, room=room, process=process, more=more)
    return check_ties(build_line(load_text(text)), seed=1, horizon=horizon * NS)


def test_two_parts_that_come_together_and_want_one_place_are_a_tie():
    found = ties()

    # At 7 s and at 27 s the place in the buffer is for one of two that came together; at 47 s one
    # of them is left, which came before its rival.
    assert found.decided == {"which of two parts moved first": 2}
    assert found.any == 2
    assert "decided at 2 in a check run of" in said(found)


def test_parts_that_come_together_and_all_find_room_are_none():
    found = ties(room=1_000, other="11 s")

    assert found.any == 0
    assert "decided nothing in a check run of" in said(found)


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (", shifts: day", "whether an operation had ended when its shift changed"),
        (
            ", failures: {jam: {after: 5 s, repair: 1 s}}",
            "whether an operation had ended when its machine stopped",
        ),
    ],
)
def test_what_stops_a_machine_at_the_very_end_of_an_operation_is_a_tie(more, what):
    found = ties(every="7 s", other="500 s", room=9, process="5 s", more=more, horizon=13)

    assert found.decided == {what: 1}


def test_luck_makes_ties_rare():
    found = ties(every="{exponential: {mean: 7 s}}", other="{exponential: {mean: 7 s}}")

    assert found.instants > 10
    assert found.any == 0

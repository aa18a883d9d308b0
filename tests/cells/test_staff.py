"""Claims about what robots and operators are asked to do."""

import pytest

from tests.cell_texts import faults_of

CREW = "operators: {{crew: {{pick: 1 s, place: 1 s, serves: {}}}}}"
FLOW = """[{from: src, to: [mill, lathe], by: crew}, {from: mill, to: out, by: crew},
  {from: lathe, to: out}]"""


@pytest.mark.parametrize(
    ("serves", "fault"),
    [
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

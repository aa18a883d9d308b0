"""Robots and operators in small lines worked out by hand."""

from tests.reference.test_reference_traces import exits, run, spells
from twin.kernel.states import State

TWO_SOURCES = """
products: {p: {}}
sources:
  near: {product: p, every: 100 s, first: 1 s, pick_at: a}
  far: {product: p, every: 100 s, first: 2 s, pick_at: b}
sinks: {out: {place_at: a}, away: {place_at: b}}
operators: {crew: {walking: 1 m/s, pick: 1 s, place: 1 s, home: a, serves: RULE}}
flow: [{from: near, to: out, by: crew}, {from: far, to: away, by: crew}]
places: {a: {position: [0 m, 0 m, 0 m]}, b: {position: [5 m, 0 m, 0 m]}}
"""


def test_a_unit_goes_ahead_to_the_node_whose_turn_it_is_and_waits_there():
    line, outcome = run(TWO_SOURCES.replace("RULE", "{sequence: [far, near]}"), 30)

    assert spells(line, outcome, "crew", State.PICKING) == [(5, 6), (12, 13)]
    assert exits(line, outcome, "away") == [7]
    assert exits(line, outcome, "out") == [14]
    # After the second part it is the far one's turn again.
    assert spells(line, outcome, "crew", State.MOVING) == [(0, 5), (7, 12), (14, 19)]
    assert spells(line, outcome, "crew", State.IDLE) == [(19, 30)]


FIRST_COME = """
products: {p: {}, q: {}}
sources:
  early: {product: p, every: 100 s, first: 1 s, limit: 2, batch: 2}
  late: {product: q, every: 100 s, first: 6.5 s, limit: 1}
stations: {m: {process: {p: 3 s}}}
sinks: {out: {}, other: {}}
operators: {crew: {pick: 1 s, place: 1 s, serves: RULE}}
flow:
  - {from: early, to: m, by: crew}
  - {from: m, to: out, by: crew}
  - {from: late, to: other, by: crew}
"""


def test_first_come_counts_from_when_a_part_could_go_on_not_from_when_it_was_there():
    # The operator carries the first part away from 6 s to 8 s.  The station is free for the second,
    # which is there since 2 s, from 7 s on; the late part could go on from 6.5 s on.
    line, first_come = run(FIRST_COME.replace("RULE", "first_come"))
    _, longest_wait = run(FIRST_COME.replace("RULE", "longest_wait"))

    assert exits(line, first_come, "other") == [10]
    assert exits(line, longest_wait, "other") == [12]

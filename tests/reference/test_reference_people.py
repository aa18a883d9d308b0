"""Robots and operators in small lines worked out by hand."""

import numpy as np
import pytest

from cells.load import load_text
from tests.reference.test_reference_traces import NS, exits, run, spells
from twin.build import build_line
from twin.kernel.model import Line
from twin.kernel.outcome import Outcome
from twin.kernel.states import State
from twin.motion import MoveTimes
from twin.reference.run import simulate

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


CREW = """
products: {p: {}}
sources: {s: {product: p, saturated: true}, t: {product: p, saturated: true}}
stations:
  A: {process: 20 s, at: a, failures: {f: {after: {sequence: [4 s, 1 h]}, repair: 3 s, crew: WHO}}}
  B: {process: 20 s, at: b, failures: {f: {after: {sequence: [5 s, 1 h]}, repair: 2 s, crew: WHO}}}
sinks: {out: {}}
operators: {fixer: {walking: 1 m/s, home: a, skills: [repair]}}
flow: [{from: s, to: A}, {from: t, to: B}, {from: A, to: out}, {from: B, to: out}]
places: {a: {position: [0 m, 0 m, 0 m]}, b: {position: [5 m, 0 m, 0 m]}}
"""


def test_a_server_is_failed_until_somebody_has_come_to_repair_it():
    line, outcome = run(CREW.replace("WHO", "repair"), 30)

    assert spells(line, outcome, "A", State.UNDER_REPAIR) == [(4, 7)]
    assert spells(line, outcome, "A", State.FAILED) == []
    assert spells(line, outcome, "B", State.FAILED) == [(5, 12)]
    assert spells(line, outcome, "B", State.UNDER_REPAIR) == [(12, 14)]
    assert spells(line, outcome, "B", State.WORKING) == [(0, 5), (14, 29), (29, 30)]
    assert spells(line, outcome, "fixer", State.MOVING) == [(7, 12)]
    assert spells(line, outcome, "fixer", State.REPAIRING) == [(4, 7), (12, 14)]
    failed = next(row for row in outcome.log.activities if row["state"] == State.FAILED)
    assert line.resources[failed["cause"]] == "fixer"


def test_a_group_and_a_skill_of_that_group_are_called_alike():
    outcomes = [run(CREW.replace("WHO", who), 60)[1] for who in ("repair", "fixer")]

    assert (outcomes[0].log.activities == outcomes[1].log.activities).all()


MAINTAINED = """
products: {p: {}}
sources: {s: {product: p, every: 10 s, first: 1 s}}
stations:
  m: {process: 4 s, at: b, maintenance: {grease: {PLAN, takes: 3 s, crew: fixer}}}
sinks: {out: {}}
operators: {fixer: {walking: 1 m/s, home: a}}
flow: [{from: s, to: m}, {from: m, to: out}]
places: {a: {position: [0 m, 0 m, 0 m]}, b: {position: [2 m, 0 m, 0 m]}}
"""


def test_maintenance_that_is_due_waits_for_its_crew_and_takes_no_part_meanwhile():
    line, outcome = run(MAINTAINED.replace("PLAN", "every: 10 s"), 33)

    # Due at 10 s; the fixer walks until 12 s, and the part that comes at 11 s waits until 15 s.
    # Then due at 25 s, while the part of 21 s is worked on until 25 s: that ends first.
    assert spells(line, outcome, "m", State.WAITING_OPERATOR) == [(10, 12)]
    assert spells(line, outcome, "m", State.MAINTENANCE) == [(12, 15), (25, 28)]
    assert spells(line, outcome, "m", State.WORKING) == [(1, 5), (15, 19), (21, 25), (31, 33)]
    assert spells(line, outcome, "fixer", State.MOVING) == [(10, 12)]
    assert spells(line, outcome, "fixer", State.REPAIRING) == [(12, 15), (25, 28)]
    wait = next(row for row in outcome.log.activities if row["state"] == State.WAITING_OPERATOR)
    assert line.resources[wait["cause"]] == "fixer"


def test_whoever_maintains_a_station_with_nothing_to_do_comes_at_once():
    line, outcome = run(MAINTAINED.replace("PLAN", "when_idle: true"), 14)

    assert spells(line, outcome, "m", State.WAITING_OPERATOR) == [(0, 2)]
    assert spells(line, outcome, "m", State.MAINTENANCE) == [(2, 5), (9, 12)]
    assert spells(line, outcome, "m", State.WORKING) == [(5, 9), (12, 14)]


def test_a_crew_may_be_a_tool_that_stations_share():
    text = MAINTAINED.replace("PLAN", "every: 10 s").replace("operators", "tools")
    line, outcome = run(text.replace("{walking: 1 m/s, home: a}", "{count: 1}"), 20)

    assert spells(line, outcome, "m", State.WAITING_OPERATOR) == []  # tools are at hand
    assert spells(line, outcome, "m", State.MAINTENANCE) == [(10, 13)]
    assert spells(line, outcome, "fixer", State.REPAIRING) == [(10, 13)]


NEEDS = """
products: {p: {}}
sources: {s: {product: p, saturated: true}}
stations: {m: {process: 4 s, load: 1 s, at: b, needs: NEEDS}}
sinks: {out: {}}
operators:
  near: {walking: 1 m/s, home: a}
  far: {walking: 1 m/s, home: c}
flow: [{from: s, to: m}, {from: m, to: out}]
places:
  a: {position: [0 m, 0 m, 0 m]}
  b: {position: [3 m, 0 m, 0 m]}
  c: {position: [8 m, 0 m, 0 m]}
"""


def test_work_waits_for_the_operator_it_needs_and_lets_them_go_when_it_ends():
    line, outcome = run(NEEDS.replace("NEEDS", "{operator: near}"), 13)

    assert spells(line, outcome, "m", State.LOADING) == [(0, 1), (8, 9)]
    assert spells(line, outcome, "m", State.WAITING_OPERATOR) == [(1, 4)]
    assert spells(line, outcome, "m", State.WORKING) == [(4, 8), (9, 13)]
    assert spells(line, outcome, "near", State.MOVING) == [(1, 4)]
    assert spells(line, outcome, "near", State.ATTENDING) == [(4, 8), (9, 13)]
    assert spells(line, outcome, "near", State.IDLE) == [(0, 1), (8, 9)]


def test_those_whom_the_next_stage_needs_too_stay():
    line, outcome = run(NEEDS.replace("NEEDS", "{operator: near, during: all}"), 8)

    assert spells(line, outcome, "m", State.LOADING) == [(3, 4)]
    assert spells(line, outcome, "near", State.ATTENDING) == [(3, 8)]


def test_who_comes_first_attends_while_the_stage_waits_for_the_others():
    needs = "[{operator: near, during: load}, {operator: far, during: load}]"
    line, outcome = run(NEEDS.replace("NEEDS", needs), 6)

    assert spells(line, outcome, "near", State.ATTENDING) == [(3, 6)]
    assert spells(line, outcome, "far", State.ATTENDING) == [(5, 6)]
    assert spells(line, outcome, "m", State.WAITING_OPERATOR) == [(0, 5)]
    assert spells(line, outcome, "m", State.LOADING) == [(5, 6)]


def test_a_shift_end_of_the_station_lets_attendants_go_and_calls_them_anew():
    shifts = "shifts: {w: {period: 10 s, on: 6 s}}"
    body = NEEDS.replace("at: b, needs: NEEDS", "at: b, shifts: w, needs: {operator: near}")
    line, outcome = run(f"{body}{shifts}", 12)

    assert spells(line, outcome, "m", State.WORKING) == [(4, 6), (10, 12)]
    assert spells(line, outcome, "near", State.ATTENDING) == [(4, 6), (10, 12)]


CROSSED = """
products: {p: {}}
sources: {s: {product: p, saturated: true}, t: {product: p, saturated: true}}
stations:
  A: {process: 2 s, at: a, needs: [{operator: one}, {operator: two}]}
  B: {process: 2 s, at: b, needs: [{operator: one}, {operator: two}]}
sinks: {out: {}}
operators:
  one: {walking: 1 m/s, home: a, serves: nearest}
  two: {walking: 1 m/s, home: b, serves: nearest}
flow: [{from: s, to: A}, {from: t, to: B}, {from: A, to: out}, {from: B, to: out}]
places: {a: {position: [0 m, 0 m, 0 m]}, b: {position: [5 m, 0 m, 0 m]}}
"""


def test_stations_that_keep_each_other_s_attendants_are_a_deadlock():
    _, outcome = run(CROSSED)

    stop = outcome.stop
    assert (stop.kind, stop.at, stop.members) == ("deadlock", 0, ("A", "B"))
    assert stop.waits == ("A waits for two", "B waits for one")


DUAL = """
products: {p: {}}
sources: {s: {product: p, saturated: true, limit: 3, pick_at: a}}
stations: {m: {process: 10 s, at: b}}
sinks: {out: {place_at: a}}
robots: {arm: {model: ur10e, gripper: GRIPPER, home: a, serves: RULE}}
flow: [{from: s, to: m, by: arm}, {from: m, to: out, by: arm}]
places: {a: {position: [0 m, 0 m, 0 m]}, b: {position: [0.3 m, 0 m, 0 m]}}
"""


def tended(gripper: str, rule: str = "downstream_first") -> tuple[Line, Outcome]:
    """Return a machine that an arm tends, 2 s away; picking takes 1 s and placing 1.5 s."""
    text = DUAL.replace("GRIPPER", gripper).replace("RULE", rule)
    head = "taktwin: 1\nname: traced\nrun: {horizon: 100 s}\n"
    travel = np.array([[[0, 2 * NS], [2 * NS, 0]]] * 2)
    times = MoveTimes(("a", "b"), travel, np.full(2, NS), np.full(2, 3 * NS // 2))
    line = build_line(load_text(head + text), {"arm": times})
    return line, simulate(line, seed=1, end=60 * NS)


def test_a_single_gripper_empties_the_machine_before_it_fetches_the_next_part():
    line, outcome = tended("{mass: 1 kg, open: 0 s, close: 0 s}")

    # Pick, carry, place: at 4.5 s; finished at 14.5 s, carried out until 19 s, and so on.
    assert spells(line, outcome, "m", State.WORKING)[:2] == [(4.5, 14.5), (23.5, 33.5)]
    assert exits(line, outcome)[0] == 19


@pytest.mark.parametrize("rule", ["downstream_first", "longest_wait", "nearest", "priority"])
def test_a_dual_gripper_brings_the_next_part_and_takes_the_finished_one_away(rule):
    gripper = "{type: dual, exchange: 3 s, mass: 1 kg, open: 0 s, close: 0 s}"
    line, outcome = tended(gripper, rule)

    # It places the first part at 4.5 s and stands at the machine.  At 14.5 s it goes for the next
    # (2 s), picks it (1 s), comes back (2 s), exchanges (3 s), and carries the first out (3.5 s).
    assert spells(line, outcome, "m", State.WORKING)[:2] == [(4.5, 14.5), (22.5, 32.5)]
    assert spells(line, outcome, "m", State.WAITING_ROBOT)[1] == (14.5, 22.5)
    assert spells(line, outcome, "arm", State.PLACING)[1:3] == [(19.5, 22.5), (24.5, 26)]
    assert exits(line, outcome)[0] == 26


def test_stations_take_turns_with_a_tool_of_which_there_is_one():
    line, outcome = run(
        """
products: {p: {}}
sources: {s: {product: p, saturated: true}, t: {product: p, saturated: true}}
stations:
  A: {process: 4 s, needs: {tool: wrench}}
  B: {process: 3 s, needs: {tool: wrench}}
sinks: {out: {}}
tools: {wrench: {count: 1}}
flow: [{from: s, to: A}, {from: t, to: B}, {from: A, to: out}, {from: B, to: out}]
""",
        14,
    )

    assert spells(line, outcome, "A", State.WORKING) == [(0, 4), (7, 11)]
    assert spells(line, outcome, "B", State.WORKING) == [(4, 7), (11, 14)]
    assert spells(line, outcome, "wrench", State.ATTENDING) == [(0, 4), (4, 7), (7, 11), (11, 14)]

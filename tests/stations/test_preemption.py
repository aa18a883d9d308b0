"""Urgent parts take machines over, worked out by hand; both engines have to give every record."""

import pytest

from tests.cell_texts import faults_of
from tests.tracing import Traced
from twin.kernel.states import State
from twin.results.cycles import operations

ONE = """
products: {{low: {{priority: 2}}, high: {{priority: 1}}, top: {{priority: 0}}}}
sources:
  s0: {{product: low, every: 1 h, first: 0 s, batch: {lows}, limit: {lows}}}
  s1: {{product: high, every: 1 h, first: 3 s, limit: 1}}
  s2: {{product: top, every: 1 h, first: 4 s, limit: 1}}
stations:
  A: {{process: 10 s, queue: {{order: priority, capacity: 2}}, {station}}}
sinks: {{out: {{}}}}
flow:
  - {{from: s0, to: A}}
  - {{from: s1, to: A}}
  - {{from: s2, to: A}}
  - {{from: A, to: out}}
{more}
"""


def traced(station: str, lows: int = 1, more: str = "", **settings) -> Traced:
    return Traced(ONE.format(station=station, lows=lows, more=more), **settings)


def works(trace: Traced, server: str = "A") -> list[tuple]:
    """Return source, begin, end and cause of everything that was worked on."""
    names, rows = trace.line.resources, trace.rows
    chosen = rows[(rows["resource"] == names.index(server)) & (rows["state"] == State.WORKING)]
    causes = {-1: "done", -3: "interrupted", -5: "preempted"}
    return [
        (names[row["part"] >> 40], row["t0"] / 1e9, row["t1"] / 1e9, causes[int(row["cause"])])
        for row in chosen
    ]


def test_the_rest_is_worked_when_no_more_urgent_part_is_left():
    trace = traced("preempt: resume")

    assert works(trace) == [
        ("s0", 0, 3, "preempted"),
        ("s1", 3, 4, "preempted"),
        ("s2", 4, 14, "done"),
        ("s1", 14, 23, "done"),
        ("s0", 23, 30, "done"),
    ]
    waits = sorted(row[1:3] for row in trace.of("A_queue"))
    assert waits == [(3, 23), (4, 14)]
    assert trace.outcome.tally.count[trace.line.resources.index("A"), State.WORKING] == 3


def test_or_all_of_it_anew():
    assert works(traced("preempt: restart"))[2:] == [
        ("s2", 4, 14, "done"),
        ("s1", 14, 24, "done"),
        ("s0", 24, 34, "done"),
    ]


def test_a_part_taken_off_goes_before_those_that_are_as_urgent_and_needs_no_place():
    # The queue of two is full when the first part goes back into it.  The last one finds room at
    # 13 s, when the first comes to the machine again, and takes it over before that begins.
    trace = traced("preempt: resume", lows=2)

    assert [row[:3] for row in works(trace)] == [
        ("s0", 0, 3),
        ("s1", 3, 13),
        ("s2", 13, 23),
        ("s0", 23, 30),
        ("s0", 30, 40),
    ]
    numbers = [row[3] for row in trace.of("A", State.WORKING)]
    assert numbers[3:] == [1, 2]  # the first goes on first


def test_of_several_the_least_urgent_and_the_last_begun_gives_way():
    trace = traced("servers: 2, preempt: resume", lows=2)

    assert works(trace, "A[1]") == [
        ("s0", 0, 4, "preempted"),
        ("s2", 4, 14, "done"),
        ("s0", 14, 21, "done"),
    ]
    assert works(trace, "A[2]") == [
        ("s0", 0, 3, "preempted"),
        ("s1", 3, 13, "done"),
        ("s0", 13, 19, "done"),
    ]


def test_a_server_that_is_down_keeps_its_part_until_it_is_up():
    failures = "failures: {jam: {after: {sequence: [2 s, 1 h]}, repair: 5 s, clock: calendar}}"

    assert works(traced(f"preempt: resume, {failures}")) == [
        ("s0", 0, 2, "interrupted"),
        ("s2", 7, 17, "done"),
        ("s1", 17, 27, "done"),
        ("s0", 27, 35, "done"),
    ]


def test_maintenance_that_is_due_comes_before_more_urgent_parts():
    plan = "maintenance: {look: {every: 1 s, takes: 5 s}}"

    assert works(traced(f"preempt: resume, {plan}"), "A")[0] == ("s0", 0, 10, "done")


def test_overtime_is_not_given_to_others():
    shifts = "shifts: {day: {period: 50 s, on: 2 s}}"

    rows = works(traced("preempt: resume, shifts: day, at_shift_end: finish", more=shifts))
    assert rows[:2] == [("s0", 0, 10, "done"), ("s2", 50, 60, "done")]


def test_a_part_taken_off_does_not_lose_patience():
    body = ONE.format(station="preempt: resume", lows=1, more="")
    impatient = Traced(body.replace("capacity: 2", "patience: 15 s"))

    assert works(impatient) == works(traced("preempt: resume"))


def test_what_the_scan_has_not_noticed_is_no_work_left():
    rows = works(traced("preempt: resume", scan="7 s"))

    assert rows[0] == ("s0", 0, 3, "preempted")
    assert rows[2] == ("s2", 4, 14, "done")


@pytest.mark.parametrize(
    ("station", "message"),
    [
        ("preempt: resume", "go back into a queue: write `queue: {order: priority}`"),
        ("preempt: restart, queue: 3", "go back into a queue"),
        ("preempt: resume, queue: {order: lifo}", "go back into a queue"),
        ("preempt: resume, queue: {order: priority}, setup: 1 s", "with `setup`"),
        ("preempt: resume, queue: {order: priority}, batch: {most: 2}", "with `batch`"),
        ("preempt: resume, queue: {order: priority}, load: 1 s", "with `load`"),
    ],
)
def test_a_station_that_cannot_take_parts_off_is_told(station, message):
    stations = f"{{mill: {{process: 2 s, {station}}}, lathe: {{process: 2 s}}}}"

    found = faults_of(stations=stations)
    assert "cell.yaml:5: stations.mill.preempt: " in found
    assert message in found


def test_the_pieces_of_an_operation_count_together():
    trace = traced("preempt: resume", lows=2)

    found = operations(trace.line, trace.outcome.log)
    assert found.cycle.tolist() == [10, 10, 10, 10]
    assert (found.end / 1e9).tolist() == [13, 23, 30, 40]

"""Campaigns worked out by hand; both engines have to give every record."""

import pytest

from tests.cell_texts import TWO_WAYS, faults_of
from tests.tracing import Traced
from twin.kernel.states import State

TWO = """
products: {{a: {{}}, b: {{}}, c: {{}}}}
sources:
  s0: {{product: a, every: 1 h, first: 0 s, batch: 2, limit: 2}}
  s1: {{product: b, every: 1 h, first: 1 s, limit: 1}}
  s2: {{product: a, every: 1 h, first: {third} s, limit: 1}}
buffers: {{qa: {{}}, qb: {{}}}}
stations: {{A: {{process: 10 s, campaign: exhaustive, {station}}}}}
sinks: {{out: {{}}}}
flow:
  - {{from: s0, to: qa}}
  - {{from: s1, to: qb}}
  - {{from: s2, to: qa}}
  - {{from: qa, to: A}}
  - {{from: qb, to: A}}
  - {{from: A, to: out}}
{more}
"""


def traced(station: str, third: int = 500, more: str = "", **settings) -> Traced:
    return Traced(TWO.format(station=station, third=third, more=more), **settings)


def rows(trace: Traced, until: float = 60.0) -> list[tuple]:
    """Return state, begin and end of what the station did, with the product."""
    index = trace.line.resources.index("A")
    return [
        (State(row["state"]).name.lower(), row["t0"] / 1e9, row["t1"] / 1e9, int(row["product"]))
        for row in trace.rows
        if row["resource"] == index and row["t0"] / 1e9 < until
    ]


def test_a_product_is_served_until_none_waits_and_then_the_next():
    assert rows(traced("setup: 3 s, tooled_for: a"), 42) == [
        ("working", 0, 10, 0),
        ("working", 10, 20, 0),  # though b waits since 1
        ("setting_up", 20, 23, -1),
        ("working", 23, 33, 1),
        ("setting_up", 33, 36, -1),
        ("setting_up", 36, 39, -1),  # none of a waits: back to b; c never comes here
        ("setting_up", 39, 42, -1),
    ]


def test_a_part_that_comes_during_a_change_over_to_its_product_is_served_then():
    trace = traced("setup: 3 s, tooled_for: a", third=35)

    assert rows(trace)[4:7] == [
        ("setting_up", 33, 36, -1),
        ("working", 36, 46, 0),
        ("setting_up", 46, 49, -1),
    ]


def test_a_part_that_comes_when_the_change_over_begins_is_served_first():
    assert rows(traced("setup: 3 s, tooled_for: a", third=20))[1:4] == [
        ("working", 10, 20, 0),
        ("working", 20, 30, 0),
        ("setting_up", 30, 33, -1),
    ]


def test_from_nothing_the_first_product_is_set_up():
    table = "{a: {b: 2 s}, b: {a: 4 s}, any: {any: 1 s}}"

    assert rows(traced(f"setup: {table}"), 46) == [
        ("setting_up", 0, 1, -1),
        ("working", 1, 11, 0),
        ("working", 11, 21, 0),
        ("setting_up", 21, 23, -1),
        ("working", 23, 33, 1),
        ("setting_up", 33, 37, -1),
        ("setting_up", 37, 39, -1),
        ("setting_up", 39, 43, -1),
        ("setting_up", 43, 45, -1),
        ("setting_up", 45, 49, -1),
    ]


def test_a_failure_interrupts_a_change_over_which_goes_on_afterwards():
    failures = "failures: {jam: {after: {sequence: [21 s, 1 h]}, repair: 5 s, clock: calendar}}"

    assert rows(traced(f"setup: 3 s, tooled_for: a, {failures}"))[2:6] == [
        ("setting_up", 20, 21, -1),
        ("under_repair", 21, 26, -1),
        ("setting_up", 26, 28, -1),
        ("working", 28, 38, 1),
    ]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("suspend", [("setting_up", 20, 22), ("off_shift", 22, 50), ("setting_up", 50, 51)]),
        ("finish", [("setting_up", 20, 23), ("off_shift", 23, 50), ("working", 50, 60)]),
        ("start_if_fits", [("off_shift", 20, 50), ("setting_up", 50, 53), ("working", 53, 63)]),
    ],
)
def test_a_shift_end_treats_a_change_over_as_an_operation(policy, expected):
    more = "shifts: {day: {period: 50 s, on: 22 s}}"
    trace = traced(f"setup: 3 s, tooled_for: a, shifts: day, at_shift_end: {policy}", more=more)

    assert [row[:3] for row in rows(trace)][2:5] == expected


def test_maintenance_waits_for_the_end_of_a_change_over():
    plan = "maintenance: {look: {every: 21 s, takes: 5 s}}"

    assert [row[:3] for row in rows(traced(f"setup: 3 s, tooled_for: a, {plan}"))][2:5] == [
        ("setting_up", 20, 23),
        ("maintenance", 23, 28),
        ("working", 28, 38),
    ]


def test_a_change_over_needs_those_who_set_up():
    more = """
operators: {setter: {walking: 1 m/s, home: west}}
places: {west: {position: [0 m, 0 m, 0 m]}, east: {position: [4 m, 0 m, 0 m]}}
"""
    needs = "needs: {operator: setter, during: setup}, at: east"
    trace = traced(f"setup: 3 s, tooled_for: a, {needs}", more=more)

    assert [row[:3] for row in rows(trace)][2:5] == [
        ("waiting_operator", 20, 24),
        ("setting_up", 24, 27),
        ("working", 27, 37),
    ]


@pytest.mark.parametrize(
    ("station", "place", "message"),
    [
        ("campaign: exhaustive", "campaign", "say how long it takes: `setup: 5 min`"),
        ("campaign: exhaustive, setup: 1 s, queue: 3", "queue", "use a buffer for each"),
        ("campaign: exhaustive, setup: 0 s", "setup", "from part to other takes no time"),
        ("campaign: exhaustive, setup: {part: {other: 1 s}}", "setup", "from other to part"),
        ("campaign: exhaustive, setup: 1 s, batch: {most: 2}", "campaign", "with `batch`"),
        (
            "campaign: exhaustive, setup: 1 s, maintenance: {x: {when_idle: true, takes: 1 s}}",
            "maintenance",
            "it is never idle",
        ),
    ],
)
def test_a_campaign_badly_written_is_told(station, place, message):
    stations = f"{{mill: {{process: 2 s, {station}}}, lathe: {{process: 2 s}}}}"

    found = faults_of(stations=stations, sources=TWO_WAYS)
    assert f"cell.yaml:5: stations.mill.{place}: " in found
    assert message in found


def test_campaigns_of_one_product_are_refused():
    stations = "{mill: {process: 2 s, setup: 1 s, campaign: exhaustive}, lathe: {process: 2 s}}"

    assert "parts of two have to get here" in faults_of(stations=stations)

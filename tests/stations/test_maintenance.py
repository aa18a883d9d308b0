"""Preventive maintenance, worked out by hand; both engines have to give every record."""

import pytest

from tests.cell_texts import faults_of
from tests.tracing import Traced
from twin.kernel.states import State

STATION = """
products: {{p: {{}}}}
sources: {{src: {{product: p, {arrivals}}}}}
stations: {{A: {{process: 5 s, maintenance: {{{plans}}}, {station}}}}}
sinks: {{out: {{}}}}
flow: [{{from: src, to: A}}, {{from: A, to: out}}]
{more}
"""


def kept(
    plans: str, arrivals: str = "saturated: true", station: str = "", more: str = ""
) -> Traced:
    body = STATION.format(plans=plans, arrivals=arrivals, station=station, more=more)
    return Traced(body, 40)


def spells(trace: Traced, *states: State) -> list[tuple[float, float]]:
    return [row[1:3] for row in trace.of("A", *states)]


def test_maintenance_waits_for_the_operation_to_end_and_its_clock_starts_anew_at_its_end():
    trace = kept("grease: {every: 12 s, takes: 3 s}")

    # Due at 12, in the middle of the operation that ends at 15; due again 12 s after 18.
    assert spells(trace, State.MAINTENANCE) == [(15, 18), (33, 36)]
    assert spells(trace, State.WORKING)[2:5] == [(10, 15), (18, 23), (23, 28)]


def test_maintenance_of_an_empty_station_begins_when_it_is_due():
    trace = kept("grease: {every: 12 s, takes: 3 s}", "every: 1 h, first: 13 s")

    assert spells(trace, State.MAINTENANCE) == [(12, 15), (27, 30)]
    assert spells(trace, State.WORKING) == [(15, 20)]


def test_working_time_and_parts_are_counted():
    arrivals = "every: 8 s, first: 0 s"

    # Parts work from 0, 8, 16, ... for 5 s: 11 s of work are over at 17, within the third.
    assert spells(
        kept("tools: {after_working: 11 s, takes: 2 s}", arrivals), State.MAINTENANCE
    ) == [(21, 23)]
    assert spells(kept("clean: {after_parts: 2, takes: 2 s}", arrivals), State.MAINTENANCE) == [
        (13, 15),
        (29, 31),
    ]


def test_a_station_looks_after_itself_while_it_has_nothing_to_do():
    trace = kept("look: {when_idle: true, takes: 3 s}", "every: 1 h, first: 7 s")

    assert spells(trace, State.MAINTENANCE)[:4] == [(0, 3), (3, 6), (6, 9), (14, 17)]
    assert spells(trace, State.WORKING) == [(9, 14)]


def test_of_two_that_are_due_the_first_declared_begins():
    trace = kept("clean: {after_parts: 3, takes: 2 s}, grease: {every: 12 s, takes: 3 s}")

    assert spells(trace, State.MAINTENANCE)[:2] == [(15, 17), (17, 20)]


def test_maintenance_that_comes_due_while_the_station_is_down_follows_the_repair():
    failures = "failures: {jam: {after: 11 s, repair: 6 s, clock: calendar}}"
    trace = kept("grease: {every: 12 s, takes: 3 s}", station=failures)

    # The clock stands still from 11 to 17: it comes due at 18, in the operation that ends at 21.
    assert spells(trace, State.UNDER_REPAIR)[0] == (11, 17)
    assert spells(trace, State.MAINTENANCE)[0] == (21, 24)


def test_a_finished_part_stays_on_a_station_that_is_maintained_and_may_leave():
    body = STATION.format(
        plans="grease: {after_parts: 1, takes: 4 s}",
        arrivals="saturated: true",
        station="",
        more="",
    )
    body = body.replace(
        "sinks:", "conveyors: {belt: {length: 1 m, speed: 1 m/s, pitch: 1 m}}\nsinks:"
    )
    body = body.replace("{from: A, to: out}", "{from: A, to: belt}, {from: belt, to: out}")
    trace = Traced(body, 40)

    assert trace.of("A")[1:3] == [
        ("maintenance", 5, 9, 0, "done"),
        ("working", 9, 14, 2, "done"),
    ]


def test_a_station_that_calls_for_maintenance_does_not_fall_asleep():
    standby = "{power: 1 W, after: 10 s, wake_up: 1 s}"
    trace = kept(
        "grease: {every: 10 s, takes: 3 s, crew: fixer}",
        arrivals="every: 100 s, first: 30 s",
        station=f"at: there, power: {{working: 1 kW, idle: 1 kW, standby: {standby}}}",
        more="operators: {fixer: {walking: 1 m/s, home: here}}\n"
        "places: {here: {position: [0 m, 0 m, 0 m]}, there: {position: [2 m, 0 m, 0 m]}}",
    )

    assert trace.of("A")[:4] == [
        ("starved", 0, 10, 0, "done"),
        ("waiting_operator", 10, 12, 0, "fixer"),
        ("maintenance", 12, 15, 0, "done"),
        ("starved", 15, 25, 0, "done"),
    ]
    assert spells(trace, State.ASLEEP) == []


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ("{takes: 1 s}", "grease: give exactly one of `every`"),
        ("{every: 1 h, when_idle: true, takes: 1 s}", "grease: give exactly one of `every`"),
        ("{every: 0 s, takes: 1 s}", "grease: the time until it is due must be above 0 s"),
        ("{when_idle: true, takes: 0 s}", "grease: what is done when idle must take more than 0 s"),
    ],
)
def test_maintenance_badly_written_is_told_with_its_place(plan, message):
    stations = (
        f"{{mill: {{process: 2 s, maintenance: {{grease: {plan}}}}}, lathe: {{process: 2 s}}}}"
    )

    assert f"cell.yaml:5: stations.mill.maintenance: {message}" in faults_of(stations=stations)

"""Blocking before service, worked out by hand; both engines have to give every record."""

import pytest

from tests.cell_texts import ARM, faults_of
from tests.tracing import Traced
from twin.kernel.states import State

ROW = """
sources: {{src: {{product: part, saturated: true, limit: 4}}}}
stations:
  A: {{process: 2 s, blocking: before_service{first}}}
  B: {{process: 5 s{second}}}
sinks: {{out: {{}}}}
products: {{part: {{}}}}
flow: [{{from: src, to: A}}, {{from: A, to: B}}, {{from: B, to: out}}]
{more}
"""


def traced(first: str = "", second: str = "", more: str = "", **settings) -> Traced:
    first, second = (f", {text}" if text else "" for text in (first, second))
    return Traced(ROW.format(first=first, second=second, more=more), **settings)


def test_a_station_begins_when_there_is_a_place_for_its_part():
    trace = traced()

    assert [row[:3] for row in trace.of("A")][:6] == [
        ("working", 0, 2),
        ("blocked", 2, 7),
        ("working", 7, 9),
        ("blocked", 9, 14),
        ("working", 14, 16),
        ("blocked", 16, 21),
    ]
    assert [row[:3] for row in trace.of("B")][:4] == [
        ("starved", 0, 2),
        ("working", 2, 7),
        ("starved", 7, 9),
        ("working", 9, 14),
    ]


def test_a_place_in_a_queue_is_kept_as_well():
    trace = traced(second="queue: 1")

    works = [row[1:3] for row in trace.of("A", State.WORKING)]
    assert works == [(0, 2), (2, 4), (7, 9), (12, 14)]


def test_a_part_goes_to_its_place_whatever_has_become_of_it():
    down = "failures: {jam: {after: {sequence: [1 s, 1 h]}, repair: 8 s, clock: calendar}}"
    trace = traced(second=down)

    assert trace.of("A", State.WORKING)[0] == ("working", 0, 2, 1, "done")
    assert trace.of("B")[:3] == [
        ("starved", 0, 1, 0, "done"),
        ("under_repair", 1, 2, 0, "A"),
        ("under_repair", 2, 9, 1, "done"),
    ]


def test_a_part_that_is_scrapped_frees_its_place():
    failures = "failures: {jam: {after: 1 s, repair: 1 s, on_failure: scrap, clock: calendar}}"
    trace = traced(failures)

    assert trace.outcome.stop is None
    assert trace.outcome.tally.scrapped.tolist() == [4]


def test_a_choice_is_made_before_the_operation():
    body = ROW.format(first="", second="", more="").replace(
        "{from: A, to: B}", "{from: A, to: [B, C], choose: cyclic}"
    )
    body = body.replace("sinks:", "  C: {process: 20 s}\nsinks:").replace("limit: 4", "limit: 5")
    body = body.replace("{from: B, to: out}", "{from: B, to: out}, {from: C, to: out}")
    trace = Traced(body)

    assert [row[1:3] for row in trace.of("A", State.WORKING)] == [
        (0, 2),
        (2, 4),
        (7, 9),
        (24, 26),  # for C
        (26, 28),
    ]


def test_a_ring_without_a_free_place_is_a_deadlock():
    trace = Traced(
        """
products: {part: {}}
stations:
  A: {process: 2 s, blocking: before_service}
  B: {process: 2 s, blocking: before_service}
inside:
  - {product: part, count: 1, at: A, work_left: 1 s}
  - {product: part, count: 1, at: B, work_left: 1 s}
sinks: {out: {}}
flow: [{from: A, to: B}, {from: B, to: {A: 100 %, out: 0 %}}]
""".replace(", queue: 1", "")
    )

    assert trace.outcome.stop.kind == "deadlock"
    assert trace.outcome.stop.waits == ("A waits for B", "B waits for A")


@pytest.mark.parametrize("key", ["batch: {most: 2}", "yields: {other: 1}"])
def test_what_does_not_go_with_it_is_told(key):
    stations = (
        f"{{mill: {{process: 2 s, blocking: before_service, {key}}}, lathe: {{process: 2 s}}}}"
    )

    assert "stations.mill.blocking: `before_service` does not go with" in faults_of(
        stations=stations
    )


def test_a_carrier_cannot_fetch_what_has_its_place_already():
    found = faults_of(
        stations="{mill: {process: 2 s, at: p, blocking: before_service}, lathe: {process: 2 s}}",
        sinks="{out: {place_at: p}}",
        flow="[{from: src, to: [mill, lathe]}, {from: mill, to: out, by: arm},"
        " {from: lathe, to: out}]",
        more=ARM + "places: {p: {position: [1 m, 0 m, 0 m]}}",
    )

    assert "cell.yaml:7: flow[1].by: 'arm' keeps places when it is sent" in found


def test_a_station_that_gathers_keeps_no_place():
    found = faults_of(
        stations="{mill: {process: 2 s, blocking: before_service},"
        " lathe: {process: 2 s, batch: {most: 2}}}",
        flow="[{from: src, to: mill}, {from: mill, to: lathe}, {from: lathe, to: out}]",
    )

    assert "flow[1].to: 'lathe' keeps no place beforehand; put a buffer before it" in found

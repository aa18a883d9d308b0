"""Ovens, worked out by hand; both engines have to give every record."""

import pytest

from tests.cell_texts import faults_of
from tests.tracing import Traced
from twin.kernel.states import State

OVEN = """
products: {{a: {{}}, b: {{}}}}
sources:
  one: {{product: a, every: {{sequence: [1 s, 2 s, 2 s, 7 s, 1 s, 20 s]}}, limit: 6}}
  other: {{product: b, every: 1 h, first: 4 s, limit: 1}}
stations: {{A: {{process: 3 s, batch: {{{batch}}}, {station}}}}}
sinks: {{out: {{}}}}
flow: [{{from: one, to: A}}, {{from: other, to: A}}, {{from: A, to: out}}]
{more}
"""


def baked(batch: str, station: str = "", more: str = "", seconds: int = 60) -> Traced:
    return Traced(OVEN.format(batch=batch, station=station, more=more), seconds)


def work(trace: Traced) -> list[tuple[float, float, int]]:
    return [row[1:4] for row in trace.of("A", State.WORKING)]


def test_a_full_oven_starts_and_its_parts_leave_together():
    trace = baked("least: 2, most: 2")

    # Parts come at 1, 3, 5, 12, 13, 33 and, of the other product, at 4.
    assert [row[:2] for row in work(trace)] == [(3, 6), (6, 9), (13, 16)]
    assert [row[2] for row in trace.of("out", State.FINISHED)] == [6, 6, 9, 9, 16, 16]
    assert trace.of("A")[:3] == [
        ("starved", 0, 1, 0, "one"),
        ("starved", 1, 3, 0, "one"),
        ("working", 3, 6, 1, "done"),
    ]


def test_an_oven_with_enough_waits_for_more_but_not_for_ever():
    trace = baked("least: 1, most: 3, wait: 3 s")

    # Full at 4; the part of 5 waits outside until 7, then 3 s for more; 12 and 13 go at 15.
    assert [row[:2] for row in work(trace)] == [(4, 7), (10, 13), (16, 19), (36, 39)]


def test_an_oven_takes_parts_of_one_product_only_if_it_is_told_so():
    trace = baked("least: 1, most: 3, wait: 3 s, same: product")

    # Product b comes at 4, when two of product a are in: it waits, and starts at 7 + 3, alone.  The
    # parts of 5, 12 and 13 fill the oven at 13.
    assert [row[:2] for row in work(trace)][:3] == [(4, 7), (10, 13), (13, 16)]


def test_a_failure_scraps_the_whole_batch():
    failures = "failures: {jam: {after: 2 s, repair: 50 s, on_failure: scrap}}"
    trace = baked("least: 2, most: 2", failures, seconds=50)

    assert [row[1:3] for row in trace.of("A", State.SCRAPPED)] == [(1, 5), (3, 5)]


def test_an_oven_loaded_before_the_shift_ends_starts_in_the_next_one():
    shifts = "shifts: {day: {period: 20 s, on: 5 s}}"
    trace = baked("least: 1, most: 9, wait: 6 s", "shifts: day", shifts, seconds=70)

    # The part of 33 enters at 40 and has waited at 46, off shift again.
    assert [row[:2] for row in work(trace)] == [(20, 23), (60, 63)]


def test_a_batch_that_does_not_fit_into_the_shift_shows_off_shift_until_the_next():
    shifts = "shifts: {day: {period: 20 s, on: 15 s}}"
    station = "shifts: day, at_shift_end: start_if_fits"
    trace = baked("least: 1, most: 3, wait: 500 ms", station, shifts, seconds=26)

    # The part of 12 has waited at 12.5; with 3 s of work it would end after 15.
    assert trace.of("A")[-6:-1] == [
        ("starved", 8, 12, 0, "one"),
        ("starved", 12, 12.5, 0, "done"),
        ("off_shift", 12.5, 20, 4, "done"),
        ("working", 20, 23, 4, "done"),
        ("starved", 23, 23.5, 0, "done"),
    ]


def test_a_batch_for_which_no_more_parts_can_come_is_a_deadlock():
    stop = baked("least: 2, most: 2").outcome.stop

    # The seventh part, of 33, stays alone.
    assert (stop.kind, stop.at, stop.members) == ("deadlock", 33 * 10**9, ("A",))
    assert stop.waits == ("A waits for more parts",)
    assert stop.blocked_since == (33 * 10**9,)


@pytest.mark.parametrize(
    ("mill", "message"),
    [
        ("batch: {least: 4, most: 3}", "stations.mill.batch: the least, 4, must be at most"),
        ("batch: {least: 4}", "stations.mill.batch.most: this key is required"),
        ("batch: {most: 0}", "stations.mill.batch.most: must be at least 1"),
        ("batch: {most: 2, wait: 3}", "stations.mill.batch.wait: "),
        ("batch: {most: 2, same: prduct}", "stations.mill.batch.same: expected 'product'"),
        ("batch: {most: 2}, yields: {part: 1}", "stations.mill.batch: an oven neither"),
    ],
)
def test_an_oven_badly_written_is_told_with_its_place(mill, message):
    stations = f"{{mill: {{process: 2 s, {mill}}}, lathe: {{process: 2 s}}}}"

    assert f"cell.yaml:5: {message}" in faults_of(stations=stations)

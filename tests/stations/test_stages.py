"""Set-ups, loading and unloading, worked out by hand; both engines have to give every record."""

import pytest

from cells.errors import CellFileError
from cells.load import load_text
from tests.cell_texts import TWO_WAYS, faults_of
from tests.tracing import Traced
from twin.kernel.states import State

PAIR = """
products: {{a: {{}}, b: {{}}}}
sources:
  src: {{product: {{a: 100 %, b: 0 %}}, saturated: true, limit: 2}}
  other: {{product: b, every: 1 h, first: 5 s, limit: 1}}
stations: {{A: {{process: 10 s, {station}}}}}
sinks: {{out: {{}}}}
flow: [{{from: src, to: A, priority: 1}}, {{from: other, to: A}}, {{from: A, to: out}}]
{more}
"""


def traced(station: str, more: str = "", **settings) -> Traced:
    return Traced(PAIR.format(station=station, more=more), **settings)


def stages(trace: Traced) -> list[tuple]:
    return [row[:3] for row in trace.of("A") if row[0] not in ("starved", "off_shift")]


def test_every_change_of_product_needs_a_set_up_and_the_first_part_too():
    # Product b comes at 5 s and has the first turn when A is free at 13 s.
    assert stages(traced("setup: 3 s")) == [
        ("setting_up", 0, 3),
        ("working", 3, 13),
        ("setting_up", 13, 16),
        ("working", 16, 26),
        ("setting_up", 26, 29),
        ("working", 29, 39),
    ]


def test_a_station_tooled_for_its_first_product_starts_at_once():
    assert stages(traced("setup: 3 s, tooled_for: a"))[:2] == [
        ("working", 0, 10),
        ("setting_up", 10, 13),
    ]


def test_a_table_tells_each_change_apart():
    table = "{a: {b: 1 s}, b: {any: 2 s}, any: {a: 4 s, any: 9 s}}"
    assert [row for row in stages(traced(f"setup: {table}")) if row[0] == "setting_up"] == [
        ("setting_up", 0, 4),  # from nothing to a: the row `any`
        ("setting_up", 14, 15),
        ("setting_up", 25, 27),
    ]


def test_a_change_that_is_not_in_the_table_takes_no_time():
    assert stages(traced("setup: {b: {a: 2 s}}")) == [
        ("working", 0, 10),
        ("working", 10, 20),
        ("setting_up", 20, 22),
        ("working", 22, 32),
    ]


def test_cleaning_between_two_of_a_kind_is_written_out():
    body = """
products: {a: {}}
sources: {src: {product: a, saturated: true, limit: 2}}
stations: {A: {process: 10 s, setup: {a: {a: 1 s}}}}
sinks: {out: {}}
flow: [{from: src, to: A}, {from: A, to: out}]
"""
    assert stages(Traced(body)) == [
        ("working", 0, 10),
        ("setting_up", 10, 11),
        ("working", 11, 21),
    ]


def test_stages_follow_each_other_and_the_part_leaves_after_the_last():
    trace = traced("setup: 3 s, load: 1 s, unload: 2 s")

    assert trace.of("A")[:5] == [
        ("setting_up", 0, 3, 1, "done"),
        ("loading", 3, 4, 1, "done"),
        ("working", 4, 14, 1, "done"),
        ("unloading", 14, 16, 1, "done"),
        ("setting_up", 16, 19, 1, "done"),
    ]
    assert [row[2] for row in trace.of("out")] == [16, 32, 48]


@pytest.mark.parametrize("fate", ["resume", "restart", "scrap"])
def test_a_failure_interrupts_any_stage_and_only_work_can_be_spoilt(fate):
    failures = f"jam: {{after: 2 s, repair: 5 s, clock: calendar, on_failure: {fate}}}"
    trace = traced(f"setup: 3 s, load: 1 s, failures: {{{failures}}}")

    assert trace.of("A")[:4] == [
        ("setting_up", 0, 2, 1, "interrupted"),
        ("under_repair", 2, 7, 1, "done"),
        ("setting_up", 7, 8, 1, "done"),
        ("loading", 8, 9, 1, "done"),
    ]
    # The next failure comes 2 s after the repair, at the very end of loading: work has not begun.
    rows = trace.of("A", State.UNDER_REPAIR, State.WORKING)
    assert rows[1:3] == [("under_repair", 9, 14, 1, "done"), ("working", 14, 16, 1, "interrupted")]


def test_an_operating_clock_stands_still_but_for_the_work():
    failures = "jam: {after: 12 s, repair: 5 s}"
    trace = traced(f"load: 6 s, unload: 7 s, failures: {{{failures}}}")

    assert trace.of("A", State.UNDER_REPAIR)[0][1:3] == (31, 36)


def test_overtime_goes_on_to_the_end_of_unloading():
    shifts = "shifts: {day: {period: 40 s, on: 12 s}}"
    trace = traced("load: 1 s, unload: 4 s, shifts: day, at_shift_end: finish", shifts)

    assert stages(trace)[:4] == [
        ("loading", 0, 1),
        ("working", 1, 11),
        ("unloading", 11, 15),
        ("loading", 40, 41),
    ]


def test_a_part_is_started_only_if_all_stages_fit_into_the_shift():
    shifts = "shifts: {day: {period: 40 s, on: 31 s}}"
    fitting = traced("load: 1 s, unload: 4 s, shifts: day, at_shift_end: start_if_fits", shifts)

    assert [row[1] for row in fitting.of("A") if row[0] == "loading"] == [0, 15, 40]


def test_a_controller_notices_the_end_of_each_stage_at_a_scan():
    trace = traced("setup: 3 s, load: 1 s, unload: 1 s", scan="2 s")

    assert stages(trace)[:4] == [
        ("setting_up", 0, 4),
        ("loading", 4, 6),
        ("working", 6, 16),
        ("unloading", 16, 18),
    ]


@pytest.mark.parametrize(
    ("station", "message"),
    [
        ("tooled_for: part", "stations.mill.tooled_for: the station has no `setup`"),
        ("setup: 3 s, tooled_for: prt", "stations.mill.tooled_for: no product named 'prt'"),
        ("setup: {part: {othr: 3 s}}", "stations.mill.setup.part.othr: no product named 'othr'"),
        ("setup: {prt: {any: 3 s}}", "stations.mill.setup.prt: no product named 'prt'"),
        ("setup: {part: {other: 3}}", "stations.mill.setup.part.other: "),
        ("setup: {part: {}}", "stations.mill.setup: no time is given"),
        ("load: 3", "stations.mill.load: "),
        ("unload: -3 s", "stations.mill.unload: "),
    ],
)
def test_a_stage_badly_written_is_told_with_its_place(station, message):
    stations = f"{{mill: {{process: 2 s, {station}}}, lathe: {{process: 2 s}}}}"

    assert f"cell.yaml:5: {message}" in faults_of(stations=stations, sources=TWO_WAYS)


def test_a_product_cannot_be_called_any_where_a_table_of_set_ups_uses_the_word():
    text = PAIR.format(station="setup: {any: {any: 1 s}}", more="").replace("b: {}", "any: {}")
    text = text.replace("product: b", "product: any").replace("b: 0 %", "any: 0 %")

    with pytest.raises(CellFileError, match=r":3: products.any: .*stands for every product"):
        load_text(f"taktwin: 1\nname: one{text}run: {{horizon: 1 h}}")

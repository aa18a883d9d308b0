"""Assembly and disassembly, worked out by hand; both engines have to give every record."""

import pytest

from tests.cell_texts import TWO_WAYS, faults_of
from tests.tracing import Traced
from twin.kernel.states import State

TWO_AND_ONE = """
products: {{plate: {{}}, bolt: {{priority: 5}}, frame: {{priority: 9}}}}
sources:
  plates: {{product: plate, every: {{sequence: [1 s, 1 s, 1 s, 5 s, 1 s, 1 s]}}, limit: 6}}
  bolts: {{product: bolt, every: {{sequence: [4 s, 1 s, 1 s]}}, limit: 3}}
buffers: {{plates_here: {{}}, bolts_here: {{}}}}
stations: {{A: {{process: 3 s, assemble: {{plate: 2, bolt: 1}}, makes: frame, {station}}}}}
sinks: {{out: {{}}}}
flow:
  - {{from: plates, to: plates_here}}
  - {{from: bolts, to: bolts_here}}
  - {{from: plates_here, to: A}}
  - {{from: bolts_here, to: A}}
  - {{from: A, to: out}}
"""


def kits(station: str = "", seconds: int = 20) -> Traced:
    return Traced(TWO_AND_ONE.format(station=station), seconds)


def consumed(trace: Traced) -> list[tuple[float, float]]:
    return sorted((row[2], row[1]) for row in trace.of("A", State.CONSUMED))


def test_a_kit_is_begun_when_all_of_it_is_on_offer():
    trace = kits()

    # Entry of the first plates at 1 and 2; the third waits in its buffer until the fourth is there.
    assert consumed(trace)[:6] == [(4, 1), (4, 2), (4, 4), (8, 3), (8, 5), (8, 8)]
    assert [row[1:4] for row in trace.of("A", State.WORKING)] == [
        (4, 7, 1),
        (8, 11, 2),
        (11, 14, 3),
    ]
    assert [row[1:3] for row in trace.of("plates_here", State.WAITING)][2] == (3, 8)


def test_components_as_they_come_leave_their_buffers_at_once():
    trace = kits("collect: as_they_come")

    assert [row[1:3] for row in trace.of("A", State.WORKING)] == [(4, 7), (8, 11), (11, 14)]
    # The third plate and the second bolt wait on the station from 7 on, where it is empty again.
    assert (3, 7) in [row[1:3] for row in trace.of("plates_here", State.WAITING)]
    assert (5, 7) in [row[1:3] for row in trace.of("bolts_here", State.WAITING)]
    assert ("starved", 7, 8, 0, "plates_here") in trace.of("A")


def test_the_part_made_has_the_entry_of_the_component_named_first():
    trace = kits()

    assert [row[1:3] for row in trace.of("out", State.FINISHED)] == [(1, 7), (3, 11), (9, 14)]


def test_a_part_made_is_as_urgent_as_the_first_component_named():
    trace = Traced(
        """
products: {plate: {}, bolt: {priority: 5}, frame: {priority: 9}}
sources:
  plates: {product: plate, every: 1 s, limit: 3}
  bolts: {product: bolt, every: 1 s, limit: 4}
stations:
  A: {process: 0 s, assemble: {plate: 1}, makes: frame}
  B: {process: 9 s, queue: {capacity: 9, order: priority}}
sinks: {out: {}}
flow: [{from: plates, to: A}, {from: A, to: B}, {from: bolts, to: B}, {from: B, to: out}]
"""
    )

    # A bolt comes first, at 1 s; then all frames go before the other bolts.
    products = [row["product"] for row in trace.rows if row["state"] == State.FINISHED]
    assert products == [1, 2, 2, 2, 1, 1, 1]


def test_a_failure_while_components_gather_keeps_them():
    failures = "failures: {jam: {after: 6 s, repair: 4 s, clock: calendar}}"
    trace = kits(f"collect: as_they_come, {failures}")

    assert [row[:3] for row in trace.of("A") if row[0] not in ("consumed", "made")][:6] == [
        ("starved", 0, 1),
        ("starved", 1, 2),
        ("starved", 2, 4),
        ("working", 4, 6),
        ("under_repair", 6, 10),
        ("working", 10, 11),
    ]


PARTED = """
products: {{pallet: {{}}, crate: {{}}, box: {{}}}}
sources: {{src: {{product: crate, every: 20 s, first: 2 s}}}}
stations: {{A: {{process: 3 s, yields: {{box: 2, pallet: 1}}}}, B: {{process: 4 s}}}}
sinks: {{out: {{}}, back: {{}}}}
flow:
  - {{from: src, to: A}}
  - {{from: A, to: B, product: box{by}}}
  - {{from: A, to: back, product: pallet}}
  - {{from: B, to: out}}
{more}
"""


def test_a_part_taken_apart_leaves_piece_by_piece_in_the_order_named():
    trace = Traced(PARTED.format(by="", more=""), 20)

    assert trace.of("A") == [
        ("starved", 0, 2, 0, "src"),
        ("working", 2, 5, 1, "done"),
        ("consumed", 2, 5, 1, "A"),
        ("made", 5, 5, 1, "A"),
        ("made", 5, 5, 2, "A"),
        ("made", 5, 5, 3, "A"),
        ("blocked", 5, 9, 2, "B"),
        ("starved", 9, 20, 0, "cut"),
    ]
    assert [row[1:3] for row in trace.of("back", State.FINISHED)] == [(2, 9)]
    assert [row[1:3] for row in trace.of("out", State.FINISHED)] == [(2, 9), (2, 13)]


def test_parts_are_counted_inside_as_they_are_made_and_used_up():
    trace = Traced(PARTED.format(by="", more=""), 6)

    assert int(trace.outcome.tally.inside) == 3
    assert int(trace.outcome.tally.wip_time) == (3 * 1 + 1 * 3) * 10**9


STATIONS = "{{mill: {{process: 2 s, {mill}}}, lathe: {{process: 2 s, count: 2}}}}"


@pytest.mark.parametrize(
    ("mill", "message"),
    [
        ("assemble: {part: 1}", "stations.mill.assemble: say which product the components become"),
        ("makes: other", "stations.mill.makes: say of what it is made"),
        ("collect: together", "stations.mill.collect: `collect` goes with `assemble`"),
        ("assemble: {prt: 1}, makes: other", "stations.mill.assemble.prt: no product named 'prt'"),
        ("assemble: {part: 0}, makes: other", "stations.mill.assemble.part: must be at least 1"),
        ("assemble: {part: 1}, makes: othr", "stations.mill.makes: no product named 'othr'"),
        ("yields: {prt: 1}", "stations.mill.yields.prt: no product named 'prt'"),
        (
            "assemble: {part: 1}, makes: other, yields: {other: 1}",
            "stations.mill.yields: a station either assembles or takes apart",
        ),
        (
            "assemble: {part: 1, other: 1}, makes: other, queue: 3",
            "stations.mill.queue: parts of one kind would stand in the way of another",
        ),
        (
            "assemble: {part: 1}, makes: other",
            "stations.mill.assemble: parts of product 'other' get to 'mill', which assembles part;",
        ),
        (
            "assemble: {part: 3, other: 1}, makes: other, process: {part: 2 s}",
            "stations.mill.process: no process time for product 'other'",
        ),
    ],
)
def test_a_kit_badly_written_is_told_with_its_place(mill, message):
    stations = STATIONS.format(mill=mill)
    if mill.count("process"):
        stations = stations.replace("process: 2 s, ", "", 1)

    assert f"cell.yaml:5: {message}" in faults_of(stations=stations, sources=TWO_WAYS)


def test_a_component_that_never_comes_is_named():
    stations = STATIONS.format(mill="assemble: {part: 1, other: 2}, makes: part")

    assert (
        "stations.mill.assemble.other: no part of product 'other' ever gets to 'mill'"
        in faults_of(stations=stations)
    )


def test_a_kit_that_can_never_be_on_offer_as_a_whole_is_refused():
    stations = STATIONS.format(mill="assemble: {part: 3}, makes: part")
    flow = "[{from: src, to: lathe}, {from: lathe, to: mill}, {from: mill, to: out}]"

    text = faults_of(stations=stations, flow=flow)
    assert "a kit takes 3 parts of product 'part', and at most 2 can wait for it" in text


def test_kits_that_keep_each_other_s_components_are_a_deadlock():
    trace = Traced("""
products: {a: {}, b: {}, ab: {}}
sources:
  left: {product: a, saturated: true, limit: 1}
  right: {product: b, saturated: true, limit: 1}
stations:
  A: {process: 1 s, assemble: {a: 1, b: 1}, makes: ab, collect: as_they_come}
  B: {process: 1 s, assemble: {a: 1, b: 1}, makes: ab, collect: as_they_come}
sinks: {out: {}}
flow:
  - {from: left, to: [A, B], choose: cyclic}
  - {from: right, to: [B, A], choose: cyclic}
  - {from: A, to: out}
  - {from: B, to: out}
""")

    stop = trace.outcome.stop
    assert (stop.kind, stop.at, stop.members) == ("deadlock", 0, ("A", "B"))
    assert stop.waits == ("A waits for component b", "B waits for component a")


def test_a_deadlock_names_the_components_that_nobody_brings():
    trace = Traced("""
products: {a: {}, b: {}, c: {}, abc: {}}
sources:
  one: {product: a, saturated: true, limit: 3}
  two: {product: b, saturated: true, limit: 1}
  three: {product: c, saturated: true, limit: 3}
buffers: {Q: {capacity: 2}}
stations: {A: {process: 2 s, assemble: {a: 1, b: 1, c: 2}, makes: abc}}
sinks: {out: {}}
flow:
  - {from: one, to: Q}
  - {from: Q, to: A}
  - {from: two, to: A}
  - {from: three, to: A}
  - {from: A, to: out}
""")

    # One kit is made from 0 to 2.  Of c one is left, outside.
    stop = trace.outcome.stop
    assert (stop.kind, stop.at, stop.members) == ("deadlock", 2 * 10**9, ("Q", "A"))
    assert stop.waits == ("Q waits for A", "A waits for component b and component c")
    assert stop.blocked_since == (0, 2 * 10**9)

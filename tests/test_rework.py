"""Rework that ends somewhere, and parts that find no room, on both engines."""

import pytest

from cells.errors import CellFileError
from cells.load import load_text
from twin.build import build_line
from twin.kernel.model import NS_PER_S, Line
from twin.kernel.run import simulate as kernel
from twin.kernel.states import State
from twin.reference.run import simulate as reference

ENGINES = pytest.mark.parametrize("simulate", [reference, kernel], ids=["reference", "kernel"])

INSPECTED = """
products: {{p: {{}}}}
sources: {{src: {{product: p, every: 100 s, first: 0 s, limit: 2}}}}
stations: {{mill: {{process: 10 s, queue: 2}}, inspect: {{process: 1 s}}}}
sinks: {{out: {{}}, bin: {{counts_as: scrap}}}}
flow:
  - {{from: src, to: mill}}
  - {{from: mill, to: inspect}}
  - {{from: inspect, {way}}}
"""


def line_of(body: str) -> Line:
    return build_line(load_text(f"taktwin: 1\nname: again\nrun: {{horizon: 1 h}}\n{body}"))


def seen(line: Line, simulate, resource: str, state: State) -> list[tuple[int, float]]:
    """Return part (1, 2, ...) and end (s) of what a resource did."""
    rows = simulate(line, seed=1, end=3_600 * NS_PER_S).log.activities
    chosen = rows[(rows["resource"] == line.resources.index(resource)) & (rows["state"] == state)]
    return [(int(row["part"]) + 1, row["t1"] / NS_PER_S) for row in chosen]


@ENGINES
def test_a_part_goes_back_so_often_and_then_elsewhere(simulate):
    way = "to: {mill: 100 %, out: 0 %}, at_most: {mill: 2}, otherwise: bin"
    line = line_of(INSPECTED.format(way=way))

    assert seen(line, simulate, "mill", State.WORKING) == [
        *((1, 10 + 11 * k) for k in range(3)),
        *((2, 110 + 11 * k) for k in range(3)),
    ]
    assert seen(line, simulate, "bin", State.SCRAPPED) == [(1, 33), (2, 133)]


@ENGINES
def test_entries_that_limit_one_target_count_together(simulate):
    line = line_of("""
products: {p: {}}
sources: {src: {product: p, every: 100 s, first: 0 s, limit: 1}}
stations: {mill: {process: 10 s, queue: 2}, first: {process: 1 s}, second: {process: 1 s}}
sinks: {out: {}, bin: {counts_as: scrap}}
flow:
  - {from: src, to: mill}
  - {from: mill, to: first}
  - {from: first, to: [mill, second], choose: cyclic, at_most: {mill: 5}, otherwise: bin}
  - {from: second, to: mill, at_most: {mill: 2}, otherwise: out}
""")

    # first: to the mill (1), second; second: to the mill (2); first: to the mill (3), second; out.
    assert seen(line, simulate, "mill", State.WORKING) == [(1, 10), (1, 21), (1, 33), (1, 44)]
    assert seen(line, simulate, "out", State.FINISHED) == [(1, 46)]


@ENGINES
def test_a_part_whose_target_has_no_room_goes_elsewhere(simulate):
    line = line_of("""
products: {p: {}}
sources: {src: {product: p, every: 2 s, first: 0 s, limit: 6}}
stations: {mill: {process: 1 s}, slow: {process: 9 s}, other: {process: 1 s}}
sinks: {out: {}, bin: {counts_as: scrap}}
flow:
  - {from: src, to: mill}
  - {from: mill, to: [slow, other], choose: cyclic, if_full: bin}
  - {from: slow, to: out}
  - {from: other, to: out}
""")

    # Parts 1, 3 and 5 are to go to the slow one, at 1, 5 and 9: it is taken until 10.
    assert seen(line, simulate, "slow", State.WORKING) == [(1, 10)]
    assert seen(line, simulate, "other", State.WORKING) == [(2, 4), (4, 8), (6, 12)]
    assert seen(line, simulate, "bin", State.SCRAPPED) == [(3, 5), (5, 9)]


@ENGINES
def test_a_single_share_may_have_an_overflow_too(simulate):
    line = line_of("""
products: {p: {}}
sources: {src: {product: p, every: 1 h, first: 0 s, batch: 2, limit: 2}}
stations: {slow: {process: 9 s}}
sinks: {out: {}, bin: {counts_as: scrap}}
flow:
  - {from: src, to: {slow: 100 %}, if_full: bin}
  - {from: slow, to: out}
""")

    assert seen(line, simulate, "slow", State.WORKING) == [(1, 9)]
    assert seen(line, simulate, "bin", State.SCRAPPED) == [(2, 0)]


@ENGINES
def test_a_carrier_takes_the_part_to_where_there_is_room(simulate):
    line = line_of("""
products: {p: {}}
sources: {src: {product: p, every: 1 h, first: 0 s, batch: 2, limit: 2}}
stations: {slow: {process: 9 s}}
sinks: {out: {}, bin: {counts_as: scrap}}
operators: {anna: {walking: 1 m/s, pick: 1 s, place: 1 s}}
flow:
  - {from: src, to: {slow: 100 %, out: 0 %}, if_full: bin, by: anna}
  - {from: slow, to: out}
""")

    assert seen(line, simulate, "slow", State.WORKING) == [(1, 11)]
    assert seen(line, simulate, "bin", State.SCRAPPED) == [(2, 4)]


@pytest.mark.parametrize(
    ("way", "message"),
    [
        ("to: {mill: 5 %, out: 95 %}, at_most: {mil: 2}, otherwise: bin", "'mil' is none of the"),
        ("to: {mill: 5 %, out: 95 %}, at_most: {mill: 2}", "so often?  Give `otherwise`"),
        ("to: {mill: 5 %, out: 95 %}, at_most: {mill: 0}, otherwise: bin", "at least 1; found 0"),
        ("to: {mill: 5 %, out: 95 %}, at_most: {mill: 2}, otherwise: mill", "has a limit itself"),
        ("to: {mill: 5 %, out: 95 %}, at_most: {mill: 2}, otherwise: bim", "named 'bim'.  Did you"),
        ("to: out, otherwise: bin", "`otherwise` goes with `at_most"),
        ("to: [mill, out], at_most: {mill: 2}, otherwise: bin", "a limit goes with shares"),
        ("to: out, if_full: bin", "write `to: [out, bin]`"),
        ("to: {out: 100 %}, if_full: inspect", "'inspect' would wait for its own place"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(way, message):
    with pytest.raises(CellFileError) as found:
        line_of(INSPECTED.format(way=way))

    assert message in str(found.value)

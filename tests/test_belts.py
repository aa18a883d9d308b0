"""Conveyors that do not accumulate, worked out by hand, on both engines."""

import pytest

from cells.load import load_text
from twin.build import build_line
from twin.kernel.model import NS_PER_S, Line
from twin.kernel.run import simulate as kernel
from twin.kernel.states import State
from twin.reference.run import simulate as reference

ENGINES = pytest.mark.parametrize("simulate", [reference, kernel], ids=["reference", "kernel"])


def line_of(body: str) -> Line:
    head = "taktwin: 1\nname: belt\nrun: {horizon: 1 h}\nsinks: {out: {}}\nproducts: {p: {}}\n"
    return build_line(load_text(head + body))


def spells(line: Line, simulate, resource: str, state: State) -> list[tuple[float, float]]:
    """Return begin and end (s) of what a resource did, in order of part."""
    rows = simulate(line, seed=1, end=3_600 * NS_PER_S).log.activities
    chosen = rows[(rows["resource"] == line.resources.index(resource)) & (rows["state"] == state)]
    chosen.sort(order="part")
    return [(row["t0"] / NS_PER_S, row["t1"] / NS_PER_S) for row in chosen]


@ENGINES
def test_the_belt_stands_while_the_part_at_its_end_is_not_taken(simulate):
    line = line_of("""
sources: {src: {product: p, saturated: true, limit: 4}}
conveyors: {belt: {length: 2 m, speed: 1 m/s, pitch: 1 m, accumulating: false}}
stations: {A: {process: 4 s}}
flow: [{from: src, to: belt}, {from: belt, to: A}, {from: A, to: out}]
""")

    # It stands from 3 to 6 and from 7 to 10, and what is on it stands too: the third part, on from
    # 2, comes to the end at 7, the fourth, on from 6, at 11.
    conveyed = spells(line, simulate, "belt", State.CONVEYED)
    assert conveyed == [(0, 2), (1, 6), (2, 10), (6, 14)]


@ENGINES
def test_an_entry_that_is_not_clear_stays_so_while_the_belt_stands(simulate):
    line = line_of("""
sources: {src: {product: p, orders: [release, 0 s, 1 s, 3.5 s, 4 s, 20 s]}}
conveyors: {belt: {length: 3 m, speed: 1 m/s, pitch: 1 m, accumulating: false}}
stations: {A: {process: 10 s}}
flow: [{from: src, to: belt}, {from: belt, to: A}, {from: A, to: out}]
""")

    # It stands from 4 to 13, half a pitch behind the third part: the fourth waits until 13.5.  It
    # stands again from 15.5 to 23, with a clear entry: the fifth gets on at 20.
    entered = spells(line, simulate, "src", State.ENTERED)
    assert entered == [(0, 0), (1, 1), (3.5, 3.5), (4, 13.5), (20, 20)]
    conveyed = spells(line, simulate, "belt", State.CONVEYED)
    assert conveyed == [(0, 3), (1, 13), (3.5, 23), (13.5, 33), (20, 43)]


@ENGINES
def test_parts_inside_at_the_start_stand_a_pitch_apart(simulate):
    line = line_of("""
conveyors: {belt: {length: 3 m, speed: 1 m/s, pitch: 1 m, accumulating: false}}
inside: [{product: p, count: 3, at: belt}]
flow: [{from: belt, to: out}]
""")

    assert spells(line, simulate, "belt", State.CONVEYED) == [(0, 3), (0, 4), (0, 5)]


@ENGINES
def test_a_closed_loop_over_a_belt_that_stands_is_named_a_deadlock(simulate):
    line = line_of("""
sources: {src: {product: p, saturated: true}}
conveyors: {belt: {length: 2 m, speed: 1 m/s, pitch: 2 m, accumulating: false}}
stations: {A: {process: 1 s}}
flow:
  - {from: src, to: belt, priority: 1}
  - {from: belt, to: A}
  - {from: A, to: {belt: 100 %, out: 0 %}}
""")

    stop = simulate(line, seed=1, end=100 * NS_PER_S).stop

    # The second part gets on at 2 as the first goes to A, and the entry is clear from 4 on.
    assert (stop.kind, set(stop.members), stop.at) == ("deadlock", {"A", "belt"}, 4 * NS_PER_S)

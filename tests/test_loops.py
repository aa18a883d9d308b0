"""Loops of cards, worked out by hand and against formulas, in both engines."""

import numpy as np
import pytest

from cells.errors import CellFileError
from cells.load import load_text
from tests.cell_texts import faults_of, text_of
from twin.build import build_line
from twin.kernel.model import NS_PER_S as NS
from twin.kernel.run import replicate
from twin.kernel.run import simulate as kernel
from twin.kernel.states import State
from twin.reference.run import simulate as reference

ENGINES = pytest.mark.parametrize("simulate", [reference, kernel], ids=["reference", "kernel"])


def line_of(body):
    text = f"taktwin: 1\nname: loops\nproducts: {{p: {{}}}}\n{body}\nrun: {{horizon: 100 s}}\n"
    return build_line(load_text(text))


def times(line, outcome, resource, state):
    rows = outcome.log.activities
    own = rows[(rows["resource"] == line.resources.index(resource)) & (rows["state"] == state)]
    return (own["t1"] / NS).tolist()


TANDEM = """
sources: {{src: {{product: p, saturated: true}}}}
stations: {{A: {{process: 2 s, queue: unlimited}}, B: {{process: 5 s, queue: unlimited}}}}
sinks: {{out: {{}}}}
flow: [{{from: src, to: A}}, {{from: A, to: B}}, {{from: B, to: out}}]
loops: {loops}
"""


@ENGINES
def test_a_line_with_two_cards_lets_a_part_in_when_one_leaves(simulate):
    line = line_of(TANDEM.format(loops="{line: {cards: 2}}"))

    outcome = simulate(line, seed=1, end=22 * NS)

    assert times(line, outcome, "src", State.ENTERED) == [0, 0, 7, 12, 17, 22]
    assert times(line, outcome, "out", State.FINISHED) == [7, 12, 17, 22]


@ENGINES
def test_a_card_on_its_way_back_keeps_the_next_part_out(simulate):
    line = line_of(TANDEM.format(loops="{line: {cards: 2, return: 3 s}}"))

    outcome = simulate(line, seed=1, end=22 * NS)

    assert times(line, outcome, "src", State.ENTERED) == [0, 0, 10, 15, 20]
    assert times(line, outcome, "out", State.FINISHED) == [7, 12, 17, 22]


@ENGINES
def test_a_part_keeps_its_kanban_until_the_next_stage_takes_it(simulate):
    loops = "{one: {cards: 1, nodes: [A]}, two: {cards: 1, nodes: [B]}}"
    line = line_of(TANDEM.format(loops=loops))

    outcome = simulate(line, seed=1, end=17 * NS)

    # The second part is ready at 4 and waits for the card of stage two until 7.
    assert times(line, outcome, "A", State.WORKING) == [2, 4, 9, 14]
    assert times(line, outcome, "A", State.BLOCKED) == [7, 12, 17]
    assert times(line, outcome, "B", State.WORKING) == [7, 12, 17]


@ENGINES
def test_a_carried_part_takes_its_card_when_the_unit_sets_out(simulate):
    line = line_of("""
sources: {src: {product: p, saturated: true, limit: 2}}
stations: {A: {process: 5 s, queue: unlimited}}
sinks: {out: {}}
operators: {crew: {count: 2, pick: 1 s, place: 1 s}}
flow: [{from: src, to: A, by: crew}, {from: A, to: out, by: crew}]
loops: {line: {cards: 1}}
""")

    outcome = simulate(line, seed=1, end=40 * NS)

    # Picked at 1, placed at 2, worked until 7, picked at 8: only then a card is free.
    assert times(line, outcome, "src", State.ENTERED) == [1, 9]
    assert times(line, outcome, "out", State.FINISHED) == [9, 17]


@ENGINES
def test_scrap_gives_its_card_back(simulate):
    line = line_of("""
sources: {src: {product: p, saturated: true}}
stations:
  A:
    process: 5 s
    failures: {jam: {after: {sequence: [3 s, 99 s]}, repair: 1 s, on_failure: scrap}}
sinks: {out: {}}
flow: [{from: src, to: A}, {from: A, to: out}]
loops: {line: {cards: 1}}
""")

    outcome = simulate(line, seed=1, end=9 * NS)

    assert times(line, outcome, "src", State.ENTERED) == [0, 4, 9]


@ENGINES
def test_a_deadlock_names_the_card_it_waits_for(simulate):
    line = line_of("""
sources: {src: {product: p, saturated: true, limit: 9}}
stations: {A: {process: 1 s, queue: 2}, B: {process: 1 s}}
sinks: {out: {}}
flow: [{from: src, to: A}, {from: A, to: B}, {from: B, to: {A: 100 %, out: 0 %}}]
loops: {front: {cards: 2, nodes: [A]}}
""")

    stop = simulate(line, seed=1, end=50 * NS).stop

    assert (stop.kind, stop.at) == ("deadlock", 2 * NS)
    cycle = ("A_queue waits for A", "A waits for B", "B waits for a card of front")
    assert stop.waits == cycle


def test_a_balanced_exponential_conwip_line_has_its_exact_throughput():
    # Closed network of n equal exponential stations with k cards: rate k / (k + n - 1) / mean.
    stations = ", ".join(
        f"S{k}: {{process: {{exponential: {{mean: 1 s}}}}, queue: unlimited}}" for k in range(4)
    )
    flow = ", ".join(f"{{from: S{k}, to: S{k + 1}}}" for k in range(3))
    line = line_of(f"""
sources: {{src: {{product: p, saturated: true}}}}
stations: {{{stations}}}
sinks: {{out: {{}}}}
flow: [{{from: src, to: S0}}, {flow}, {{from: S3, to: out}}]
loops: {{line: {{cards: 5}}}}
""")

    end = 4_000 * NS
    tally = replicate(line, seed=4, replications=5, end=end, start=end // 20)

    rate = tally.finished.sum(axis=1) / ((end - end // 20) / NS)
    assert rate.mean() == pytest.approx(5 / 8, abs=4 * rate.std(ddof=1) / 5**0.5)
    assert rate.std(ddof=1) < 0.03
    assert np.all(tally.inside == 5)


@pytest.mark.parametrize(
    ("loop", "fault"),
    [
        ("{cards: 0}", "loops.k.cards: must be at least 1; found 0"),
        ("{cards: 2, nodes: [mil]}", "no buffer, conveyor or station named 'mil'.  Did you mean"),
        ("{cards: 2, nodes: [src]}", "no buffer, conveyor or station named 'src'"),
        ("{cards: 2, nodes: [mill, mill]}", "loops.k.nodes: 'mill' is named twice"),
        ("{cards: 2, nodes: []}", "loops.k.nodes: no node is named; leave `nodes` out"),
        ("{cards: 2, return: 3}", "loops.k.return:"),
    ],
)
def test_a_loop_that_makes_no_sense_is_refused(loop, fault):
    assert fault in faults_of(more=f"loops: {{k: {loop}}}")


def test_more_parts_at_the_start_than_cards_are_refused():
    more = """buffers: {store: {}}
inside: [{product: part, count: 3, at: store}]
loops: {k: {cards: 2}}"""
    flow = "[{from: src, to: [mill, lathe]}, {from: mill, to: store}, {from: lathe, to: out},"
    found = faults_of(more=more, flow=flow + " {from: store, to: out}]")
    assert "loops.k.cards: 3 parts stand in the loop at the start, each with a card" in found


def test_a_saturated_source_may_fill_an_unlimited_queue_only_with_cards():
    parts = {
        "sources": "{src: {product: part, saturated: true}}",
        "stations": "{mill: {process: 2 s, queue: unlimited}}",
        "flow": "[{from: src, to: mill}, {from: mill, to: out}]",
    }
    assert "without end at once" in faults_of(**parts)
    loaded = load_text(text_of(**parts, more="loops: {k: {cards: 3}}"))
    assert loaded.loops["k"].cards == 3


def test_cards_do_not_stop_a_flood_through_a_buffer_in_the_loop():
    parts = {
        "sources": "{src: {product: part, saturated: true}}",
        "stations": "{}",
        "flow": "[{from: src, to: store}, {from: store, to: out}]",
        "more": "buffers: {store: {capacity: 2}}\nloops: {k: {cards: 1}}",
    }
    with pytest.raises(CellFileError, match="without end at once"):
        load_text(text_of(**parts))

"""A line that begins with what a plant holds now, worked out by hand, in both engines."""

import pytest

from cells.load import load_text
from tests.cell_texts import faults_of
from twin.build import build_line
from twin.kernel.model import NS_PER_S as NS
from twin.kernel.run import simulate as kernel
from twin.kernel.states import State
from twin.reference.run import simulate as reference

ENGINES = pytest.mark.parametrize("simulate", [reference, kernel], ids=["reference", "kernel"])

CELL = """taktwin: 1
name: now
products: {p: {}, q: {}}
stations:
  A: {process: 10 s, servers: 2, queue: 3, setup: 7 s}
  B: {process: 4 s}
sinks: {out: {}}
flow: [{from: A, to: B}, {from: B, to: out}]
inside:
  - {product: p, count: 1, at: A, work_left: 3 s, age: 30 s}
  - {product: q, count: 1, at: A, work_left: 0 s, age: 50 s}
  - {product: p, count: 1, at: A, age: 20 s}
run: {horizon: 1 h}
"""


def of(line, outcome, resource, state):
    rows = outcome.log.activities
    own = rows[(rows["resource"] == line.resources.index(resource)) & (rows["state"] == state)]
    return [(a / NS, b / NS) for a, b in zip(own["t0"], own["t1"], strict=True)]


@ENGINES
def test_work_goes_on_where_it_was_and_lead_times_count_from_the_entry(simulate):
    line = build_line(load_text(CELL))

    outcome = simulate(line, seed=1, end=60 * NS)

    assert of(line, outcome, "A[1]", State.WORKING) == [(0, 3)]
    # The second machine hands over its part at once and is set up for the one in the queue.
    assert of(line, outcome, "A[2]", State.WORKING) == [(0, 0), (7, 17)]
    assert of(line, outcome, "B", State.WORKING) == [(0, 4), (4, 8), (17, 21)]
    leaving = of(line, outcome, "out", State.FINISHED)
    assert leaving == [(-50, 4), (-30, 8), (-20, 21)]
    assert outcome.tally.lead_time.sum() == sum(b - a for a, b in leaving) * NS


@pytest.mark.parametrize(
    ("inside", "fault"),
    [
        ("{product: part, count: 1, at: mill}", "or `work_left: 20 s` here for a part that is"),
        ("{product: part, count: 2, at: mill, work_left: 1 s}", "do not fit into 'mill'"),
        ("{product: part, count: 1, at: store, work_left: 1 s}", "only a station works on parts"),
        ("{product: part, count: 1, at: mill, work_left: 3}", "inside[0].work_left:"),
    ],
)
def test_a_start_that_makes_no_sense_is_refused(inside, fault):
    flow = "[{from: src, to: [mill, lathe]}, {from: mill, to: store}, {from: lathe, to: out},"
    more = f"buffers: {{store: {{}}}}\ninside: [{inside}]"
    assert fault in faults_of(more=more, flow=flow + " {from: store, to: out}]")

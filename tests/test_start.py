"""A line that begins with what a plant holds now, worked out by hand, in both engines."""

import pytest

from cells.errors import CellFileError
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


NOW = """taktwin: 1
name: now
products: {p: {}, q: {}}
sources: {late: {product: p, every: 9 h}, later: {product: q, every: 9 h}}
buffers: {store: {at: here}, rack: {at: there}}
conveyors: {belt: {length: 4 m, speed: 1 m/s, pitch: 1 m}}
stations:
  A: {process: 10 s, setup: 7 s, load: 1 s, unload: 2 s, queue: 3, failures: {jam: JAM}}
  B: {process: 5 s, servers: 2, maintenance: {oil: {every: 1 h, takes: 60 s, crew: men}}}
  K: {process: 4 s, assemble: {p: 2, q: 1}, makes: p, collect: as_they_come}
sinks: {out: {}}
places: {here: {position: [0 m, 0 m, 0 m]}, there: {position: [6 m, 0 m, 0 m]}}
operators: {men: {count: 2, walking: 1 m/s, pick: 1 s, place: 1 s, home: here}}
flow:
  - {from: late, to: [store, belt, B]}
  - {from: later, to: K}
  - {from: store, to: rack, by: men}
  - {from: rack, to: out}
  - {from: belt, to: A}
  - {from: A, to: out}
  - {from: B, to: K}
  - {from: K, to: out}
START
run: {horizon: 1 h}
"""


def begun(simulate, start):
    line = build_line(
        load_text(NOW.replace("START", start).replace("JAM", "{after: 1 h, repair: 60 s}"))
    )
    return line, simulate(line, seed=1, end=100 * NS)


@ENGINES
def test_parts_on_a_conveyor_come_from_where_they_are(simulate):
    line, outcome = begun(
        simulate, "inside: [{product: p, at: belt, positions: [4 m, 2.5 m, 1 m]}]"
    )

    # The one at the end leaves at once; the others come as far as they are away.
    assert of(line, outcome, "belt", State.CONVEYED) == [(0, 1.5), (0, 3.0)]
    assert of(line, outcome, "A_queue", State.WAITING) == [(1.5, 20.0), (3.0, 33.0)]


@ENGINES
@pytest.mark.parametrize(
    ("left", "working"),
    [
        ("setup_left: 3 s", (4, 14)),
        ("load_left: 0.5 s", (0.5, 10.5)),
        ("work_left: 6 s", (0, 6)),
        ("finished: true", None),
    ],
)
def test_the_stages_before_the_one_in_progress_are_over(simulate, left, working):
    line, outcome = begun(simulate, f"inside: [{{product: p, at: A, {left}}}]")

    assert of(line, outcome, "A", State.WORKING) == ([] if working is None else [working])
    gone = 0 if working is None else working[1] + 2
    assert of(line, outcome, "out", State.FINISHED) == [(0, gone)]


@ENGINES
def test_a_repair_goes_on_and_what_was_worked_on_waits_for_it(simulate):
    start = (
        "inside: [{product: p, at: A, work_left: 6 s}]\ndown: [{at: A, failure: jam, left: 4 s}]"
    )
    line, outcome = begun(simulate, start)

    assert of(line, outcome, "A", State.UNDER_REPAIR) == [(0, 4)]
    assert of(line, outcome, "A", State.WORKING) == [(4, 10)]


@ENGINES
def test_maintenance_goes_on_when_somebody_has_come(simulate):
    start = """inside: [{product: p, at: B, server: 2, work_left: 1 s}]
down: [{at: B, maintenance: oil, left: 4 s}]
units: [{operator: men, moves_to: there, left: 3 s}]"""
    line, outcome = begun(simulate, start)

    assert of(line, outcome, "men[1]", State.MOVING) == [(0, 3)]
    assert of(line, outcome, "men[2]", State.REPAIRING) == [(0, 4)]  # a machine without a place
    assert of(line, outcome, "B[1]", State.MAINTENANCE) == [(0, 4)]
    assert of(line, outcome, "B[2]", State.WORKING) == [(0, 1)]


@ENGINES
def test_units_are_where_they_are_needed_whatever_their_rule_would_say(simulate):
    start = """down:
  - {at: B, maintenance: oil, left: 4 s}
  - {at: B, server: 2, maintenance: oil, left: 5 s}
units:
  - {operator: men, unit: 2, attends: B}
  - {operator: men, attends: B, server: 2, left: 3 s}"""
    line, outcome = begun(simulate, start)

    assert of(line, outcome, "men[2]", State.REPAIRING) == [(0, 4)]
    assert of(line, outcome, "men[1]", State.MOVING) == [(0, 3)]
    assert of(line, outcome, "men[1]", State.REPAIRING) == [(3, 8)]


@ENGINES
def test_units_bring_what_they_carry(simulate):
    start = """units:
  - {operator: men, carries: p, to: rack, left: 2 s, age: 9 s}
  - {operator: men, unit: 2, carries: q, to: rack, step: placing, left: 0.25 s}"""
    line, outcome = begun(simulate, start)

    assert of(line, outcome, "men[1]", State.CARRYING) == [(0, 2)]
    assert of(line, outcome, "men[1]", State.PLACING) == [(2, 3)]
    assert of(line, outcome, "men[2]", State.PLACING) == [(0, 0.25)]
    assert of(line, outcome, "out", State.FINISHED) == [(0, 0.25), (-9, 3)]
    assert of(line, outcome, "men[2]", State.ENTERED) == [(0, 0)]


@ENGINES
def test_a_kit_that_has_begun_goes_on(simulate):
    start = """inside:
  - {product: p, at: K, gathered: true}
  - {product: q, at: K, gathered: true}
  - {product: p, at: B, work_left: 2 s}"""
    line, outcome = begun(simulate, start)

    assert of(line, outcome, "K", State.WORKING) == [(2, 6)]


FAULTS = [
    ("inside: [{product: p, at: belt, positions: [5 m]}]", "from 0 m, its entry, to 4 m, its end"),
    (
        "inside: [{product: p, at: belt, positions: [1 m, 0.5 m]}]",
        "at least the pitch, 1 m, behind",
    ),
    (
        "inside: [{product: p, at: rack, positions: [1 m]}]",
        "only on a conveyor parts have positions",
    ),
    ("inside: [{product: p, at: B, load_left: 1 s}]", "'B' has no `load`; give it one, or write"),
    ("inside: [{product: p, at: A, finished: true, work_left: 1 s}]", "say of one stage how much"),
    ("inside: [{product: p, at: B, server: 3, work_left: 1 s}]", "it has 2 servers"),
    ("inside: [{product: p, at: B, count: 3, work_left: 1 s}]", "it has 2 servers"),
    ("inside: [{product: p, at: B, gathered: true}]", "neither assembles nor works on batches"),
    (
        "inside: [{product: p, at: K, count: 3, gathered: true}]",
        "no server of 'K' has room for them",
    ),
    ("inside: [{product: q, at: K, work_left: 1 s}]", "what it works on is the 'p' that it makes"),
    ("inside: [{product: p, at: rack, server: 1}]", "goes with `work_left`"),
    (
        "down: [{at: A, failure: jum, left: 1 s}]",
        "no failure of 'A' named 'jum'.  Did you mean 'jam'",
    ),
    ("down: [{at: A, left: 1 s}]", "say why: `failure: jam` or `maintenance: greasing`"),
    ("down: [{at: B, server: 3, maintenance: oil, left: 1 s}]", "'B' has 2; found server 3"),
    ("units: [{operator: men}]", "say what it does: stand, `at: press`; come, `moves_to: press`"),
    ("units: [{operator: men, moves_to: there}]", "goes with `moves_to`: write `left: 2 s`"),
    ("units: [{operator: men, at: here, left: 1 s}]", "does not go with `at`; leave it out"),
    ("units: [{operator: men, attends: B}]", "server 1 does not need 'men'; put a part on it"),
    ("units: [{operator: men, unit: 3, at: here}]", "'men' has 2; found unit 3"),
    (
        "units: [{operator: men, carries: p, to: belt, left: 1 s}]",
        "no flow entry by 'men' leads to",
    ),
    ("units: [{at: here}]", "say whose unit it is: `robot: arm` or `operator: loaders`"),
    ("units: [{operator: men, moves_to: thre, left: 1 s}]", "no place named 'thre'.  Did you mean"),
]


@pytest.mark.parametrize(("start", "fault"), FAULTS)
def test_a_start_that_cannot_be_is_refused_and_says_what_would_do(start, fault):
    with pytest.raises(CellFileError) as refused:
        load_text(NOW.replace("START", start).replace("JAM", "{after: 1 h, repair: 60 s}"))

    assert fault in str(refused.value)


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

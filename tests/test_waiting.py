"""Parts that must stay for a while, and parts that do not wait for ever, on both engines."""

import numba
import pytest

from cells.errors import CellFileError
from cells.load import load_text
from tests.agreement import differ_logs
from tests.test_truth import judge
from twin.build import build_line
from twin.kernel.model import NS_PER_S, Line
from twin.kernel.outcome import Outcome
from twin.kernel.run import replicate
from twin.kernel.run import simulate as kernel
from twin.kernel.states import Ending, State
from twin.kernel.tally import Tally
from twin.reference.run import simulate as reference

ENGINES = pytest.mark.parametrize("simulate", [reference, kernel], ids=["reference", "kernel"])
COMPILED = not numba.config.DISABLE_JIT


def line_of(body: str) -> Line:
    head = "taktwin: 1\nname: waiting\nrun: {horizon: 1 h}\nsinks: {out: {}}\n"
    return build_line(load_text(head + body))


def told(line: Line, outcome: Outcome, *states: State) -> list[tuple[str, str, float, float, int]]:
    """Return resource, state, begin and end (s) and cause of records, in canonical order."""
    rows = outcome.log.activities
    return [
        (
            line.resources[row["resource"]],
            State(row["state"]).name,
            row["t0"] / NS_PER_S,
            row["t1"] / NS_PER_S,
            int(row["cause"]),
        )
        for row in rows[[int(state) in states for state in rows["state"]]]
    ]


@ENGINES
def test_a_part_leaves_the_queue_or_the_door_when_its_patience_is_over(simulate):
    line = line_of("""
products: {p: {}}
sources: {src: {product: p, every: 1 h, first: 0 s, batch: 4, limit: 4, patience: 6 s}}
stations: {A: {process: 10 s, queue: {capacity: 1, patience: 4 s}}}
flow: [{from: src, to: A}, {from: A, to: out}]
""")
    outcome = simulate(line, seed=1, end=9 * NS_PER_S)

    # One is worked on; the second leaves the queue at 4, when the third comes in; the fourth
    # leaves outside at 6; the third leaves the queue at 8.
    queue, expired = line.resources.index("A_queue"), Ending.EXPIRED
    assert told(line, outcome, State.ENTERED, State.SCRAPPED, State.WAITING) == [
        ("src", "ENTERED", 0, 0, queue),
        ("src", "ENTERED", 0, 0, queue),
        ("src", "ENTERED", 0, 4, queue),
        ("A_queue", "WAITING", 0, 4, expired),
        ("A_queue", "SCRAPPED", 0, 4, expired),
        ("src", "ENTERED", 0, 6, expired),
        ("src", "SCRAPPED", 6, 6, expired),
        ("A_queue", "WAITING", 4, 8, expired),
        ("A_queue", "SCRAPPED", 4, 8, expired),
    ]
    assert (int(outcome.tally.inside), int(outcome.tally.outside)) == (1, 0)
    assert outcome.tally.scrapped.tolist() == [3]
    assert outcome.tally.count[queue, State.WAITING] == 2


@ENGINES
def test_a_part_that_a_carrier_comes_for_waits_for_it(simulate):
    line = line_of("""
products: {p: {}}
sources: {src: {product: p, every: 1 h, first: 0 s, batch: 2, limit: 2}}
buffers: {rack: {patience: 2 s, at: west}}
stations: {A: {process: 1 s, at: east}}
operators: {anna: {walking: 1 m/s, pick: 1 s, place: 0 s, home: east}}
places: {west: {position: [0 m, 0 m, 0 m]}, east: {position: [3 m, 0 m, 0 m]}}
flow: [{from: src, to: rack}, {from: rack, to: A, by: anna}, {from: A, to: out}]
""")
    outcome = simulate(line, seed=1, end=60 * NS_PER_S)

    # She is on her way to the first when its patience would end, at 2; the second leaves then.
    unit = line.resources.index("anna")
    assert told(line, outcome, State.WAITING) == [
        ("rack", "WAITING", 0, 2, Ending.EXPIRED),
        ("rack", "WAITING", 0, 4, unit),
    ]


@ENGINES
@pytest.mark.parametrize("order", ["fifo", "lifo"])
def test_only_ripe_parts_are_offered(order, simulate):
    line = line_of(f"""
products: {{p: {{}}}}
sources: {{src: {{product: p, every: 2 s, limit: 3, first: 0 s}}}}
buffers: {{rack: {{dwell: 10 s, order: {order}}}}}
flow: [{{from: src, to: rack}}, {{from: rack, to: out}}]
""")

    outcome = simulate(line, seed=1, end=60 * NS_PER_S)

    assert [end for _, _, _, end, _ in told(line, outcome, State.FINISHED)] == [10, 12, 14]


@ENGINES
def test_parts_line_up_as_they_ripen_and_hold_their_places_before(simulate):
    line = line_of("""
products: {p: {}}
sources: {src: {product: p, every: 1 s, limit: 4, first: 0 s}}
stations: {A: {process: 5 s, queue: {capacity: 3, dwell: 4 s, order: lifo, patience: 4 s}}}
flow: [{from: src, to: A}, {from: A, to: out}]
""")

    outcome = simulate(line, seed=1, end=60 * NS_PER_S)

    # Ripe at 4, 5, 6 and 8: the first starts at 4 and lets the fourth in.  At 9 the patience of the
    # second is over before the last one that is ripe, the fourth, starts; that of the third at 10.
    a, queue = line.resources.index("A"), line.resources.index("A_queue")
    assert told(line, outcome, State.WAITING) == [
        ("A_queue", "WAITING", 0, 4, a),
        ("A_queue", "WAITING", 1, 9, Ending.EXPIRED),
        ("A_queue", "WAITING", 4, 9, a),
        ("A_queue", "WAITING", 2, 10, Ending.EXPIRED),
    ]
    entered = told(line, outcome, State.ENTERED)
    assert [row[2:] for row in entered] == [
        (0, 0, queue),
        (1, 1, queue),
        (2, 2, queue),
        (3, 4, queue),
    ]


# M/M/1 with exponential patience (Palm's model, M/M/1+M): the birth-death chain in closed form.
ARRIVALS, SERVICE, LEAVING = 0.9, 1.0, 0.25  # rates, 1/s


def chain() -> list[float]:
    """Return the probabilities of 0, 1, ... parts at the station."""
    weights = [1.0]
    for n in range(1, 200):
        weights.append(weights[-1] * ARRIVALS / (SERVICE + (n - 1) * LEAVING))
    return [weight / sum(weights) for weight in weights]


@ENGINES
@pytest.mark.parametrize("where", ["queue", "source"])
def test_the_share_that_gives_up_and_the_load_are_those_of_palms_model(where, simulate):
    full = simulate is kernel and COMPILED
    patience = f"patience: {{exponential: {{mean: {1 / LEAVING} s}}}}"
    outside, inside = (patience, "") if where == "source" else ("", f"queue: {{{patience}}}")
    line = line_of(f"""
products: {{p: {{}}}}
sources: {{src: {{product: p, every: {{exponential: {{mean: {1 / ARRIVALS!r} s}}}}, {outside}}}}}
stations: {{A: {{process: {{exponential: {{mean: 1 s}}}}, {inside}}}}}
flow: [{{from: src, to: A}}, {{from: A, to: out}}]
""")
    end = (200_000 if full else 4_000 if COMPILED else 500) * NS_PER_S
    if full:
        tally = replicate(line, seed=3, replications=10, end=end, start=end // 20)
    else:
        runs = [simulate(line, seed=3, replication=k, end=end, start=end // 20) for k in range(10)]
        tally = Tally.stack([run.tally for run in runs])
    width = 0.02 if full else 0.3 if COMPILED else 0.8

    p = chain()
    lost = sum((n - 1) * LEAVING * share for n, share in enumerate(p) if n > 1) / ARRIVALS
    left = tally.scrapped[:, 0] + tally.finished[:, 0]
    judge(tally.scrapped[:, 0] / left, lost, width, "share that gives up")
    busy = tally.state_time[:, line.resources.index("A"), State.WORKING] / (tally.end - tally.start)
    judge(busy, 1.0 - p[0], width, "load")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{product: p, saturated: true, patience: 5 s}", "patience: parts of a source that is sat"),
        ("{product: p, every: 1 s, patience: 5}", "patience: 5 is a bare number"),
    ],
)
def test_a_patience_that_makes_no_sense_is_refused(body, message):
    with pytest.raises(CellFileError) as found:
        line_of(f"""
products: {{p: {{}}}}
sources: {{src: {body}}}
stations: {{A: {{process: 1 s}}}}
flow: [{{from: src, to: A}}, {{from: A, to: out}}]
""")

    assert message in str(found.value)


@ENGINES
def test_a_loop_of_buffers_is_allowed_where_parts_stay(simulate):
    line = line_of("""
products: {p: {}}
sources: {src: {product: p, every: 1 h, first: 0 s, limit: 1}}
buffers: {hot: {dwell: 3 s}, cold: {}}
flow:
  - {from: src, to: hot}
  - {from: hot, to: cold}
  - {from: cold, to: [hot, out], choose: cyclic}
""")

    outcome = simulate(line, seed=1, end=60 * NS_PER_S)

    assert [end for _, _, _, end, _ in told(line, outcome, State.FINISHED)] == [6]


@ENGINES
def test_falling_asleep_that_work_forestalls_is_no_event(simulate):
    text = """taktwin: 1
name: awake
products: {p: {}}
sources: {src: {product: p, every: 1 h, first: 1 s}}
stations:
  A:
    process: 6 s
    power: {working: 1 kW, idle: 1 kW, standby: {power: 1 W, after: 5 s}}
sinks: {out: {}}
flow: [{from: src, to: A}, {from: A, to: out}]
run: {horizon: 1 h, most_events: 2}
"""

    # The arrival at 1 and the end of work at 7; it would have fallen asleep at 5.
    assert simulate(build_line(load_text(text)), seed=1, end=10 * NS_PER_S).stop is None


def test_a_settling_that_runs_out_of_room_is_finished_before_anything_else_ends():
    # Parts give up at the instant at which they come, and the source makes others, for ever.
    line = line_of(
        """
products: {a: {}}
sources: {s: {product: a, saturated: true}}
stations: {m: {process: 3 s, queue: {patience: 0 s}}}
flow: [{from: s, to: m}, {from: m, to: out}]
loops: {k: {cards: 4}}
"""
    )

    ours, theirs = (simulate(line, seed=1, end=10 * NS_PER_S) for simulate in (kernel, reference))

    assert ours.stop.kind == "livelock"
    assert differ_logs(line, ours, theirs) is None

"""The compiled line inside a user's environment does what the reference does in its own."""

from pathlib import Path

import numpy as np
import pytest
import simpy
from hypothesis import assume, given

import twin
from cells.errors import CellFileError
from cells.load import load_text
from tests.embed.users import User, external
from tests.strategies import NS, Case, cases
from tests.test_engines_agree import examples
from twin.build import build_line
from twin.embed import AttachedLine
from twin.kernel.run import simulate
from twin.kernel.states import State
from twin.reference.run import Reference


def both(case: Case) -> str | None:
    """Return how the engines differ with the same user around them; None if they do not."""
    line = external(case).line()
    env = simpy.Environment()
    ours = AttachedLine(env, line, seed=case.seed, replication=case.replication, unit="ns")
    our_user = User(env, ours, line, case.seed)
    env.run(until=case.horizon + 1)

    theirs = Reference(line, case.seed, case.replication)
    their_user = User(theirs.env, theirs, line, case.seed)
    theirs.run(case.horizon)

    if ours.stop != theirs.stop:
        return f"stops: {ours.stop!r}, {theirs.stop!r}"
    a, b = ours.log().activities, theirs.log(None).activities
    if ours.stop is None:
        a = a[(a["t0"] < case.horizon) | (a["cause"] != -2)]
        a["t1"] = np.minimum(a["t1"], case.horizon)
        a = np.sort(a, order=["t1", "resource", "t0", "state", "part"])
        b = np.sort(b, order=["t1", "resource", "t0", "state", "part"])
    if not np.array_equal(a, b):
        k = next((k for k in range(min(len(a), len(b))) if a[k] != b[k]), min(len(a), len(b)))
        return f"record {k}: {a[k : k + 1]}, {b[k : k + 1]}"
    end = case.horizon if ours.stop is None else ours.stop.at
    we, they = our_user.seen_until(end), their_user.seen_until(end)
    if we != they:
        first = next(
            (f"{x}\n{y}" for x, y in zip(we, they, strict=False) if x != y), "one saw more"
        )
        return f"seen: {len(we)}, {len(they)}: {first}"
    return None


@examples(150, 25)
@given(cases())
def test_both_engines_do_the_same_with_the_same_user_around_them(case):
    try:
        found = both(case)
    except CellFileError:
        assume(False)

    assert found is None, f"{found}\n{case}"


CELL = """taktwin: 1
name: dock
products: {crate: {}, pallet: {}}
sources: {dock: {product: {crate: 50 %, pallet: 50 %}, external: true}}
stations: {mill: {process: 3 s, queue: 4}}
sinks: {out: {}}
flow: [{from: dock, to: mill}, {from: mill, to: out}]
run: {horizon: 1 h}
"""


def test_a_vehicle_feeds_the_line_and_reacts_to_its_finished_parts():
    env = simpy.Environment()
    line = twin.attach(env, load_text(CELL))
    back = []

    def vehicle():
        finished = line.watch("finished", "out")
        for trip in range(3):
            yield env.timeout(10)
            line.put("dock", "crate", count=2)
            for _ in range(2):
                part = yield finished.get()
                back.append((trip, part.at, part.product, part.since))

    env.process(vehicle())
    env.run(until=100)

    assert back == [
        (0, 13, "crate", 10),
        (0, 16, "crate", 10),
        (1, 29, "crate", 26),
        (1, 32, "crate", 26),
        (2, 45, "crate", 42),
        (2, 48, "crate", 42),
    ]


FULL = """taktwin: 1
name: full
products: {crate: {}}
sources: {dock: {product: crate, external: true}}
buffers: {yard: {}}
stations: {mill: {process: 3 s}}
sinks: {out: {}}
flow: [{from: dock, to: yard}, {from: yard, to: mill}, {from: mill, to: out}]
run: {horizon: 1 h, LIMIT}
"""


@pytest.mark.parametrize(
    ("limit", "kind", "seen"),
    [
        ("most_parts: 4", "overload", [4, 7]),
        ("most_events: 3", "limit of events", [4, 7, 10, 13]),
    ],
)
@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_those_who_watch_are_told_what_happens_at_the_instant_at_which_it_stops(
    engine, limit, kind, seen
):
    cell = load_text(FULL.replace("LIMIT", limit))
    if engine == "kernel":
        env = simpy.Environment()
        line, unit = twin.attach(env, cell), 1
    else:
        line = Reference(build_line(cell), 1)
        env, unit = line.env, NS
    told = []

    def clerk():
        finished = line.watch("finished", "out")
        while True:
            part = yield finished.get()
            told.append(part.at / unit)
            line.put("dock", count=1)  # to no effect when it has stopped

    def feeder():
        yield env.timeout(1 * unit)
        line.put("dock", count=3)
        yield env.timeout(6 * unit)
        line.put("dock", count=2)

    env.process(clerk())
    env.process(feeder())
    env.run(until=60) if engine == "kernel" else line.run(60 * NS)

    assert line.stop is not None
    assert line.stop.kind == kind
    assert told == seen
    assert line.log().activities["t1"].max() == line.stop.at


def test_a_station_that_is_stopped_finishes_its_part_after_it_is_started():
    env = simpy.Environment()
    line = twin.attach(env, load_text(CELL))
    changes = line.watch("changed", "mill")

    def foreman():
        line.put("dock", "crate")
        yield env.timeout(2)
        line.stop_station("mill")
        yield env.timeout(5)
        line.start_station("mill")

    env.process(foreman())
    env.run(until=20)

    assert [(h.at, h.state) for h in changes.items] == [
        (0, State.WORKING),
        (2, State.OFF_SHIFT),
        (7, State.WORKING),
        (8, State.STARVED),
    ]


def test_the_pace_counts_from_the_next_part_on():
    env = simpy.Environment()
    line = twin.attach(env, load_text(CELL))
    finished = line.watch("finished")
    line.put("dock", "crate", count=3)

    def foreman():
        yield env.timeout(1)
        line.set_pace("mill", 2.0)

    env.process(foreman())
    env.run(until=30)

    assert [h.at for h in finished.items] == [3, 9, 15]


@pytest.mark.parametrize(("unit", "ns"), [("s", NS), ("min", 60 * NS), ("ms", NS // 1000)])
def test_the_line_alone_does_in_any_unit_what_it_does_outside(unit, ns):
    text = CELL.replace("external: true", "every: {exponential: {mean: 4 s}}")
    cell = load_text(text)
    env = simpy.Environment(initial_time=17)
    line = twin.attach(env, cell, seed=5, unit=unit)

    env.run(until=17 + 600 * NS / ns)
    log = line.log()

    expected = simulate(build_line(cell), seed=5, end=600 * NS).log
    assert log.end == 600 * NS
    done = log.activities["t1"] < 600 * NS
    assert np.array_equal(
        log.activities[done], expected.activities[expected.activities["t1"] < 600 * NS]
    )


def test_a_mistake_is_told_with_what_would_do():
    env = simpy.Environment()
    line = twin.attach(env, load_text(CELL))

    with pytest.raises(KeyError, match="no external source named 'dok'"):
        line.put("dok")
    with pytest.raises(KeyError, match="no product named 'crates'"):
        line.put("dock", "crates")
    with pytest.raises(KeyError, match="no station named 'out'"):
        line.stop_station("out")
    with pytest.raises(KeyError, match="no kind of happening named 'finish'"):
        line.watch("finish")
    with pytest.raises(ValueError, match="at least 1 part; got 0"):
        line.put("dock", count=0)
    with pytest.raises(ValueError, match="one of ns, us, ms, s, min, h; found 'd'"):
        twin.attach(env, load_text(CELL), unit="d")


def test_the_example_of_the_manual_runs():
    text = (Path(__file__).parents[2] / "docs" / "simpy.md").read_text(encoding="utf-8")
    example = text.split("```python\n")[1].split("```")[0]
    told: list[str] = []

    exec(example, {"print": lambda *words: told.append(" ".join(map(str, words)))})

    assert len(told) > 20
    assert " s: part 0 after " in told[0]

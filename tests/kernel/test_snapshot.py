"""A run goes on from a snapshot as if nothing had been."""

import io
import zipfile
from random import Random

import numpy as np
import pytest
from hypothesis import given

from cells.load import load_text
from tests.kernel.test_run import COMPILED, EXAMPLES, assert_same, line_of, queue
from tests.strategies import cases
from twin.build import build_line
from twin.kernel.layout import model_of, state_of
from twin.kernel.model import NS_PER_S
from twin.kernel.run import replicate, simulate
from twin.kernel.single import Run
from twin.kernel.snapshot import SnapshotError, dump, restore
from twin.kernel.tally import STOPPED

LATER = (3_600 if COMPILED else 240) * NS_PER_S
NOW = LATER // 6


def running(line, until, *, seed=1, end=LATER, log=True):
    model = model_of(line)
    state = state_of(line, model, seed=seed, replication=0, end=end, log=log)
    run = Run(line, model, state, end=end)
    run.advance(until)
    return run


@EXAMPLES
@given(cases())
def test_a_run_saved_and_loaded_at_any_instant_equals_the_run_in_one(case):
    line = line_of(case)
    settings = {"seed": case.seed, "replication": case.replication, "end": case.horizon}
    whole = simulate(line, **settings)

    rng, model = Random(case.seed), model_of(line)
    run = Run(line, model, state_of(line, model, **settings, log=True), end=case.horizon)
    for until in sorted(rng.randint(0, case.horizon) for _ in range(3)):
        run.advance(until)
        run = Run(line, model, restore(line, dump(line, run.state)), end=case.horizon)
    pieces = run.outcome()

    assert np.array_equal(pieces.log.activities, whole.log.activities)
    assert pieces.stop == whole.stop
    assert_same(pieces.tally, whole.tally)


STOPPING = {
    "deadlock": "buffers: {a: {capacity: 1}}\nsinks: {out: {}}\nflow: [{from: s, to: m}, {from: m,"
    " to: a}, {from: a, to: {n: 100 %}}, {from: n, to: {m: 99.9999 %, out: 0.0001 %}}]",
    "overload": "sinks: {out: {}}\nbuffers: {a: {}}\nflow: [{from: s, to: a}, {from: a, to: m},"
    " {from: m, to: n}, {from: n, to: out}]",
    "limit of events": "sinks: {out: {}}\nflow: [{from: s, to: m}, {from: m, to: n},"
    " {from: n, to: out}]",
}


@pytest.mark.parametrize("kind", STOPPING)
def test_a_line_that_has_stopped_stays_stopped_when_it_is_taken_up_again(kind):
    limits = {"overload": ", most_parts: 9", "limit of events": ", most_events: 20"}.get(kind, "")
    last = ", limit: 3" if kind == "deadlock" else ""
    line = build_line(
        load_text(
            "taktwin: 1\nname: x\nproducts: {p: {}}\nsources: {s: {product: p, every: 1 s"
            f"{last}}}}}\nstations: {{m: {{process: 3 s}}, n: {{process: 3 s}}}}\n"
            f"{STOPPING[kind]}\n"
            f"run: {{horizon: 1 h{limits}}}"
        )
    )
    run = running(line, NOW)
    first = run.advance(NOW)

    again = Run(line, model_of(line), restore(line, dump(line, run.state)), end=LATER)

    assert first is not None
    assert first.kind == kind
    assert again.advance(LATER) == first
    stopped = replicate(line, seed=2, replications=3, end=LATER, start=NOW, origin=run.state)
    assert stopped.finished.sum() == 0
    assert [STOPPED[one] for one in stopped.stopped] == [kind] * 3


def test_forecasts_from_a_state_differ_in_luck_but_not_in_what_has_begun():
    line = queue(1)
    state = running(line, NOW, end=NOW).state
    now = int(state.glob["now"][0])

    soon = replicate(line, seed=9, replications=20, end=now + 1, start=now, origin=state)
    later = replicate(line, seed=9, replications=20, end=now + LATER, start=now, origin=state)
    again = replicate(
        line, seed=9, replications=20, end=now + LATER, start=now, origin=state, threads=1
    )

    assert np.unique(soon.inside).tolist() == [int(state.glob["inside"][0])]
    assert np.unique(later.finished).size > 5
    assert_same(later, again)


def test_a_forecast_does_not_touch_the_state_it_starts_from():
    line = queue(2)
    state = running(line, NOW).state
    before = dump(line, state)

    replicate(line, seed=2, replications=3, end=LATER, start=NOW, origin=state)

    assert dump(line, state) == before


def test_a_tally_cannot_begin_before_the_state():
    line = queue(1)
    state = running(line, NOW).state

    with pytest.raises(ValueError, match="start must not be before it, got 5"):
        replicate(line, seed=2, replications=3, end=LATER, start=5, origin=state)


@pytest.mark.parametrize("cut", [0, 1, 100, 5_000, -1])
def test_half_a_snapshot_is_refused(cut):
    line = queue(1)
    data = dump(line, running(line, 60 * NS_PER_S).state)

    with pytest.raises(SnapshotError, match="not a snapshot of a line, or damaged"):
        restore(line, data[: min(cut, len(data) - 1)])


def test_a_snapshot_of_another_line_is_refused():
    data = dump(queue(1), running(queue(1), 60 * NS_PER_S).state)

    with pytest.raises(SnapshotError, match="of another model"):
        restore(queue(1, arrivals=2.0), data)


def test_a_changed_snapshot_is_refused():
    line = queue(1)
    state = running(line, 60 * NS_PER_S).state
    note = dump(line, state)
    state.glob["now"] += 1
    with (
        zipfile.ZipFile(io.BytesIO(note)) as old,
        zipfile.ZipFile(io.BytesIO(dump(line, state))) as new,
    ):
        mixed = io.BytesIO()
        with zipfile.ZipFile(mixed, "w") as out:
            for name in old.namelist():
                out.writestr(name, (new if name == "glob.npy" else old).read(name))

    with pytest.raises(SnapshotError, match="damaged: its content is not what was saved"):
        restore(line, mixed.getvalue())

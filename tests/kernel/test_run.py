"""Claims about runs of the compiled engine."""

import gc
import math
from dataclasses import fields, replace
from random import Random
from weakref import ref

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from numba import config

from cells.errors import CellFileError
from cells.load import load_text
from tests.strategies import cases
from twin.build import build_line
from twin.kernel import single
from twin.kernel.layout import model_of, state_of
from twin.kernel.model import NS_PER_S
from twin.kernel.run import replicate, simulate
from twin.kernel.states import N_STATES, PART_STATES, NodeKind, State
from twin.kernel.stops import RunError
from twin.kernel.tally import Tally

COMPILED = not config.DISABLE_JIT
EXAMPLES = settings(
    deadline=None,
    max_examples=100 if COMPILED else 10,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

LINE = """taktwin: 1
name: line
products: {{part: {{}}}}
sources: {{src: {{product: part, {source}}}}}
stations: {{mill: {{process: {process}, {mill}}}}}
sinks: {{out: {{}}}}
flow: [{{from: src, to: mill}}, {{from: mill, to: {to}}}]
run: {{horizon: 1 h}}
"""


def line(source="saturated: true", process="2 s", mill="servers: 1", to="out"):
    text = LINE.format(source=source, process=process, mill=mill, to=to)
    return build_line(load_text(text))


def queue(servers, arrivals=1.0, service=0.8):
    return line(
        f"every: {{exponential: {{mean: {arrivals} s}}}}",
        f"{{exponential: {{mean: {service} s}}}}",
        f"queue: unlimited, servers: {servers}",
    )


def line_of(case):
    try:
        return case.line()
    except CellFileError:
        assume(False)


def assert_same(found, expected):
    for field in fields(Tally):
        a, b = getattr(found, field.name), getattr(expected, field.name)
        np.testing.assert_array_equal(a, b, err_msg=field.name)


# ---- formulas ----


@pytest.mark.parametrize(("servers", "load"), [(1, 0.7), (3, 0.8)])
def test_the_lead_time_of_a_markovian_queue_is_that_of_erlang(servers, load):
    parts, runs = (100_000, 10) if COMPILED else (600, 2)
    horizon = parts * NS_PER_S
    found = replicate(
        queue(servers, 1.0, servers * load),
        seed=3,
        replications=runs,
        end=horizon,
        start=horizon // 20,
    )

    offered = servers * load
    busy = offered**servers / math.factorial(servers) / (1 - load)
    idle = sum(offered**k / math.factorial(k) for k in range(servers))
    wait = busy / (busy + idle) * load / (1 - load)  # Erlang C, service time servers * load
    lead = found.lead_time.sum() / found.finished.sum() / NS_PER_S
    assert lead == pytest.approx(wait + offered, rel=0.03 if COMPILED else 0.4)


def test_work_in_process_is_arrivals_times_lead_time():
    horizon = (100_000 if COMPILED else 1_000) * NS_PER_S
    found = simulate(queue(1), seed=2, end=horizon, log=False).tally

    inside = found.lead_time.sum() + _unfinished(found)
    assert inside == pytest.approx(float(found.wip_time), rel=1e-2)  # Little's law


def _unfinished(found):
    return float(found.inside) * found.lead_time.sum() / found.finished.sum()


def test_a_saturated_station_loses_only_its_repairs():
    failing = line(
        process="1 s",
        mill="failures: {jam: {after: {exponential: {mean: 40 s}}, repair: 8 s}}",
    )
    horizon = (500_000 if COMPILED else 2_000) * NS_PER_S
    found = simulate(failing, seed=5, end=horizon, log=False).tally

    rate = found.finished.sum() / horizon * NS_PER_S
    assert rate == pytest.approx(40 / 48, rel=0.01 if COMPILED else 0.15)


# ---- invariants on any cell ----

_LEAVING = (State.FINISHED, State.SCRAPPED, State.CONSUMED)


@EXAMPLES
@given(cases())
def test_states_partition_the_time_of_every_server_and_unit(case):
    line = line_of(case)
    out = simulate(line, seed=case.seed, replication=case.replication, end=case.horizon)

    rows = out.log.activities
    station = np.append(line.nodes["kind"], NodeKind.STATION)[line.resource_node]
    of_parts = np.isin(rows["state"], PART_STATES)
    for r in np.flatnonzero(station == NodeKind.STATION):
        own = rows[(rows["resource"] == r) & ~of_parts]
        own = own[np.lexsort([own["t1"], own["t0"]])]
        edges = [0, *own["t1"].tolist()]
        assert own["t0"].tolist() == edges[:-1], line.resources[r]
        assert edges[-1] == out.log.end


@EXAMPLES
@given(cases())
def test_parts_are_conserved_at_every_instant(case):
    line = line_of(case)
    out = simulate(line, seed=case.seed, replication=case.replication, end=case.horizon)

    rows = out.log.activities
    for product in range(len(line.products)):
        own = rows[rows["product"] == product]
        entered = own[np.isin(own["state"], (State.ENTERED, State.MADE))]
        left = own[np.isin(own["state"], _LEAVING)]
        assert len(set(entered["part"].tolist())) == entered.size
        assert set(left["part"].tolist()) <= set(entered["part"].tolist())
        assert (left["t1"] >= left["t0"]).all()
    entries = np.isin(rows["state"], (State.ENTERED, State.MADE)).sum()
    inside = entries - np.isin(rows["state"], _LEAVING).sum()
    assert inside == out.tally.inside


@EXAMPLES
@given(cases())
def test_no_buffer_or_belt_holds_more_than_its_capacity(case):
    line = line_of(case)
    rows = simulate(line, seed=case.seed, replication=case.replication, end=case.horizon)
    rows = rows.log.activities
    for node in line.nodes:
        if node["kind"] in (NodeKind.BUFFER, NodeKind.CONVEYOR) and node["capacity"] >= 0:
            stays = rows[
                (rows["resource"] == node["resource"])
                & np.isin(rows["state"], (State.WAITING, State.CONVEYED))
            ]
            times = np.concatenate([stays["t0"], stays["t1"]])
            change = np.repeat([1, -1], stays.size)
            order = np.lexsort([change, times])  # a place is left before it is taken
            assert change[order].cumsum().max(initial=0) <= node["capacity"]


@EXAMPLES
@given(cases())
def test_the_sums_of_a_run_are_those_of_its_log(case):
    line = line_of(case)
    start = case.horizon // 3
    settings = {"seed": case.seed, "replication": case.replication, "end": case.horizon}
    out = simulate(line, **settings, start=start)

    stopped = {"stopped": int(out.tally.stopped), "horizon": case.horizon}
    outside = int(out.tally.outside)
    expected = Tally.from_log(line, out.log, start=start, outside=outside, **stopped)
    assert_same(out.tally, expected)
    assert_same(simulate(line, **settings, start=start, log=False).tally, expected)


@EXAMPLES
@given(cases())
def test_a_run_in_pieces_equals_the_run_in_one(case):
    line = line_of(case)
    settings = {"seed": case.seed, "replication": case.replication, "end": case.horizon}
    whole = simulate(line, **settings)

    model = model_of(line)
    run = single.Run(line, model, state_of(line, model, **settings, log=True), end=case.horizon)
    rng = Random(case.seed)
    for until in sorted(rng.randint(0, case.horizon) for _ in range(5)):
        run.advance(until)
    pieces = run.outcome()

    np.testing.assert_array_equal(pieces.log.activities, whole.log.activities)
    assert pieces.stop == whole.stop
    assert_same(pieces.tally, whole.tally)


def test_the_length_of_a_piece_and_the_room_of_pool_and_log_change_nothing(monkeypatch):
    crowded = queue(1, service=1.5)
    horizon = (4_000 if COMPILED else 300) * NS_PER_S
    usual = simulate(crowded, seed=1, end=horizon)

    monkeypatch.setattr(single, "_BUDGET", 7)
    monkeypatch.setattr("twin.kernel.layout._SLACK", 1)
    monkeypatch.setattr("twin.kernel.layout._ROOM", 1)
    tight = simulate(crowded, seed=1, end=horizon)

    np.testing.assert_array_equal(tight.log.activities, usual.log.activities)


# ---- replications ----


def test_a_line_is_laid_out_once_and_a_line_made_from_it_anew():
    first = line()
    nodes = first.nodes.copy()
    nodes["pace"] = 2.0
    second = replace(first, nodes=nodes)

    assert model_of(first) is model_of(first)
    assert model_of(second) is not model_of(first)
    paces = [model_of(one).nodes["pace"].max() for one in (first, second)]
    assert paces == [1.0, 2.0]


def test_what_a_line_is_laid_out_to_goes_with_it():
    one = line()
    kept = ref(one), ref(model_of(one).res)

    del one
    gc.collect()

    assert [found() for found in kept] == [None, None]


def test_threads_and_their_number_change_nothing():
    horizon = (500 if COMPILED else 30) * NS_PER_S
    settings = {"seed": 4, "end": horizon, "start": horizon // 5, "window": horizon // 7}
    one = replicate(queue(2), replications=9, threads=1, **settings)

    assert_same(replicate(queue(2), replications=9, threads=3, **settings), one)


def test_replications_can_be_added_to_earlier_ones():
    horizon = 30 * NS_PER_S
    all_ = replicate(queue(1), seed=4, replications=5, end=horizon)

    later = replicate(queue(1), seed=4, replications=range(3, 5), end=horizon)

    np.testing.assert_array_equal(later.state_time, all_.state_time[3:])


def test_a_replication_is_the_run_of_its_number():
    horizon = 30 * NS_PER_S
    all_ = replicate(queue(1), seed=4, replications=5, end=horizon)

    assert_same(
        simulate(queue(1), seed=4, replication=3, end=horizon, log=False).tally,
        replace(
            all_,
            **{
                f.name: getattr(all_, f.name)[3]
                for f in fields(Tally)
                if f.name not in ("start", "window")
            },
        ),
    )


def test_progress_is_told_up_to_the_end():
    told = []
    replicate(
        queue(1),
        seed=1,
        replications=4,
        end=NS_PER_S,
        progress=lambda done, total: told.append((done, total)),
    )

    assert told[-1] == (4, 4)
    assert told == sorted(told)


def test_an_interrupt_ends_runs_that_would_last_for_years(monkeypatch):
    monkeypatch.setattr(single, "_BUDGET", 1_000)

    def interrupt(_done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replicate(line(), seed=1, replications=3, end=2**61, progress=interrupt)


def test_memory_does_not_grow_with_the_horizon():
    def bytes_after(seconds):
        end = seconds * NS_PER_S
        model = model_of(line())
        state = state_of(line(), model, seed=1, replication=0, end=end)
        run = single.Run(line(), model, state, end=end)
        run.advance(end)
        return sum(array.nbytes for array in run._state)

    assert bytes_after(20_000 if COMPILED else 200) == bytes_after(1)


# ---- stops and errors ----


def test_a_loop_kept_full_by_its_source_is_a_deadlock_with_its_members():
    text = """taktwin: 1
name: loop
products: {part: {}}
sources: {src: {product: part, saturated: true}}
stations: {a: {process: 1 s}, b: {process: 1 s}}
sinks: {out: {}}
flow: [{from: src, to: a}, {from: a, to: b}, {from: b, to: {a: 100 %, out: 0 %}}]
run: {horizon: 1 h}
"""
    stop = simulate(build_line(load_text(text)), seed=1, end=100 * NS_PER_S).stop

    assert stop.kind == "deadlock"
    assert stop.at == 2 * NS_PER_S
    assert stop.members == ("a", "b")
    assert stop.blocked_since == (2 * NS_PER_S, 2 * NS_PER_S)
    assert stop.waits == ("a waits for b", "b waits for a")


def test_work_without_end_at_one_instant_is_a_livelock():
    out = simulate(line(process="0 s", mill="servers: 1"), seed=1, end=NS_PER_S)

    assert (out.stop.kind, out.stop.at, out.stop.members) == ("livelock", 0, ("mill",))
    assert out.log.end == 0


def test_an_empty_line_with_nothing_to_come_is_done():
    out = simulate(line(source="every: 1 s, limit: 2"), seed=1, end=60 * NS_PER_S)

    assert out.stop is None
    assert out.tally.finished.tolist() == [2]
    assert out.log.end == 60 * NS_PER_S


@pytest.mark.parametrize(
    "run",
    [
        lambda bad: simulate(bad, seed=1, end=60 * NS_PER_S),
        lambda bad: replicate(bad, seed=1, replications=3, end=60 * NS_PER_S),
    ],
)
def test_a_bad_time_is_told_with_its_resource_and_value(run):
    good = line(process="2 s")
    dists = good.dists.copy()
    dists["a"][good.process[good.process >= 0]] = -1e9

    with pytest.raises(RunError, match="mill: a time of -1 s was sampled at 0 s"):
        run(replace(good, dists=dists))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"seed": -1, "end": 1}, "seed must be from 0"),
        ({"seed": 1, "end": 1, "start": 2}, "start <= end"),
        ({"seed": 1, "end": 1, "replication": 2**32}, "replications must be"),
    ],
)
def test_settings_that_make_no_run_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        simulate(line(), **settings)


def test_a_tally_has_a_column_a_state():
    assert simulate(line(), seed=1, end=NS_PER_S).tally.count.shape == (3, N_STATES)

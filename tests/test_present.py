"""A start taken from a run: both engines begin with it, and go on as the plant would."""

import json
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from numba import config

from cells.canonical import canonical_json
from cells.errors import CellFileError
from cells.load import load_text
from tests.agreement import differ_logs, differ_tallies
from tests.strategies import cases
from twin.build import build_line
from twin.build.present import present
from twin.kernel.layout import model_of, state_of
from twin.kernel.model import NS_PER_S as NS
from twin.kernel.run import simulate as kernel
from twin.kernel.single import Run
from twin.kernel.states import State
from twin.reference.run import simulate as reference

EXAMPLES = settings(
    max_examples=12 if config.DISABLE_JIT else 150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


# A run may come to what no cell can begin with: parts made in a loop when no card was free, pallets
# of which the last has been scrapped, components that no source makes and that are used up.
NO_START = ["stand in the loop at the start", "ever gets to", "parts of two have to get"]


def cut(cell, line, at, *, seed=1, replication=0):
    """Return the cell as it stands at an instant; None if no cell can begin like that."""
    model = model_of(line)
    state = state_of(line, model, seed=seed, replication=replication, end=at)
    run = Run(line, model, state, end=at)
    if run.advance(at) is not None:
        return None
    try:
        return present(cell, line, run.state, at)
    except ValueError:  # a robot is about to exchange a part
        return None


@EXAMPLES
@given(cases())
def test_both_engines_do_the_same_from_any_instant_of_any_run(case):
    try:
        line = case.line()
    except CellFileError:
        assume(False)
    luck = {"seed": case.seed, "replication": case.replication}
    at = Random(case.seed).randint(1, case.horizon)
    cell = cut(load_text(case.text, allow_rules=True), line, at, **luck)
    assume(cell is not None)
    try:
        later = replace(case, document=json.loads(canonical_json(cell))).line()
    except CellFileError as error:
        assume(not any(known in str(error) for known in NO_START))
        raise

    ours, theirs = (engine(later, **luck, end=case.horizon) for engine in (kernel, reference))

    assert differ_logs(later, ours, theirs) is None
    assert differ_tallies(ours.tally, theirs.tally) is None


# No luck and no source: what a plant does after any instant is certain.
RING = """taktwin: 1
name: ring
products: {pallet: {}}
buffers: {store: {at: here}}
conveyors: {belt: {length: 4 m, speed: 1 m/s, pitch: 1 m, pick_at: there, accumulating: KIND}}
stations:
  press: {process: 7 s, servers: 2, load: 2 s, unload: 1.5 s, at: there, needs: {operator: crew}}
  oven: {process: 9 s, batch: {most: 2}}
sinks: {out: {}}
places: {here: {position: [0 m, 0 m, 0 m]}, there: {position: [6 m, 0 m, 0 m]}}
operators: {crew: {count: 3, walking: 1 m/s, pick: 0 s, place: 2 s, home: here}}
flow:
  - {from: store, to: press, by: crew}
  - {from: press, to: oven}
  - {from: oven, to: belt}
  - {from: belt, to: {store: 100 %}, by: crew}
inside: [{product: pallet, count: 7, at: store}]
run: {horizon: 10 min}
"""


@pytest.mark.parametrize("accumulating", ["true", "false"])
@pytest.mark.parametrize("simulate", [kernel, reference], ids=["kernel", "reference"])
def test_without_luck_a_line_goes_on_from_now_as_it_would_have_gone_on(accumulating, simulate):
    cell = load_text(RING.replace("KIND", accumulating))
    line = build_line(cell)
    whole = simulate(line, seed=1, end=300 * NS).log.activities

    # A unit on its way to a part does not keep it: another may go instead.
    moving = whole[whole["state"] == State.MOVING]
    instants = [s * NS + 500_000_000 for s in range(3, 150, 3)]
    for at in [at for at in instants if not np.any((moving["t0"] <= at) & (at < moving["t1"]))]:
        later = build_line(load_text(canonical_json(cut(cell, line, at))))
        rest = simulate(later, seed=1, end=300 * NS - at).log.activities

        for state in (State.WORKING, State.PLACING, State.CONVEYED, State.LOADING):
            went_on = whole[(whole["state"] == state) & (whole["t1"] > at)]
            again = rest[rest["state"] == state]
            assert np.array_equal(np.sort(went_on["t1"]), np.sort(again["t1"] + at)), (at, state)

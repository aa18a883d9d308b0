"""Claims about the memory that one run takes."""

from itertools import pairwise

import numpy as np
import pytest

from cells.load import load_text
from twin.build import build_line
from twin.kernel import arrays, state_records
from twin.kernel.layout import model_of, state_of
from twin.kernel.single import Run
from twin.kernel.sums_room import MANY, lead_histogram, state_sums, with_more_sums

S = 10**9
TIMES = "{lognormal: {mean: 10 s, cv: 0.5}}"
STOP = "{after: {exponential: {mean: 1000 s}}, repair: {exponential: {mean: 50 s}}}"


def row_of(stations: int) -> str:
    """Return a line of failing stations with five places in front of each but the first."""
    names = ["src", *(f"S{k}" for k in range(stations)), "out"]
    rows = "".join(
        f"  S{k}: {{process: {TIMES}{', queue: 5' if k else ''}, failures: {{stop: {STOP}}}}}\n"
        for k in range(stations)
    )
    flow = "".join(f"  - {{from: {a}, to: {b}}}\n" for a, b in pairwise(names))
    return (
        "taktwin: 1\nname: row\nproducts: {p: {}}\n"
        f"sources: {{src: {{product: p, saturated: true}}}}\nstations:\n{rows}"
        f"sinks: {{out: {{}}}}\nflow:\n{flow}run: {{horizon: 1 h}}\n"
    )


@pytest.mark.parametrize("horizon", [1_000, 120_000])
def test_a_run_of_ten_stations_takes_no_more_than_8_kb_however_long(horizon):
    line = build_line(load_text(row_of(10)))
    model = model_of(line)
    fresh = state_of(line, model, seed=7, replication=0, end=horizon * S)
    run = Run(line, model, fresh, end=horizon * S)

    assert sum(array.nbytes for array in fresh) <= 8192
    run.outcome()
    assert sum(array.nbytes for array in run.state) <= 8192


@pytest.mark.parametrize("name", [n for n in dir(state_records) if n.isupper()])
def test_every_field_of_a_record_lies_where_the_processor_reads_it_at_once(name):
    record = getattr(state_records, name)

    offsets = [(record.fields[field][1], record[field].itemsize) for field in record.names]
    assert all(offset % size == 0 for offset, size in offsets)
    assert name == "GLOBAL" or record.itemsize % 8 == 0


def test_lead_times_that_are_nearly_too_many_are_carried_off_and_none_is_lost():
    line = build_line(load_text(row_of(2)))
    model, end = model_of(line), 2_000 * S
    state = state_of(line, model, seed=1, replication=0, end=end)
    run = Run(line, model, state, end=end)
    run.advance(end // 2)
    leads = lead_histogram(run.state)
    run.state.leads[: int(run.state.glob["pages"][0])] += MANY - 3
    usual = Run(line, model, state_of(line, model, seed=1, replication=0, end=end), end=end)

    tally, expected = run.outcome().tally, usual.outcome().tally

    more = tally.lead_histogram - expected.lead_histogram
    assert run.state.earlier_leads.size > 0
    assert run.state.glob["halt"] == arrays.REACHED
    np.testing.assert_array_equal(more[leads > 0], MANY - 3)
    assert set(more.ravel().tolist()) == {0, MANY - 3}
    np.testing.assert_array_equal(tally.count, expected.count)


def test_carrying_off_keeps_the_sums():
    line = build_line(load_text(row_of(2)))
    model, end = model_of(line), 500 * S
    run = Run(line, model, state_of(line, model, seed=1, replication=0, end=end), end=end)
    run.advance(end)
    run.state.leads[0, 0] += MANY
    before, leads = state_sums(model, run.state), lead_histogram(run.state)
    after = with_more_sums(run.state)
    found = state_sums(model, after)

    assert after.leads.max() == 0
    for name, sums in before.items():
        np.testing.assert_array_equal(found[name], sums)
    np.testing.assert_array_equal(lead_histogram(after), leads)

"""Claims about sums that outgrow 64 bits."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cells.load import load_text
from twin.build import build_line
from twin.kernel import run as kernel
from twin.kernel.model import NS_PER_S
from twin.kernel.states import State
from twin.kernel.sums import LAP, split, summed, whole
from twin.reference import run as reference

YEAR = 365 * 86_400
LONG_WAIT = """
taktwin: 1
name: archive
products: {box: {}}
sources: {lorry: {product: box, every: 365 days, first: 0 s, batch: 50000, limit: 50000}}
buffers: {shelf: {}}
stations: {reader: {process: 365 days}}
sinks: {out: {}}
flow: [{from: lorry, to: shelf}, {from: shelf, to: reader}, {from: reader, to: out}]
run: {horizon: 3650 days}
"""


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=40))
def test_a_sum_is_exact_however_large(amounts):
    array = np.array(amounts, np.int64)

    assert whole(array) == sum(amounts)
    low, laps = summed((np.zeros(array.size, np.int64),), array, (1,))
    assert int(low[0]) + int(laps[0]) * int(LAP) == sum(amounts)
    assert [int(x) for x in split(sum(amounts))] == [int(low[0]), int(laps[0])]


def test_half_a_million_years_of_waiting_are_summed_exactly_in_both_engines():
    line = build_line(load_text(LONG_WAIT))
    end = 10 * YEAR * NS_PER_S

    tallies = [engine.simulate(line, seed=1, end=end).tally for engine in (kernel, reference)]

    for tally in tallies:
        shelf = line.resources.index("shelf")
        # One box a year is taken to the reader, the first at once; all others lie there to the end.
        waited = sum(range(1, 10)) + (50_000 - 10) * 10
        found = tally.seconds()[shelf, State.WAITING] / YEAR
        assert found == waited
        assert tally.wip_seconds() / YEAR == sum(range(1, 10)) + (50_000 - 9) * 10
        assert tally.laps[shelf, State.WAITING] > 3_000

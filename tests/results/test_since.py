"""Claims about logs that begin in a running line."""

import numpy as np

from tests.results.sample_lines import HOUR, THREE_MACHINES, cell_and_line
from tests.results.test_fidelity import made_up, runs
from twin.kernel.states import State
from twin.results.cycles import leavings, operations, since
from twin.results.fidelity import compare_with_plant

LINE = cell_and_line(THREE_MACHINES)[1]


def test_a_log_since_an_instant_has_the_whole_operations_after_it():
    log = made_up(LINE, np.random.default_rng(3))

    late = since(log, 2 * HOUR)

    whole, rest = operations(LINE, log), operations(LINE, late)
    assert since(log, 0) is log
    assert late.activities["t1"].min() > 2 * HOUR
    assert rest.cycle.min() > 0.7 * whole.cycle.min()
    after = whole.end - np.round(whole.cycle * 1e9).astype(np.int64) >= 2 * HOUR
    assert rest.cycle.size == after.sum()
    assert (
        leavings(late, State.FINISHED, late.end).size
        == (leavings(log, State.FINISHED, log.end) > 2 * HOUR).sum()
    )


def test_a_plant_joined_in_the_middle_is_judged_by_what_was_seen():
    rng = np.random.default_rng(5)
    twin = runs(LINE, 6, 24)
    same, slow = made_up(LINE, rng), made_up(LINE, rng, pace={"slow": 1.06})

    verdicts = [
        compare_with_plant(LINE, since(plant, 3 * HOUR), twin, begin=3 * HOUR)
        for plant in (same, slow)
    ]

    assert [found.verdict for found in verdicts] == ["equivalent", "different"]
    assert verdicts[1].culprits == ("slow",)
    assert abs(verdicts[0].throughput.plant.mean / verdicts[0].throughput.twin.mean - 1) < 0.02

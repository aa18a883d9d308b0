"""Claims about bytes: the same seed gives the same ones, whatever else differs."""

import json
import os
import subprocess
import sys

import pytest

from tests import golden
from twin.kernel.run import replicate
from twin.kernel.tally import Tally

LINES = golden.lines()
KEPT = json.loads(golden.FILE.read_text())


def test_every_ready_made_cell_without_an_arm_has_its_digest():
    assert sorted(KEPT) == sorted(LINES)


@pytest.mark.parametrize("name", LINES)
def test_the_log_is_the_one_that_is_kept(name):
    assert golden.log_of(LINES[name]) == KEPT[name][0]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", LINES)
def test_a_batch_is_the_one_that_is_kept_whatever_the_threads(name, threads):
    assert golden.batch_of(LINES[name], threads=threads) == KEPT[name][1]


@pytest.mark.parametrize("name", LINES)
def test_replications_may_run_in_any_order_and_company(name):
    window = {"start": 6 * golden.HOUR, "end": 48 * golden.HOUR, "window": golden.HOUR}

    runs = {
        k: replicate(LINES[name], seed=1, replications=range(k, k + 1), **window)
        for k in (5, 0, 3, 1, 4, 2)
    }

    rows = [_only(runs[k]) for k in range(6)]
    assert golden.of_tally(Tally.stack(rows)) == KEPT[name][1]


def _only(tally):
    names = [name for name in tally.__slots__ if name not in ("start", "window")]
    return Tally(
        start=tally.start, window=tally.window, **{name: getattr(tally, name)[0] for name in names}
    )


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_the_seed_of_hashes_changes_nothing(seed):
    told = subprocess.run(
        [sys.executable, "-m", "tests.golden"],
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(told.stdout) == KEPT

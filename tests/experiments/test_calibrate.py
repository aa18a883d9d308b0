"""Claims about calibration: the truth is found again, and written into a sound cell file."""

from dataclasses import replace

import numpy as np
import pytest

from cells.load import load_cell
from twin.build import build_line
from twin.experiments.calibrate import calibrate, predict
from twin.experiments.rewrite import rewrite
from twin.reference.run import simulate

HOUR, MS = 3600 * 10**9, 1_000_000
SCAN = 500 * MS
CELL = """
# made for the purpose
taktwin: 1
name: two_machines
products: {shaft: {}}
sources: {saw: {product: shaft, saturated: true}}
stations:
  mill:                # keep me
    count: 2
    process: {lognormal: {mean: MEAN s, cv: 0.2}}
  lathe:
    process: {gamma: {mean: 4 s, shape: 9}}
    queue: 3
    failures:
      jam: {after: {exponential: {mean: LIFE min}}, repair: {lognormal: {mean: 40 s, cv: 0.5}}}
sinks: {store: {}}
flow:
  - {from: saw, to: mill}
  - {from: mill, to: lathe}
  - {from: lathe, to: store}
run: {horizon: 8 h}
"""


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """Return cell file, cell and line of the twin, and the line of the truth."""
    path = tmp_path_factory.mktemp("cells") / "cell.yaml"
    truth = path.with_name("truth.yaml")
    path.write_text(CELL.replace("MEAN", "12").replace("LIFE", "30"))
    truth.write_text(CELL.replace("MEAN", "9").replace("LIFE", "5"))
    lines = [replace(build_line(load_cell(p)), scan=SCAN) for p in (path, truth)]
    return path, load_cell(path), *lines


@pytest.fixture(scope="module")
def log(cells):
    return simulate(cells[3], seed=4, end=10 * HOUR).log


def test_the_truth_is_found_again_behind_the_scan(cells, log):
    _, cell, line, _ = cells

    found = {entry.path[1:]: entry for entry in calibrate(cell, line, log, scan=SCAN)}

    assert found["mill", "process"].fit.mean == pytest.approx(9, rel=0.01)
    assert found["mill", "process"].fit.family == "lognormal"
    assert found["mill", "process"].fit.parameters["cv"] == pytest.approx(0.2, rel=0.05)
    assert found["lathe", "process"].fit.mean == pytest.approx(4, rel=0.01)
    assert found["lathe", "failures", "jam", "after"].fit.mean == pytest.approx(300, rel=0.25)
    assert found["lathe", "failures", "jam", "repair"].fit.mean == pytest.approx(40, rel=0.25)
    assert found["lathe", "failures", "jam", "after"].cut == 1


def test_the_new_cell_keeps_comments_says_its_origin_and_makes_what_was_seen(cells, log):
    path, cell, line, _ = cells
    found = calibrate(cell, line, log, scan=SCAN)
    text = rewrite(path, found, ["Calibrated for the test"])
    new = path.with_name("new.yaml")
    new.write_text(text)

    calibrated = load_cell(new)
    again = replace(build_line(calibrated), scan=SCAN)
    short = simulate(cells[3], seed=5, end=HOUR // 2).log
    made = predict(again, short, found, calibrated, seed=1, draws=8)

    assert text.startswith("# Calibrated for the test\n# stations.mill.process: lognormal from ")
    assert "# keep me" in text
    assert "# made for the purpose" in text
    assert calibrated.stations["mill"].process.mean() / 1e9 == pytest.approx(9, rel=0.01)
    assert made.low <= made.seen <= made.high
    assert made.mean == pytest.approx(made.seen, rel=0.1)


def test_a_short_log_calibrates_nothing(cells):
    _, cell, line, truth = cells
    short = simulate(truth, seed=4, end=60 * 10**9).log

    assert calibrate(cell, line, short, scan=SCAN) == ()
    assert np.isfinite(short.end)

"""Claims about calibration: the truth is found again, and written into a sound cell file."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cells.errors import CellError
from cells.load import load_cell, load_text
from twin.build import build_line
from twin.experiments.calibrate import calibrate, notes, predict
from twin.experiments.carried import carry, files_of
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


def test_machines_of_one_station_share_a_distribution_and_are_said_to(cells, log):
    _, cell, line, _ = cells

    (said,) = notes(cell, line, log)

    assert said.startswith("mill: one distribution for its machines, which do not differ (mill_1 ")


def test_machines_of_one_station_that_differ_are_named(cells, log):
    _, cell, line, truth = cells
    nodes = truth.nodes.copy()
    nodes["pace"][truth.node_names.index("mill_2")] *= 1.1
    uneven = simulate(replace(truth, nodes=nodes), seed=4, end=4 * HOUR).log

    (said,) = notes(cell, line, uneven)

    assert said.startswith("mill: its machines differ (mill_1 ")
    assert "write them as stations of their own" in said


MODES = """
taktwin: 1
name: two_modes
products: {shaft: {}}
sources: {saw: {product: shaft, saturated: true}}
stations:
  lathe:
    process: 4 s
    failures:
      jam: {after: {exponential: {mean: JAM min}}, repair: {lognormal: {mean: 30 s, cv: 0.4}}}
      tool:
        after: {exponential: {mean: TOOL min}}
        repair: {lognormal: {mean: REPAIR s, cv: 0.4}}
        clock: calendar
sinks: {store: {}}
flow: [{from: saw, to: lathe}, {from: lathe, to: store}]
run: {horizon: 8 h}
"""


def modes(jam, tool, repair):
    text = MODES.replace("JAM", jam).replace("TOOL", tool).replace("REPAIR", repair)
    cell = load_text(text)
    return cell, build_line(cell)


def test_ways_to_fail_are_told_apart_by_the_length_of_their_repairs():
    cell, line = modes("20", "60", "400")
    truth = modes("6", "40", "500")[1]
    log = simulate(truth, seed=4, end=60 * HOUR).log

    found = {entry.path[3:]: entry for entry in calibrate(cell, line, log, scan=0)}

    assert found["jam", "after"].fit.mean == pytest.approx(360, rel=0.12)
    assert found["jam", "repair"].fit.mean == pytest.approx(30, rel=0.05)
    assert found["tool", "after"].fit.mean == pytest.approx(2400, rel=0.35)
    assert found["tool", "repair"].fit.mean == pytest.approx(500, rel=0.1)
    assert notes(cell, line, log) == ()


def test_ways_to_fail_that_a_log_does_not_tell_apart_stay_as_written_and_it_is_said():
    cell, line = modes("20", "60", "50")
    log = simulate(modes("6", "40", "45")[1], seed=4, end=20 * HOUR).log

    paths = {entry.path for entry in calibrate(cell, line, log, scan=0)}

    assert paths == {("stations", "lathe", "process")}
    (said,) = notes(cell, line, log)
    assert said.startswith("lathe: jam and tool stay as written: a log tells stops apart by the")


RULED = """
taktwin: 1
name: ruled
products: {shaft: {}}
sources: {saw: {product: shaft, orders: orders.csv}}
stations: {mill: {process: 5 s}}
sinks: {store: {}}
flow: [{from: saw, to: mill}, {from: mill, to: store}]
run: {horizon: 8 h}
"""


def test_files_that_a_cell_names_are_carried_along_and_nothing_is_overwritten(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    cell = here / "cell.yaml"
    cell.write_text(RULED)
    (here / "orders.csv").write_text("at,product\n")
    (here / "other.csv").write_text("not named\n")

    copies = carry(cell, there)

    assert files_of(cell) == [Path("orders.csv")]
    assert copies == [there / "orders.csv"]
    assert carry(cell, there) == copies  # the same again
    assert carry(cell, here) == []
    (there / "orders.csv").write_text("somebody else's\n")
    with pytest.raises(CellError, match=r"orders\.csv is another file than"):
        carry(cell, there)
    assert (there / "orders.csv").read_text() == "somebody else's\n"

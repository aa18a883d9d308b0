"""Claims about seeded faults: each does what its text says, and the twin notices."""

import json
from dataclasses import replace

import numpy as np
import pytest

from cells.errors import CellError
from twin.bridge.faults import parse_fault
from twin.bridge.jams import load_plant_line
from twin.bridge.launch import Settings, launch_emulator
from twin.bridge.plant import Plant
from twin.bridge.recorder import Memory
from twin.bridge.remote import Remote
from twin.bridge.sensors import Sensors
from twin.bridge.session import ControllerRestarted
from twin.bridge.shadow import follow
from twin.build import load_line
from twin.kernel.states import Ending, State
from twin.reference.run import simulate
from twin.results.cycles import operations, state_time

MS, S, HOUR = 10**6, 10**9, 3600 * 10**9
CELL = """
taktwin: 1
name: two_mills
products: {shaft: {}}
sources: {saw: {product: shaft, saturated: true}}
stations:
  mill: {count: 2, process: {lognormal: {mean: 17 s, cv: 0.2}}}
sinks: {store: {}}
flow: [{from: saw, to: mill}, {from: mill, to: store}]
run: {horizon: 8 h}
"""


@pytest.fixture(scope="module")
def cell(tmp_path_factory):
    path = tmp_path_factory.mktemp("cell") / "cell.yaml"
    path.write_text(CELL)
    return path


@pytest.fixture(scope="module")
def line(cell):
    return replace(load_line(cell), scan=10 * MS)


def made(cell, *texts, hours=2):
    """Return what is reported of two hours with faults, and the line."""
    faults = [parse_fault(text) for text in texts]
    line = replace(load_plant_line(cell, faults), scan=10 * MS)
    plant, sensors, pieces = Plant(line, seed=3, faults=faults), Sensors(line, faults), []
    for quarter in range(1, 4 * hours):
        now = quarter * HOUR // 4
        pieces.append(sensors.report(plant.advance(now), now))
    end = hours * HOUR
    pieces.append(sensors.report(plant.close(end), end))
    return np.concatenate(pieces), line


def log_of(rows, line, end=2 * HOUR):
    from twin.kernel.log import Log

    return Log(activities=rows, resources=line.resources, products=line.products, end=end)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:b:c", "expected STATION:KIND:SIZE:ONSET"),
        ("mill:smoke:1s:0h", "no kind 'smoke'.  Known: slow, drift, jam"),
        ("mill:slow:12:0h", "a percentage up to 1000%"),
        ("mill:drift:5%:0h", "a percentage an hour, such as 2%/h"),
        ("mill:jam:0s:0h", "such as 30s"),
        ("controller:skew:5:0h", "in ppm"),
        ("controller:crash:maybe:0h", "kept or lost"),
        ("mill:jam:5:0h", "with its unit"),
    ],
)
def test_what_is_no_fault_is_named(text, said):
    with pytest.raises(CellError) as caught:
        parse_fault(text)

    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["mil:jam:5s:0h", "mill_1:crash:kept:0h", "controller:slow:5%:0h"])
def test_a_fault_of_something_that_cannot_have_it_is_named(text):
    with pytest.raises(CellError, match=r"--fault: .*no station"):
        parse_fault(text).check(["mill_1", "mill_2"])


def test_a_jam_stops_one_machine_once_and_leaves_the_luck_of_the_other(cell, line):
    rows, jammed = made(cell, "mill_1:jam:10 min:30 min")
    sound = simulate(line, seed=3, end=2 * HOUR).log

    down = rows[rows["state"] == State.UNDER_REPAIR]
    assert jammed.model_id == line.model_id
    assert down[["t0", "t1"]].tolist() == [(HOUR // 2, HOUR // 2 + 600 * S)]
    node = line.node_names.index("mill_2")
    mine = operations(jammed, log_of(rows, jammed)).at(node).cycle
    assert mine[:50].tolist() == operations(line, sound).at(node).cycle[:50].tolist()
    assert state_time(line, sound, node, HOUR)[State.UNDER_REPAIR] == 0


def test_a_drift_grows_by_the_hour(cell, line):
    rows, _ = made(cell, "mill_1:drift:20%/h:0h")
    found = operations(line, log_of(rows, line)).at(line.node_names.index("mill_1"))

    late = found.end > 1.75 * HOUR
    early = found.end < 0.25 * HOUR
    ratio = found.cycle[late].mean() / found.cycle[early].mean()
    assert ratio == pytest.approx(1.2**1.75, rel=0.08)


def test_a_bouncing_sensor_reports_more_operations_than_there_were(cell, line):
    rows, _ = made(cell, "mill_1:bounce:25%:1h")
    sound = simulate(line, seed=3, end=2 * HOUR).log.activities
    done = [(r["state"] == State.WORKING) & (r["cause"] == Ending.DONE) for r in (rows, sound)]

    extra = int(done[0].sum() - done[1].sum())
    second_hour = sound[done[1] & (sound["t1"] > HOUR)]
    mill = line.resources.index("mill_1")
    assert extra == pytest.approx(0.25 * (second_hour["resource"] == mill).sum(), rel=0.35)
    assert (rows["t1"][done[0]] > rows["t0"][done[0]]).all()
    assert (np.diff(rows["t1"]) >= 0).all()


def test_a_stuck_sensor_shows_one_state_until_it_is_free(cell, line):
    rows, _ = made(cell, "mill_1:stuck:20 min:30 min")

    mine = rows[rows["resource"] == line.resources.index("mill_1")]
    long = mine[mine["t1"] - mine["t0"] > 15 * 60 * S]
    assert long["t1"].tolist() == [50 * 60 * S]
    assert (mine["t0"][1:] >= mine["t1"][:-1]).all()


def test_a_clock_that_is_fast_and_jumps(line):
    sensors = Sensors(
        line, [parse_fault("controller:skew:100ppm:1h"), parse_fault("controller:step:-5s:2h")]
    )

    assert [sensors.time(h * HOUR) for h in (0, 1, 2, 3)] == [
        0,
        HOUR,
        2 * HOUR + round(0.36 * S) - 5 * S,
        3 * HOUR + round(0.72 * S) - 5 * S,
    ]


def in_steps(emulator, line):
    """Return the connection that led an emulator through two hours, minute by minute.

    In lockstep the twin is there when the fault strikes.  A controller at full speed can be through
    both hours before a busy twin has read its welcome.
    """
    with Remote(emulator.endpoint, emulator.access, line.model_id) as remote:
        for minute in range(1, 121):
            remote.advance_to(minute * 60 * S)
    return remote


@pytest.mark.parametrize("text", ["controller:freeze:400ms:1h", "controller:crash:kept:1h"])
def test_silence_and_a_crash_with_memory_lose_nothing(text, cell, line, tmp_path):
    settings = Settings(seed=5, until="2 h", lockstep=True, faults=(text,))
    with launch_emulator(cell, tmp_path, settings) as emulator:
        remote = in_steps(emulator, line)
        truth = json.loads(emulator.truth.read_text())

    assert remote.recording.complete
    assert remote.interruptions >= 1
    whole = simulate(line, seed=5, end=2 * HOUR).log
    assert np.array_equal(remote.recording.log.activities, whole.activities)
    assert truth["faults"][0]["kind"] in text


def test_a_crash_without_memory_is_told_from_the_run_before(cell, line, tmp_path):
    settings = Settings(seed=5, until="2 h", lockstep=True, faults=("controller:crash:lost:1h",))
    with (
        launch_emulator(cell, tmp_path, settings) as emulator,
        pytest.raises(ControllerRestarted, match="the controller was restarted"),
    ):
        in_steps(emulator, line)


def test_a_scan_that_takes_too_long_is_counted(cell, line, tmp_path):
    seen = []
    settings = Settings(seed=5, until="2 h", faults=("controller:overrun:120ms:1h",))
    with launch_emulator(cell, tmp_path, settings) as emulator:
        found = follow(
            emulator.endpoint,
            emulator.access,
            line.model_id,
            Memory(),
            on_status=lambda live: seen.append(live.overruns),
        )

    assert found.complete
    assert seen[-1] == 12

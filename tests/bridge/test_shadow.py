"""Claims about following an emulated controller that runs as a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from twin.bridge.clock import MonotonicClock
from twin.bridge.launch import EmulatorError, Settings, launch_emulator
from twin.bridge.messages import Kind, Message
from twin.bridge.packml import PackState
from twin.bridge.recorder import Recorder, RecordError, read_log, read_recording
from twin.bridge.session import ControllerLost, HandshakeRefused, Rhythm, Terms
from twin.bridge.shadow import follow
from twin.bridge.transport import new_key_pair
from twin.build import load_line
from twin.kernel.states import Ending
from twin.reference.run import simulate

MS, HOUR = 1_000_000, 3600 * 10**9
ENDLESS = Settings(seed=5, until="1000 h", speed="3600")
IMPATIENT = Terms(rhythm=Rhythm(patience=300 * MS))
CELL = """
taktwin: 1
name: two_machines
products: {shaft: {}}
sources: {saw: {product: shaft, every: {exponential: {mean: 20 s}}}}
stations:
  mill: {process: {lognormal: {mean: 17 s, cv: 0.2}}, queue: 3}
  lathe: {process: {lognormal: {mean: 16 s, cv: 0.1}}, queue: 3}
sinks: {store: {}}
flow:
  - {from: saw, to: mill}
  - {from: mill, to: lathe}
  - {from: lathe, to: store}
run: {horizon: 8 h}
"""


@pytest.fixture
def cell(tmp_path):
    path = tmp_path / "cell.yaml"
    path.write_text(CELL)
    return path


@pytest.fixture
def line(cell):
    return replace(load_line(cell), scan=10 * MS)


@pytest.fixture
def recorder(tmp_path):
    with Recorder(tmp_path / "record") as recorder:
        yield recorder


def test_the_record_is_exactly_what_the_controller_did(cell, line, recorder, tmp_path):
    seen = []
    with launch_emulator(cell, tmp_path, Settings(seed=5)) as emulator:
        result = follow(
            emulator.endpoint,
            emulator.access,
            line.model_id,
            recorder,
            on_status=lambda live: seen.append((live.unit, live.finished)),
        )
        assert emulator.process.wait(20) == 0
        truth = json.loads(emulator.truth.read_text())

    log = simulate(line, seed=5, end=8 * HOUR).log

    assert np.array_equal(result.log.activities, log.activities)
    assert (result.log.end, result.log.resources) == (log.end, log.resources)
    assert np.array_equal(read_log(tmp_path / "record").activities, log.activities)
    assert (result.complete, result.gaps, result.epoch) == (True, (), truth["epoch"])
    assert (truth["model_id"], truth["faults"]) == (line.model_id, [])
    assert seen[0][1] == 0
    with pytest.raises(RecordError, match="holds a whole record already"):
        follow(emulator.endpoint, emulator.access, line.model_id, recorder)


class Crash(Exception):
    """The twin fails in the middle."""


def test_a_twin_that_crashed_goes_on_where_its_record_ends(cell, line, tmp_path):
    folder = tmp_path / "record"

    def crash(live):
        if live.records > 5000:
            raise Crash

    with launch_emulator(cell, tmp_path, Settings(seed=6, until="80 h")) as emulator:
        with Recorder(folder) as recorder, pytest.raises(Crash):
            follow(emulator.endpoint, emulator.access, line.model_id, recorder, on_status=crash)
        kept = read_recording(folder).position.next
        with Recorder(folder) as recorder:
            result = follow(emulator.endpoint, emulator.access, line.model_id, recorder)

    assert 5000 < kept < len(result.log.activities)
    assert result.complete
    assert np.array_equal(
        result.log.activities, simulate(line, seed=6, end=80 * HOUR).log.activities
    )


def test_a_controller_told_to_stop_gives_a_whole_record_until_then(cell, line, recorder, tmp_path):
    states, told = set(), []

    def stop(live):
        states.add(live.unit)
        if live.records > 100 and not told:
            told.append(live.records)
            emulator.process.terminate()

    with launch_emulator(cell, tmp_path, ENDLESS) as emulator:
        result = follow(emulator.endpoint, emulator.access, line.model_id, recorder, on_status=stop)
        assert emulator.process.wait(20) == 0

    assert result.complete
    whole = simulate(line, seed=5, end=result.log.end).log
    assert np.array_equal(result.log.activities, whole.activities)
    assert PackState.EXECUTE in states


def test_a_killed_controller_is_reported_and_what_was_recorded_is_kept(
    cell, line, recorder, tmp_path
):
    def kill(live):
        if live.records > 100:
            emulator.process.kill()

    with (
        launch_emulator(cell, tmp_path, ENDLESS) as emulator,
        pytest.raises(ControllerLost, match=r"fell silent after .* records are kept in .*record"),
    ):
        follow(
            emulator.endpoint,
            emulator.access,
            line.model_id,
            recorder,
            on_status=kill,
            terms=IMPATIENT,
        )

    recording = read_recording(tmp_path / "record")
    recorded = recording.log.activities
    whole = simulate(line, seed=5, end=recording.log.end).log.activities
    # Nobody cut what was still going on then; of the last instant all may be recorded, or none.
    closed = whole[whole["cause"] != Ending.CUT]
    assert len(recorded) > 100
    assert np.array_equal(recorded, closed[: len(recorded)])


class WakingClock(MonotonicClock):
    """Lets a stopped process go on after a while."""

    def __init__(self):
        self.stopped = None

    def stop(self, process):
        """Stop a process as if it hung."""
        process.send_signal(signal.SIGSTOP)
        self.stopped = (process, self.now() + 400 * MS)

    def now(self):
        """Return the present; wake whom it is time to wake."""
        now = super().now()
        if self.stopped and now > self.stopped[1]:
            self.stopped[0].send_signal(signal.SIGCONT)
            self.stopped = None
        return now


def test_a_controller_that_hung_for_a_while_loses_nothing(cell, line, recorder, tmp_path):
    clock, hung = WakingClock(), []

    def hang(live):
        if live.records > 100 and not hung:
            hung.append(live.records)
            clock.stop(emulator.process)
        elif len(hung) == 1 and live.records > hung[0] + 100:
            hung.append(live.records)
            emulator.process.terminate()

    with launch_emulator(cell, tmp_path, ENDLESS) as emulator:
        result = follow(
            emulator.endpoint,
            emulator.access,
            line.model_id,
            recorder,
            on_status=hang,
            clock=clock,
            terms=Terms(rhythm=Rhythm(patience=20_000 * MS)),
        )

    assert result.interruptions >= 1
    assert result.complete
    whole = simulate(line, seed=5, end=result.log.end).log
    assert np.array_equal(result.log.activities, whole.activities)


def test_another_cell_and_another_key_are_refused(cell, line, tmp_path):
    with launch_emulator(cell, tmp_path, ENDLESS) as emulator:
        with (
            Recorder(tmp_path / "a") as recorder,
            pytest.raises(HandshakeRefused, match="give both sides the same cell file"),
        ):
            follow(emulator.endpoint, emulator.access, "0" * 64, recorder)
        stranger = emulator.access._replace(own=new_key_pair())
        with (
            Recorder(tmp_path / "b") as recorder,
            pytest.raises(ControllerLost, match="does it know this key"),
        ):
            follow(emulator.endpoint, stranger, line.model_id, recorder, terms=IMPATIENT)


def test_a_record_of_another_cell_is_not_continued(line, recorder):
    recorder.append(Message(kind=Kind.WELCOME, session=1, body={"model_id": "other"}), 0)

    with pytest.raises(RecordError, match="a record of another cell"):
        follow("tcp://127.0.0.1:1", None, line.model_id, recorder)


def test_a_controller_that_is_not_there_is_named(line, recorder):
    with pytest.raises(ControllerLost, match=r"tcp://127\.0\.0\.1:1: no controller answered"):
        follow("tcp://127.0.0.1:1", None, line.model_id, recorder, terms=IMPATIENT)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (Settings(faults=("lathe_2:slow:12%:0h",)), "no station 'lathe_2'.  Did you mean 'lathe'"),
        (Settings(until="8"), "write a duration with its unit"),
        (Settings(speed="0"), "expected `max` or a factor"),
    ],
)
def test_an_emulator_that_cannot_start_says_why(settings, text, cell, tmp_path):
    with pytest.raises(EmulatorError) as caught, launch_emulator(cell, tmp_path, settings):
        pass

    assert "did not start" in str(caught.value)
    assert text in str(caught.value)


def test_an_emulator_that_is_never_ready_is_given_up(cell, tmp_path):
    with (
        pytest.raises(EmulatorError, match=r"not ready in 0\.01 s"),
        launch_emulator(cell, tmp_path, deadline=0.01),
    ):
        pass


def test_a_port_in_use_is_named(cell, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with (
            pytest.raises(EmulatorError, match=f"port {port} is in use by another program"),
            launch_emulator(cell, tmp_path, Settings(port=port)),
        ):
            pass


def test_a_tethered_emulator_ends_with_whoever_started_it(cell):
    read, write = os.pipe()
    command = [sys.executable, "-m", "twin.bridge.emulator", str(cell), "--tethered"]
    with subprocess.Popen(command, stdin=read, stdout=subprocess.PIPE, text=True) as process:
        os.close(read)
        assert process.stdout.readline().startswith("ready tcp://127.0.0.1:")
        os.close(write)  # as the kernel does when the starter is killed

        assert process.wait(20) == 0

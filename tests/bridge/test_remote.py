"""Claims about commanding an emulated controller, and about running with it in lockstep."""

from dataclasses import replace

import numpy as np
import pytest

from twin.bridge.audit import INTENT, RESULT, WITNESS, Audit, in_doubt, read_audit
from twin.bridge.launch import EmulatorError, Settings, launch_emulator
from twin.bridge.packml import Command, PackState
from twin.bridge.recorder import Recorder, read_recording
from twin.bridge.remote import NotArmed, Remote
from twin.build import load_line
from twin.reference.run import simulate

MS, NS_PER_S = 1_000_000, 1_000_000_000
CELL = """
taktwin: 1
name: one_machine
products: {shaft: {}}
sources: {saw: {product: shaft, every: {exponential: {mean: 20 s}}}}
stations: {mill: {process: {lognormal: {mean: 17 s, cv: 0.2}}, queue: 3}}
sinks: {store: {}}
flow: [{from: saw, to: mill}, {from: mill, to: store}]
run: {horizon: 8 h}
"""
ALLOWED = """
[tags."Command.CntrlCmd"]
values = [2, 4, 5]
[tags."mill.Command.MachSpeed"]
role = "engineer"
low = 0.5
high = 2
"""
PACED = {"seed": 5, "until": "1000 h", "speed": "600"}


@pytest.fixture
def cell(tmp_path):
    path = tmp_path / "cell.yaml"
    path.write_text(CELL)
    return path


@pytest.fixture
def line(cell):
    return replace(load_line(cell), scan=10 * MS)


@pytest.fixture
def allowed(tmp_path):
    path = tmp_path / "commands.toml"
    path.write_text(ALLOWED)
    return path


def connect(emulator, line):
    return Remote(emulator.endpoint, emulator.access, line.model_id)


def wait_for(remote, state):
    for _ in range(200):
        remote.follow(20 * MS)
        if remote.live.unit is state:
            return
    raise AssertionError(f"never {state}")


def test_an_armed_twin_holds_and_releases_the_cell_and_every_step_is_in_the_log(
    cell, line, allowed, tmp_path
):
    settings = Settings(**PACED, commands=allowed, dwell="50 ms")
    with launch_emulator(cell, tmp_path, settings) as emulator, connect(emulator, line) as remote:
        wait_for(remote, PackState.EXECUTE)
        unarmed = remote.write("Command.CntrlCmd", Command.HOLD)
        remote.arm()
        held = remote.write("Command.CntrlCmd", Command.HOLD)
        wait_for(remote, PackState.HELD)
        before = remote.live.simulation_time
        remote.follow(300 * MS)
        stood_still = remote.live.simulation_time == before
        wrong = remote.write("Command.CntrlCmd", Command.START)
        fast = remote.write("mill.Command.MachSpeed", 2)
        back = remote.write("Command.CntrlCmd", Command.UNHOLD)
        again = remote.write("Command.CntrlCmd", Command.UNHOLD)
        remote.disarm()
        late = remote.write("Command.CntrlCmd", Command.HOLD)

    assert "not armed" in unarmed["reason"]
    assert held == {"status": "done", "state": PackState.HELD}
    assert stood_still
    assert wrong["reason"] == "Start leads nowhere from Held"
    assert fast["status"] == "done"
    assert back == {"status": "done", "state": PackState.EXECUTE}
    assert again["reason"] == "Unhold leads nowhere from Execute"
    assert "not armed" in late["reason"]
    entries = read_audit(tmp_path / "audit")
    did = [(e.what, e.command.body["tag"]) for e in entries if e.what != WITNESS]
    assert did[:2] == [(INTENT, "Command.CntrlCmd"), (RESULT, "Command.CntrlCmd")]
    assert {e.result.body["status"] for e in entries if e.what == WITNESS} == {"done", "rejected"}
    assert emulator.access.own.public in entries[0].who
    assert in_doubt(entries) == []


def test_without_a_list_of_commands_the_cell_is_only_followed(cell, line, tmp_path):
    with (
        launch_emulator(cell, tmp_path, Settings(**PACED)) as emulator,
        connect(emulator, line) as remote,
        pytest.raises(NotArmed, match="no log, no commands"),
    ):
        remote.arm()


def test_a_list_with_an_unknown_tag_is_refused_at_the_start(cell, tmp_path):
    path = tmp_path / "commands.toml"
    path.write_text('[tags."mil.Command.MachSpeed"]\n')

    with (
        pytest.raises(EmulatorError, match=r"no tag 'mil.Command.MachSpeed'.*mill.Command"),
        launch_emulator(cell, tmp_path, Settings(commands=path)),
    ):
        pass


def test_what_was_begun_when_the_controller_died_is_in_doubt_and_said_once(tmp_path):
    from twin.bridge.messages import Kind, Message

    command = Message(Kind.COMMAND, 7, 3, body={"tag": "Command.CntrlCmd", "value": 4})
    log = Audit(tmp_path)
    log.add(INTENT, "key client", command, None, at=1)
    log.commit()
    log.close()

    again = Audit(tmp_path)
    assert [entry.command.sequence for entry in again.in_doubt] == [3]
    told = Message(Kind.RESULT, 7, 3, body={"status": "in doubt"})
    again.add(RESULT, "key client", command, told, at=2)
    again.commit()
    again.close()

    assert in_doubt(read_audit(tmp_path)) == []


@pytest.mark.parametrize("ahead", [1, 4])
def test_in_lockstep_the_cell_runs_exactly_as_far_as_the_twin_lets_it(cell, line, tmp_path, ahead):
    step, steps = 7 * NS_PER_S, 60
    settings = Settings(seed=5, until="1000 h", lockstep=True)
    with launch_emulator(cell, tmp_path, settings) as emulator, connect(emulator, line) as remote:
        times = []
        for n in range(1, steps + 1):
            remote.grant(min(n + ahead - 1, steps) * step)
            remote.wait_for(n * step)
            times.append(remote.time)
        log = remote.recording.log

    whole = simulate(line, seed=5, end=steps * step).log.activities
    assert np.array_equal(log.activities, whole[whole["cause"] != -2])
    if ahead == 1:
        assert times == [n * step for n in range(1, steps + 1)]


def test_the_clock_of_the_controller_is_known(cell, line, tmp_path):
    with (
        launch_emulator(cell, tmp_path, Settings(**PACED)) as emulator,
        connect(emulator, line) as remote,
    ):
        remote.follow(500 * MS)
        offset = remote.live.offset

    # Both use the machine's monotonic clock: the truth is 0.
    assert abs(offset.value) <= offset.uncertainty < 20 * MS


def test_all_that_came_is_on_the_disk_when_the_connection_is_closed(cell, line, tmp_path):
    settings, record = Settings(seed=5, until="1000 h", lockstep=True), tmp_path / "record"
    with launch_emulator(cell, tmp_path, settings) as emulator, Recorder(record) as recorder:
        with Remote(emulator.endpoint, emulator.access, line.model_id, recorder=recorder) as remote:
            for minute in range(1, 21):
                remote.advance_to(minute * 60 * NS_PER_S)
        kept = read_recording(record).position.next

    whole = simulate(line, seed=5, end=1200 * NS_PER_S).log.activities
    assert kept == (whole["cause"] != -2).sum()

"""Claims about real processes over a real wire that is cut, held up and stalled."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.bridge.proxy import bad_wire
from twin.bridge.audit import INTENT, RESULT, in_doubt, read_audit
from twin.bridge.launch import Settings, launch_emulator, prepare_keys
from twin.bridge.recorder import Recorder
from twin.bridge.remote import Remote
from twin.bridge.session import Role
from twin.build import load_line
from twin.cli.screen import screen

MS = 1_000_000
CELL = """
taktwin: 1
name: quick
products: {shaft: {}}
sources: {saw: {product: shaft, saturated: true}}
stations: {mill: {process: {lognormal: {mean: 1 s, cv: 0.2}}}}
sinks: {store: {}}
flow: [{from: saw, to: mill}, {from: mill, to: store}]
run: {horizon: 8 h}
"""
ALLOWED = """
[tags."mill.Command.MachSpeed"]
low = 0.5
high = 2
"""


@pytest.fixture
def cell(tmp_path):
    path = tmp_path / "cell.yaml"
    path.write_text(CELL)
    (tmp_path / "commands.toml").write_text(ALLOWED)
    return path


def command(remote, number):
    """Give one command that can be told apart, after arming anew if need be."""
    value = 0.5 + number / 1000
    result = remote.write("mill.Command.MachSpeed", value, patience=300 * MS)
    if "not armed" in result.get("reason", "") and remote.try_to_arm():
        result = remote.write("mill.Command.MachSpeed", value, patience=300 * MS)
    return value, result


class Persistent(Remote):
    """Arms again after each cut, as often as it takes."""

    def try_to_arm(self):
        """Return whether it is armed."""
        from twin.bridge.remote import NotArmed

        try:
            self.arm(patience=300 * MS)
        except NotArmed:
            return False
        return True


@pytest.mark.parametrize("seed", [1, 2])
def test_over_a_bad_wire_nothing_acts_twice_and_nothing_is_lost(cell, tmp_path, seed):
    settings = Settings(seed=5, until="30 min", speed="300", commands=tmp_path / "commands.toml")
    settled, model = {}, load_line(cell).model_id
    with (
        launch_emulator(cell, tmp_path, settings) as emulator,
        bad_wire(emulator.endpoint, seed) as (endpoint, happened),
        Recorder(tmp_path / "log") as recorder,
        Persistent(endpoint, emulator.access, model, recorder=recorder) as remote,
    ):
        remote.try_to_arm()
        for number in range(1000):
            if remote.over:
                break
            value, result = command(remote, number)
            settled[value] = result["status"]
            remote.follow(5 * MS)

    recording = recorder.recording
    assert recording.complete  # by count and digest
    assert len(recording.log.activities) > 3_000
    assert Counter(happened)["cut"] >= 3
    entries = read_audit(tmp_path / "audit")
    acted = Counter(e.command.body["value"] for e in entries if e.what == INTENT)
    assert max(acted.values()) == 1
    results = {e.command.body["value"]: e.result.body for e in entries if e.what == RESULT}
    answers = Counter(settled.values())
    assert answers["done"] > 20, (answers, Counter(happened), remote.interruptions)
    for value, status in settled.items():
        if status == "done":
            assert results[value]["status"] == "done"
        elif status in ("rejected", "expired"):
            assert value not in acted
    assert in_doubt(entries) == []


FULL_DISK = """
import errno, os, sys
real, left = os.writev, [10]
def writev(fd, pieces):
    left[0] -= 1
    if left[0] < 0:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return real(fd, pieces)
os.writev = writev
from twin.bridge.emulator import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_controller_whose_own_disk_is_full_goes_on_and_can_only_be_watched(cell, tmp_path):
    access = prepare_keys(tmp_path / "keys", Role.ENGINEER)
    arguments = [str(cell), "--tethered", "--keys", str(tmp_path / "keys"), "--speed", "600"]
    arguments += ["--commands", str(tmp_path / "commands.toml"), "--audit", str(tmp_path / "audit")]
    program = [sys.executable, "-c", FULL_DISK, *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    environment = dict(os.environ, PYTHONPATH=os.getcwd())
    with subprocess.Popen(program, text=True, env=environment, **pipes) as process:
        endpoint = process.stdout.readline().split()[1]
        with Persistent(endpoint, access, load_line(cell).model_id) as remote:
            remote.try_to_arm()
            results = []
            for number in range(20):
                results.append(command(remote, number)[1])
                remote.follow(20 * MS)
            before = remote.live.records
            remote.follow(300 * MS)
            after = remote.live.records
        process.stdin.close()
        assert process.wait(20) == 0

    statuses = [result["status"] for result in results]
    done = statuses.count("done")
    assert 1 <= done < 20
    assert statuses == ["done"] * done + ["rejected"] * (20 - done)
    assert "No space left" in results[-1]["reason"]
    assert results[-1]["reason"].startswith("read-only: ")
    assert after > before + 50  # it goes on producing, and saying so
    logged = [e for e in read_audit(tmp_path / "audit") if e.what == INTENT]
    assert len(logged) >= done  # nothing moved that is not in the log


def test_how_late_a_paced_controller_is_is_measured_and_shown(cell, tmp_path):
    from rich.console import Console

    late = []
    settings = Settings(
        seed=5, until="10 h", speed="100", faults=("controller:overrun:400ms:1min",)
    )
    with (
        launch_emulator(cell, tmp_path, settings) as emulator,
        Remote(emulator.endpoint, emulator.access, load_line(cell).model_id) as remote,
    ):
        for _ in range(40):
            remote.follow(50 * MS)
            late.append(remote.live.lateness)
        pace = remote.live.simulation_time
        console = Console(width=120, record=True, file=open(os.devnull, "w"))  # noqa: SIM115
        remote.live.lateness = 400 * MS
        console.print(screen(remote.live, [], ""))
        console.file.close()

    known = [found for found in late if found is not None]
    assert 350 * MS < max(known) < 1_000 * MS
    assert sorted(known)[len(known) // 2] < 100 * MS
    assert 100e9 < pace < 230e9  # about 2 s of the clock
    assert "400 ms behind its pace" in console.export_text()

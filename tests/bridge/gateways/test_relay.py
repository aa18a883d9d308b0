"""Claims about a gateway as a program of its own, followed by a twin."""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing

import pytest
from typer.testing import CliRunner

from twin.bridge.clock import MonotonicClock
from twin.bridge.gateways.mapping import load_map
from twin.bridge.gateways.relay import Relay, stream_of
from twin.bridge.gateways.source import open_source
from twin.bridge.gateways.translate import Translator
from twin.bridge.messages import decode, encode
from twin.bridge.recorder import Memory
from twin.bridge.remote import Remote
from twin.bridge.session import Follower, Phase, Send
from twin.bridge.shadow import follow
from twin.bridge.transport import ControllerSocket, FollowerSocket
from twin.build import load_line
from twin.cli.app import app
from twin.kernel.states import State

CELL = """
taktwin: 1
name: one_machine
products: {shaft: {}}
sources: {saw: {product: shaft, every: 20 s}}
stations: {mill: {process: 17 s}}
sinks: {store: {}}
flow: [{from: saw, to: mill}, {from: mill, to: store}]
run: {horizon: 8 h}
"""
MAP = """
kind = "csv"
address = "EVENTS"
interval = "20 ms"
[signals.state]
station = "mill"
meaning = "state"
at = "event"
states = {IDLE = "starved", BUSY = "working"}
[signals.parts]
station = "store"
meaning = "finished"
at = "parts"
"""


@pytest.fixture
def files(tmp_path):
    """Return mapping, cell and event log."""
    events = tmp_path / "events.csv"
    events.write_text("time,event,parts\n0,IDLE,0\n1,BUSY,0\n18,IDLE,1\n")
    (tmp_path / "cell.yaml").write_text(CELL)
    (tmp_path / "map.toml").write_text(MAP.replace("EVENTS", str(events)))
    return tmp_path / "map.toml", tmp_path / "cell.yaml", events


def test_a_twin_follows_a_machine_through_its_gateway(files):
    mapping, cell, events = files
    command = [sys.executable, "-m", "twin", "gateway", "run", str(mapping), str(cell)]
    environment = dict(os.environ, PYTHONPATH=os.getcwd())
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        _, endpoint, _ = process.stdout.readline().split()
        result = []

        def stop_soon(live):
            if live.records >= 3 and not result:
                result.append(1)
                with events.open("a") as file:
                    file.write("20,BUSY,1\n37,IDLE,2\n")
            if live.records >= 6:
                process.send_signal(signal.SIGTERM)

        try:
            found = follow(endpoint, None, load_line(cell).model_id, Memory(), on_status=stop_soon)
            assert process.wait(20) == 0
        finally:
            process.kill()

    rows = found.log.activities
    working = rows[rows["state"] == State.WORKING]
    assert ((working["t1"] - working["t0"]) // 10**9).tolist() == [17, 17]
    assert (rows["state"] == State.FINISHED).sum() == 2
    assert found.complete
    assert threading.active_count() == 1


def check(*words):
    return CliRunner().invoke(app, ["gateway", "check", *map(str, words)])


def test_a_mapping_is_tried_and_shown(files):
    mapping, cell, _ = files

    result = check(mapping, "--cell", cell, "--seconds", "0.2")

    assert result.exit_code == 0, result.output
    assert "starved" in result.stdout
    assert "finished" in result.stdout


def test_a_signal_that_says_nothing_or_nonsense_ends_with_1(files):
    mapping, _, events = files
    events.write_text("time,event,parts\n0,WHAT,\n")

    result = check(mapping, "--seconds", "0.2")

    assert result.exit_code == 1
    assert "? in no mapping of states" in result.stdout
    assert "? said nothing" in result.stdout


def test_the_tags_of_an_emulated_controller_are_read_through_a_gateway(files):
    """The controller's OPC UA server, in its own process, beside the twin's own protocol."""
    mapping, cell, _ = files
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mapping.write_text(
        f'kind = "opcua"\naddress = "opc.tcp://127.0.0.1:{port}/"\n'
        '[packml.mill]\nat = "ns=2;s=mill"\n'
    )
    command = [sys.executable, "-m", "twin.bridge.emulator", str(cell), "--tethered"]
    command += ["--speed", "600", "--opcua", str(port)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    environment = dict(os.environ, PYTHONPATH=os.getcwd())
    with subprocess.Popen(command, text=True, env=environment, **pipes) as process:
        _, endpoint, _ = process.stdout.readline().split()
        with Remote(endpoint, None, load_line(cell).model_id) as remote:
            remote.follow(500_000_000)
            source = open_source(load_map(mapping))
            found = []
            for _ in range(20):
                remote.follow(50_000_000)
                found += source.poll()
            source.close()
            made = remote.live.good
        process.stdin.close()
        assert process.wait(20) == 0

    counts = [s.value for s in found if s.signal.meaning == "count"]
    assert counts == sorted(set(counts))
    assert len(counts) > 3
    assert abs(counts[-1] - made) <= 5  # one look apart, at 30 parts a second
    assert {s.value for s in found if s.signal.meaning == "state"} <= {5, 6}


def talk(relay, socket, session):
    """Let both sides have a turn."""
    relay.turn()
    socket.wait(1)
    now = relay.clock.now()
    actions = [a for data in socket.receive() for a in session.receive(decode(data), now)]
    for action in actions + session.tick(now):
        if isinstance(action, Send):
            socket.send(encode(action.message))


def test_followers_that_come_and_go_leave_nothing_behind(files):
    mapping, cell, _ = files
    line, clock, signals = load_line(cell), MonotonicClock(), load_map(mapping)
    with closing(ControllerSocket(keys=None)) as sockets, closing(open_source(signals)) as source:
        options = {"sockets": sockets, "source": source, "clock": clock, "interval": 20_000_000}
        relay = Relay(translator=Translator(signals, line), stream=stream_of(line), **options)
        for _ in range(3):
            session = Follower(model_id=line.model_id, now=clock.now())
            socket = FollowerSocket(sockets.endpoint, keys=None, controller_key=None)
            with closing(socket):
                while session.phase is Phase.GREETING:
                    talk(relay, socket, session)
                assert len(relay._links) == 1
                for action in session.leave(clock.now()):
                    if isinstance(action, Send):
                        socket.send(encode(action.message))
                for _ in range(500):
                    relay.turn()
                    if not relay._links:
                        break
            assert relay._links == {}

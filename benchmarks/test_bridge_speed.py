"""Speed of the bridge: its round trip against bare encrypted sockets, and its telemetry.

Run as a program, this file is the other end: `python test_bridge_speed.py bridge|bare KEYS...`.
"""

import secrets
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import zmq

from twin.bridge.clock import MonotonicClock
from twin.bridge.messages import Kind, Message, decode, encode
from twin.bridge.recorder import Recorder
from twin.bridge.session import (
    ARM,
    Answered,
    Desk,
    Execute,
    Follower,
    Limits,
    Link,
    Permit,
    Permits,
    Role,
    Send,
    Stream,
    Terms,
)
from twin.bridge.shadow import Access, follow
from twin.bridge.transport import ControllerSocket, FollowerSocket, KeyPair, new_key_pair
from twin.kernel.log import ACTIVITY

MODEL = "5e" * 32
ROUNDS = 500
RECORDS = 200_000
MS = 1_000_000


def some_records():
    records = np.zeros(RECORDS, ACTIVITY)
    records["t1"] = records["part"] = np.arange(RECORDS)
    return records


def serve_bridge(keys, allowed):
    """Be a controller that has produced its records and answers commands."""
    stream = Stream(
        epoch=1, model_id=MODEL, name="cell", resources=["mill"], products=["shaft"], retain=1 << 20
    )
    stream.append(some_records(), RECORDS)
    stream.finish(RECORDS)
    sockets = ControllerSocket(keys=keys, allowed=frozenset({allowed}))
    sockets.watch(sys.stdin.fileno())
    print(sockets.endpoint, flush=True)
    clock, links = MonotonicClock(), {}
    limits = Limits(commands_per_s=1e6, burst=1 << 30, dead_man=10**12)
    permits = Permits(tags={"echo": Permit(low=0, high=1e9)})
    desk = Desk(permits, make_token=lambda: secrets.token_hex(16), limits=limits)
    while not sockets.wait(20):
        now = clock.now()
        for identity, data, user in sockets.receive():
            link = links.get(identity)
            if link is None:
                options = {"now": now, "desk": desk, "user": user, "role": Role.OPERATOR}
                link = links[identity] = Link(stream, **options)
            for action in link.receive(decode(data), now):
                replies = [action]
                if isinstance(action, Execute):
                    body = {"status": "done", "echo": action.command.body["value"]}
                    replies = link.result(action.command, body, now)
                for reply in replies:
                    if isinstance(reply, Send):
                        sockets.send(identity, encode(reply.message))
        for identity, link in links.items():
            for action in link.tick(now):
                sockets.send(identity, encode(action.message))
    sockets.close()


def serve_bare(keys, _):
    """Be nothing but a ROUTER with CURVE that sends everything back."""
    context = zmq.Context()
    router = context.socket(zmq.ROUTER)
    router.curve_server, router.curve_secretkey = True, keys.secret.encode()
    print(f"tcp://127.0.0.1:{router.bind_to_random_port('tcp://127.0.0.1')}", flush=True)
    while True:
        router.send_multipart(router.recv_multipart())


@contextmanager
def other_end(kind):
    """Start the other end; yield its endpoint and what opens it."""
    here, there = new_key_pair(), new_key_pair()
    command = [sys.executable, __file__, kind, *there, here.public]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, text=True, cwd=root, env={"PYTHONPATH": "."}, **pipes) as end:
        yield end.stdout.readline().strip(), Access(here, there.public)
        end.kill()


class Bridge:
    """A follower that asks and waits."""

    def __init__(self, endpoint, access):
        self.clock = MonotonicClock()
        self.socket = FollowerSocket(endpoint, keys=access.own, controller_key=access.controller)
        self.session = Follower(model_id=MODEL, now=self.clock.now(), terms=Terms(client="twin"))
        while self.session.welcome is None:
            self.turn()
        self.lease = self.wait({"tag": ARM})["lease"]

    def turn(self):
        """Take what is there; return answers."""
        self.socket.wait(5)
        answers = []
        for data in self.socket.receive():
            answers += self.carry_out(self.session.receive(decode(data), self.clock.now()))
        return answers + self.carry_out(self.session.tick(self.clock.now()))

    def carry_out(self, actions):
        """Send what is to be sent; return answers."""
        for action in actions:
            if isinstance(action, Send):
                self.socket.send(encode(action.message))
        return [action.result for action in actions if isinstance(action, Answered)]

    def wait(self, body):
        """Return the answer to one command."""
        command = self.session.command(body, self.clock.now(), time_to_live=1000 * MS)
        answers = self.carry_out(command)
        while not answers:
            answers = self.turn()
        return answers[0]

    def ask(self, number):
        """Return what the controller echoes of an armed, allowed, numbered command."""
        return self.wait({"tag": "echo", "value": number, "lease": self.lease})["echo"]


class Bare:
    """A DEALER with CURVE that asks and waits; as many bytes a message as the bridge sends."""

    def __init__(self, endpoint, access):
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.curve_publickey, self.socket.curve_secretkey = (k.encode() for k in access.own)
        self.socket.curve_serverkey = access.controller.encode()
        self.socket.connect(endpoint)

    def ask(self, number):
        """Return the answer to one message."""
        self.socket.send(number.to_bytes(72, "little"))
        return int.from_bytes(self.socket.recv(), "little")


@pytest.mark.benchmark(group=f"{ROUNDS} round trips over CURVE, two processes")
@pytest.mark.parametrize("rival", [Bridge, Bare])
def test_round_trips(benchmark, rival):
    with other_end(rival.__name__.lower()) as (endpoint, access):
        asker = rival(endpoint, access)
        answers = benchmark.pedantic(
            lambda: [asker.ask(number) for number in range(ROUNDS)], rounds=8, warmup_rounds=2
        )
        asker.socket.close()

    assert answers == list(range(ROUNDS))


@pytest.mark.benchmark(group=f"{RECORDS} records over CURVE onto the disk")
def test_telemetry(benchmark, tmp_path):
    folders = iter(range(1000))

    def run():
        folder = tmp_path / str(next(folders))
        with other_end("bridge") as (endpoint, access), Recorder(folder) as recorder:
            return follow(endpoint, access, MODEL, recorder)

    result = benchmark.pedantic(run, rounds=3, warmup_rounds=1)

    assert result.complete
    assert result.log.activities.tobytes() == some_records().tobytes()
    # The figure above includes the start of the other process; this one does not.
    benchmark.extra_info["records_per_s"] = round(RECORDS * 1e9 / result.duration)
    print(f"\ntelemetry: {benchmark.extra_info['records_per_s']:,} records/s")


@pytest.mark.benchmark(group="256 records encoded and decoded")
def test_a_batch_encoded_and_decoded(benchmark):
    records = some_records()[:256]
    message = Message(kind=Kind.EVENTS, session=1, records=records)

    arrived = benchmark(lambda: decode(encode(message)))

    assert arrived.records.tobytes() == records.tobytes()


if __name__ == "__main__":
    {"bridge": serve_bridge, "bare": serve_bare}[sys.argv[1]](KeyPair(*sys.argv[2:4]), sys.argv[4])

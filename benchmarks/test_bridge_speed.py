"""Speed of the bridge: its round trip against bare encrypted sockets, and its telemetry.

Run as a program, this file is the other end: `python test_bridge_speed.py bridge|bare KEYS...`.
"""

import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import zmq

from twin.bridge.clock import MonotonicClock
from twin.bridge.launch import Settings, launch_emulator
from twin.bridge.messages import decode, encode
from twin.bridge.recorder import Memory, Recorder
from twin.bridge.remote import Remote
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
from twin.bridge.sockets import OPTIONS
from twin.bridge.transport import ControllerSocket, FollowerSocket, KeyPair, new_key_pair
from twin.build import load_line
from twin.kernel.log import ACTIVITY
from twin.reference.run import simulate

MODEL = "5e" * 32
RECORDS = 200_000
MS = 1_000_000
ASKED, ANSWER = 132, 91  # bytes of a command and of its result
PLACES = ["own cores", "one core", "scheduler"]


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
    """Be nothing but a ROUTER with CURVE that sends everything back, as long as a result is."""
    context = zmq.Context()
    router = with_options(context.socket(zmq.ROUTER))
    router.curve_server, router.curve_secretkey = True, keys.secret.encode()
    print(f"tcp://127.0.0.1:{router.bind_to_random_port('tcp://127.0.0.1')}", flush=True)
    while True:
        identity, asked = router.recv_multipart()
        router.send_multipart((identity, asked[:ANSWER]))


def with_options(socket):
    """Give bare sockets the options that the bridge has."""
    for option, value in OPTIONS.items():
        socket.setsockopt(option, value)
    return socket


@contextmanager
def placed(where):
    """Keep this program to one core, and yield what puts another on the next, or on the same.

    On `own cores` each end has one, as it has on machines of their own, and each message wakes
    it; on `one core` both share one, as suits two that never work at the same time.  What the
    `scheduler` does with a quick pair differs from run to run, and figures jump by three.
    """
    free = where == "scheduler" or not hasattr(os, "sched_setaffinity")
    if free or len(before := os.sched_getaffinity(0)) < 2:
        yield lambda _: None
        return
    mine, other, *_ = sorted(before)
    other = mine if where == "one core" else other
    os.sched_setaffinity(0, {mine})
    try:
        yield lambda pid: move(pid, {other})
    finally:
        os.sched_setaffinity(0, before)


def move(pid, cores):
    """Put all threads of a program on some cores."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


@contextmanager
def other_end(kind, place=lambda _: None):
    """Start the other end; yield its endpoint and what opens it."""
    here, there = new_key_pair(), new_key_pair()
    command = [sys.executable, __file__, kind, *there, here.public]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, text=True, cwd=root, env={"PYTHONPATH": "."}, **pipes) as end:
        endpoint = end.stdout.readline().strip()
        place(end.pid)
        yield endpoint, Access(here, there.public)
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
    """A DEALER with CURVE that asks and waits; options and bytes as the bridge has them."""

    def __init__(self, endpoint, access):
        self.socket = with_options(zmq.Context.instance().socket(zmq.DEALER))
        self.socket.curve_publickey, self.socket.curve_secretkey = (k.encode() for k in access.own)
        self.socket.curve_serverkey = access.controller.encode()
        self.socket.connect(endpoint)
        self.socket.poll(5_000, zmq.POLLOUT)  # connected

    def ask(self, number):
        """Return the answer to one message."""
        self.socket.send(number.to_bytes(ASKED, "little"))
        return int.from_bytes(self.socket.recv(), "little")


def median(seconds):
    """Return the median, us."""
    return sorted(seconds)[len(seconds) // 2] * 1e6


@pytest.mark.parametrize("where", PLACES)
def test_a_command_costs_little_more_than_bare_sockets(benchmark, where):
    """The bar: 1.5 times the p50 of bare DEALER and ROUTER with CURVE; both asked in turn.

    It is meant for ends on cores of their own: a controller and its twin share none.  Where bare
    sockets need 30 us, as on one core, what both ends do besides is a larger share.
    """
    took = {Bridge: [], Bare: []}
    with (
        placed(where) as place,
        other_end("bridge", place) as bridge,
        other_end("bare", place) as bare,
    ):
        askers = {Bridge: Bridge(*bridge), Bare: Bare(*bare)}

        def turns():
            for asker in askers.values():
                for number in range(60):
                    begun = time.perf_counter()
                    assert asker.ask(number) == number
                    took[type(asker)].append(time.perf_counter() - begun)

        benchmark.pedantic(turns, rounds=40, warmup_rounds=5)
        for asker in askers.values():
            asker.socket.close()

    mine, theirs = (median(took[kind][300:]) for kind in (Bridge, Bare))
    benchmark.extra_info["ratio"] = round(mine / theirs, 2)
    figures = f"{mine:.0f} us, bare {theirs:.0f} us, ratio {mine / theirs:.2f}"
    print(f"\nround trip on {where}, p50: {figures}")


@pytest.mark.benchmark(group=f"{RECORDS} records over CURVE")
@pytest.mark.parametrize("where", ["numpy", "disk"])
def test_telemetry(benchmark, tmp_path, where):
    folders = iter(range(1000))

    def run():
        recorder = Memory() if where == "numpy" else Recorder(tmp_path / str(next(folders)))
        with other_end("bridge") as (endpoint, access), closing(recorder):
            return follow(endpoint, access, MODEL, recorder)

    results = []
    benchmark.pedantic(lambda: results.append(run()), rounds=5, warmup_rounds=1)

    for result in results:
        assert result.complete
    assert results[-1].log.activities.tobytes() == some_records().tobytes()
    # The figure above includes the start of the other process; this one does not.
    best = min(result.duration for result in results)
    benchmark.extra_info["records_per_s"] = round(RECORDS * 1e9 / best)
    print(f"\ntelemetry into {where}: {benchmark.extra_info['records_per_s']:,} records/s")


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


@pytest.fixture
def cell(tmp_path):
    path = tmp_path / "cell.yaml"
    path.write_text(CELL)
    return path


def beside_bare(remote, scan, place):
    """Print a step of lockstep and a round trip of bare sockets, in bursts after each other."""
    with other_end("bare", place) as bare:
        asker, begun, took = Bare(*bare), remote.time, ([], [])
        for burst in range(20):
            first = begun + burst * 100 * scan
            took[0].extend(timed(lambda n, first=first: remote.advance_to(first + n * scan), 100))
            took[1].extend(timed(asker.ask, 100))
        asker.socket.close()
    mine, theirs = map(median, took)
    print(f"\na step p50: {mine:.0f} us, bare {theirs:.0f} us, ratio {mine / theirs:.2f}")


def timed(ask, count):
    """Return how long each of some calls with 1, 2, ... takes, s."""
    took = []
    for number in range(1, count + 1):
        begun = time.perf_counter()
        ask(number)
        took.append(time.perf_counter() - begun)
    return took


@pytest.mark.parametrize("ahead", [1, 16])
def test_lockstep(benchmark, cell, tmp_path, ahead):
    """Steps of a scan, with and without lookahead; a step is a grant and its answer over CURVE.

    The bar: 15 000 a second without lookahead, that is 66 us.  The round trip of bare sockets is
    measured in the same run: where they need 30 us on one core, a step takes 1.8 times that.
    Without lookahead the ends never work at the same time: they share a core.
    """
    # Short rounds: on a machine with other work some of them are left alone.
    steps, rounds, scan, model = 500, 12, 10 * MS, load_line(cell).model_id
    settings = Settings(seed=5, until="1000 h", lockstep=True)
    with (
        placed("one core" if ahead == 1 else "own cores") as place,
        launch_emulator(cell, tmp_path, settings) as emulator,
        Remote(emulator.endpoint, emulator.access, model) as remote,
    ):
        place(emulator.process.pid)

        def run():
            begun = max(0, remote.time)
            for n in range(1, steps + 1):
                remote.grant(begun + min(n + ahead - 1, steps) * scan)
                remote.wait_for(begun + n * scan)
            return remote.time - begun

        assert benchmark.pedantic(run, rounds=rounds, warmup_rounds=1) == steps * scan
        if ahead == 1:
            beside_bare(remote, scan, place)
        log = remote.recording.log
    rate = steps / benchmark.stats.stats.min
    benchmark.extra_info["steps_per_s"] = round(rate)
    print(f"\nlockstep, {ahead - 1} ahead: {rate:,.0f} steps a second")
    end = ((rounds + 1) * steps + (2_000 if ahead == 1 else 0)) * scan
    whole = simulate(replace(load_line(cell), scan=scan), seed=5, end=end).log
    assert log.activities.tobytes() == whole.activities[whole.activities["cause"] != -2].tobytes()


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_how_soon_a_dead_controller_is_found(benchmark, number, cell, tmp_path):
    """The bars: a hang within 200 ms, a kill within 20 ms."""
    found, model = [], load_line(cell).model_id
    folders = iter(range(100))

    def run():
        folder = tmp_path / str(next(folders))
        settings = Settings(seed=5, until="1000 h", speed="60")
        with launch_emulator(cell, folder, settings) as emulator:
            with Remote(emulator.endpoint, emulator.access, model) as remote:
                remote.follow(200 * MS)
                begun = time.monotonic_ns()
                emulator.process.send_signal(number)
                while not remote.interruptions and time.monotonic_ns() - begun < 1_000 * MS:
                    remote.follow(MS)
                found.append((time.monotonic_ns() - begun) / MS)
            emulator.process.kill()

    benchmark.pedantic(run, rounds=5)
    print(f"\n{number.name} found after {sorted(round(x) for x in found)} ms")
    assert max(found) < 1_000


def test_the_offset_of_the_clock(benchmark, cell, tmp_path):
    """The bar: p99 within 50 us on loopback, within the stated uncertainty 99 times of 100."""
    model, seen = load_line(cell).model_id, []
    settings = Settings(seed=5, until="1000 h", speed="60")
    with (
        launch_emulator(cell, tmp_path, settings) as emulator,
        Remote(emulator.endpoint, emulator.access, model) as remote,
    ):
        remote.follow(300 * MS)

        def run():
            for _ in range(40):
                remote.follow(25 * MS)
                seen.append(remote.offset)

        benchmark.pedantic(run, rounds=3)
    # Both use the machine's monotonic clock: the truth is 0.
    errors = sorted(abs(offset.value) / 1e3 for offset in seen)
    covered = sum(abs(offset.value) <= offset.uncertainty for offset in seen) / len(seen)
    print(f"\nclock offset: p99 {errors[int(0.99 * len(errors))]:.0f} us, covered {covered:.1%}")
    assert covered >= 0.99


if __name__ == "__main__":
    {"bridge": serve_bridge, "bare": serve_bare}[sys.argv[1]](KeyPair(*sys.argv[2:4]), sys.argv[4])

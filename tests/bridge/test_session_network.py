"""Claims about the conversation over a network that loses, doubles, delays and cuts."""

import random
from dataclasses import dataclass, field

import numpy as np
import pytest

from twin.bridge.messages import Kind, Message, decode, encode
from twin.bridge.session import (
    Answered,
    Execute,
    Finish,
    Follower,
    Keep,
    Link,
    Reconnect,
    Rhythm,
    Send,
    Stream,
)
from twin.kernel.log import ACTIVITY

MS = 1_000_000
EPOCH = 0xABCDEF
MODEL = "5e" * 32
SEEDS = range(250)


def some_records(first: int, count: int):
    records = np.zeros(count, ACTIVITY)
    records["t1"] = np.arange(first, first + count) * 10
    records["part"] = np.arange(first, first + count)
    return records


def make_stream(epoch=EPOCH, model_id=MODEL, retain=1 << 18):
    return Stream(
        epoch=epoch,
        model_id=model_id,
        name="cell",
        resources=["mill"],
        products=["shaft"],
        retain=retain,
    )


@dataclass
class Network:
    """Delivers encoded messages late, twice, in another order, or not at all."""

    rng: random.Random
    loss: float = 0.0
    double: float = 0.0
    jitter: int = 0  # ms
    flying: list = field(default_factory=list)
    dark_until: int = 0

    def send(self, message, now):
        """Let a message fly, or lose it."""
        if now < self.dark_until or self.rng.random() < self.loss:
            return
        for _ in range(1 + (self.rng.random() < self.double)):
            arrives = now + (1 + self.rng.randint(0, self.jitter)) * MS
            self.flying.append((arrives, encode(message)))

    def arrivals(self, now):
        """Return what has arrived."""
        here = [data for arrives, data in self.flying if arrives <= now]
        self.flying = [item for item in self.flying if item[0] > now]
        return [decode(data) for data in here]


@dataclass
class World:
    """A controller that produces, a follower that records, a virtual clock and a network."""

    seed: int
    total: int = 1000
    retain: int = 1 << 18
    waits: bool = True  # an emulated controller waits for its follower, a real one cannot
    cuts: float = 0.0
    rhythm: Rhythm = field(default_factory=lambda: Rhythm(patience=10_000 * MS))
    loss: float = 0.0
    double: float = 0.0
    jitter: int = 0

    def __post_init__(self):
        self.rng = random.Random(self.seed)
        faults = {"loss": self.loss, "double": self.double, "jitter": self.jitter}
        self.down, self.up = (Network(self.rng, **faults) for _ in range(2))
        self.stream = make_stream(retain=self.retain)
        self.now = 0
        self.link = Link(self.stream, now=0, rhythm=self.rhythm)
        self.follower = Follower(model_id=MODEL, now=0, rhythm=self.rhythm, window=128)
        self.kept, self.gaps, self.unwritten = [], [], False
        self.finished = None

    def carry_out(self, actions):
        """Do what the follower asks for."""
        for action in actions:
            match action:
                case Send(message):
                    self.up.send(message, self.now)
                case Keep(message):
                    self.unwritten = True
                    self.kept.extend(zip(*spans(message), strict=True))
                    if message.kind is Kind.GAP:
                        self.gaps.append((message.body["first"], message.body["last"]))
                case Reconnect():
                    self.up.flying.clear()
                    self.down.flying.clear()
                    self.link = Link(self.stream, now=self.now, rhythm=self.rhythm)
                case Finish():
                    self.finished = action

    def produce(self):
        """Let the controller make records."""
        if self.rng.random() < 0.8:
            return
        count = min(self.rng.randint(0, 30), self.total - self.stream.next)
        if self.waits and self.link.unacknowledged + count > self.retain:
            return
        self.stream.append(some_records(self.stream.next, count), self.now)
        if self.stream.next == self.total and self.stream.end is None:
            self.stream.finish(self.total * 10)

    def step(self):
        """Pass one millisecond."""
        self.now += MS
        self.produce()
        if self.rng.random() < self.cuts:
            self.up.dark_until = self.down.dark_until = self.now + self.rng.randint(1, 600) * MS
        for message in self.up.arrivals(self.now):
            self.answer(self.link.receive(message, self.now))
        self.answer(self.link.tick(self.now))
        for message in self.down.arrivals(self.now):
            self.carry_out(self.follower.receive(message, self.now))
        self.carry_out(self.follower.tick(self.now))
        if self.unwritten and self.rng.random() < 0.3:
            self.unwritten = False
            self.carry_out(self.follower.committed(self.now))

    def answer(self, actions):
        """Send what the controller has to say."""
        for action in actions:
            assert isinstance(action, Send)
            self.down.send(action.message, self.now)

    def run(self, steps=60_000):
        """Pass time until the conversation is over."""
        while self.finished is None and steps:
            self.step()
            steps -= 1
        assert self.finished is not None, f"seed {self.seed}: no end"
        return self


def spans(message):
    count = len(message.records)
    return range(message.sequence, message.sequence + count), message.records["part"].tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_record_arrives_once_and_in_order_over_a_bad_network(seed):
    rng = random.Random(f"faults {seed}")
    world = World(
        seed,
        total=600,
        retain=rng.choice([200, 1 << 18]),
        loss=rng.choice([0, 0.02, 0.2]),
        double=rng.choice([0, 0.1]),
        jitter=rng.choice([0, 3, 20]),
        cuts=rng.choice([0, 0.001, 0.003]),
    ).run()

    assert world.finished.error is None, f"seed {seed}: {world.finished.error}"
    assert world.kept == [(n, n) for n in range(600)], f"seed {seed}"
    assert world.gaps == [], f"seed {seed}"


@pytest.mark.parametrize("seed", range(40))
def test_what_a_controller_could_not_retain_is_named_exactly(seed):
    world = World(seed, retain=200, waits=False, loss=0.05, cuts=0.005, jitter=3).run()

    assert world.finished.error is None, f"seed {seed}: {world.finished.error}"
    lost = [n for first, last in world.gaps for n in range(first, last)]
    arrived = [n for n, _ in world.kept]
    assert all(n == part for n, part in world.kept), f"seed {seed}"
    assert arrived == sorted(set(arrived)), f"seed {seed}"
    assert sorted(arrived + lost) == list(range(world.total)), f"seed {seed}"
    assert world.gaps == world.follower.position.gaps


def test_losses_do_happen_in_these_worlds():
    worlds = [World(s, retain=200, waits=False, cuts=0.005).run() for s in range(5)]

    assert any(world.gaps for world in worlds)
    assert any(world.follower.interruptions for world in worlds)


@dataclass
class Command:
    """One command over a bad network that carries heartbeats well."""

    rng: random.Random
    executed: list = field(default_factory=list)
    answers: list = field(default_factory=list)

    def __post_init__(self):
        self.link, self.follower = Link(make_stream(), now=0), Follower(model_id=MODEL, now=0)
        for hello in self.follower.tick(0):
            for answer in self.link.receive(hello.message, 0):
                self.follower.receive(answer.message, 0)
        faults = {"loss": 0.3, "double": 0.3, "jitter": 40}
        self.up, self.down = Network(self.rng, **faults), Network(self.rng, **faults)

    def at_controller(self, message, now):
        """Execute or answer what arrived."""
        for action in self.link.receive(message, now):
            replies = [action]
            if isinstance(action, Execute):
                self.executed.append(action.command.body["name"])
                replies = self.link.result(action.command, {"status": "done"}, now)
            for reply in replies:
                self.down.send(reply.message, now)

    def at_follower(self, actions, now):
        """Send the command or note its result."""
        for action in actions:
            if isinstance(action, Answered):
                self.answers.append(action.result["status"])
            elif action.message.kind is Kind.COMMAND:
                self.up.send(action.message, now)

    def step(self, now):
        """Pass one millisecond."""
        for message in self.up.arrivals(now):
            self.at_controller(message, now)
        for message in self.down.arrivals(now):
            self.at_follower(self.follower.receive(message, now), now)
        self.at_follower(self.follower.tick(now), now)
        self.follower.receive(Message(kind=Kind.HEARTBEAT, session=EPOCH), now)
        self.link.receive(Message(kind=Kind.HEARTBEAT, session=EPOCH, source_time=now), now)


@pytest.mark.parametrize("seed", range(60))
def test_a_command_acts_at_most_once_whatever_the_network_does(seed):
    world = Command(random.Random(seed))
    world.at_follower(world.follower.command({"name": "reset"}, 0, time_to_live=400 * MS), 0)

    for ms in range(600):
        world.step(ms * MS)

    assert len(world.executed) <= 1, f"seed {seed}"
    assert len(world.answers) == 1, f"seed {seed}"
    assert world.executed or world.answers == ["in doubt"], f"seed {seed}"

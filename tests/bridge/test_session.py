"""Claims about the conversation, with both ends in one process and a network that misbehaves."""

import random
from dataclasses import dataclass, field

import numpy as np
import pytest

from twin.bridge.messages import BATCH, Kind, Message, decode, encode
from twin.bridge.session import (
    Answered,
    ControllerLost,
    ControllerRestarted,
    DamagedStream,
    Execute,
    Finish,
    Follower,
    HandshakeRefused,
    Keep,
    Link,
    Phase,
    Position,
    Reconnect,
    Rhythm,
    Send,
    Serving,
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


def test_a_slow_reader_is_never_sent_more_than_it_has_room_for():
    stream = make_stream()
    stream.append(some_records(0, 5000), 0)
    link, follower = Link(stream, now=0), Follower(model_id=MODEL, now=0, window=512)
    talk(follower.tick(0), link.receive, follower.receive)

    sent = [a.message for _ in range(50) for a in link.tick(MS)]

    assert sum(len(m.records) for m in sent) == 512


def talk(actions, to_link, to_follower, now=0):
    """Pass messages to and fro until both are silent; return the follower's other actions."""
    rest = [a for a in actions if not isinstance(a, Send)]
    for action in actions:
        if isinstance(action, Send):
            for answer in to_link(action.message, now):
                rest += talk(to_follower(answer.message, now), to_link, to_follower, now)
    return rest


def greeted(stream=None, **options):
    link = Link(stream or make_stream(), now=0)
    follower = Follower(**{"model_id": MODEL, "now": 0} | options)
    return link, follower, talk(follower.tick(0), link.receive, follower.receive)


def test_another_cell_is_refused_with_both_ids():
    link, _, actions = greeted(make_stream(model_id="00" * 32))

    assert isinstance(actions[0].error, HandshakeRefused)
    assert f"model id {'00' * 32}, the twin has {MODEL}" in str(actions[0].error)
    assert link.phase is Serving.GONE


def test_a_follower_checks_the_model_id_itself():
    _, follower, _ = greeted()
    stranger = Follower(model_id="11" * 32, now=0)

    actions = stranger.receive(follower.welcome, 0)

    assert isinstance(actions[0].error, HandshakeRefused)


def test_a_restarted_controller_is_not_taken_for_the_old_one():
    _, _, actions = greeted(position=Position(epoch=EPOCH + 1, next=7))

    assert isinstance(actions[0].error, ControllerRestarted)
    assert "record the new run in another folder" in str(actions[0].error)


def test_a_follower_that_starts_again_goes_on_where_its_record_ends():
    stream = make_stream()
    stream.append(some_records(0, 900), 0)
    position = Position(epoch=EPOCH, next=700)
    position.digest.update(some_records(0, 700).tobytes())
    link, follower, actions = greeted(stream, position=position)
    assert actions[0].message.kind is Kind.SNAPSHOT  # shown; the welcome is on disk already

    stream.finish(9000)
    kept = [a for m in link.tick(MS) for a in follower.receive(m.message, MS)]

    assert [spans(a.message)[0] for a in kept[:-1]] == [range(700, 900)]
    assert follower.phase is Phase.ENDING
    bye, finish = follower.committed(2 * MS)
    assert (bye.message.kind, bye.message.acknowledge, finish.error) == (Kind.BYE, 900, None)


def test_an_absent_controller_is_reported_after_the_patience():
    rhythm = Rhythm(patience=500 * MS)
    follower = Follower(model_id=MODEL, now=0, rhythm=rhythm)

    actions = [a for ms in range(600) for a in follower.tick(ms * MS)]

    assert [type(a) for a in actions] == [Send] * 11 + [Finish]
    assert isinstance(actions[-1].error, ControllerLost)
    assert str(actions[-1].error).startswith("no controller answered within 0.5 s")


def test_a_hung_controller_is_found_after_three_beats():
    _, follower, _ = greeted()

    found = next(ms for ms in range(400) if Reconnect() in follower.tick(ms * MS))

    assert found == 151
    assert follower.interruptions == 1


def test_a_controller_that_stays_silent_is_given_up_with_what_was_recorded():
    _, follower, _ = greeted()

    actions = [a for ms in range(3000) for a in follower.tick(ms * MS)]

    assert str(actions[-1].error).startswith("the controller fell silent after 0 records")


def test_a_silent_follower_is_let_go():
    link, _, _ = greeted()

    link.tick(150 * MS)
    assert link.phase is Serving.SERVING
    link.tick(151 * MS)
    assert link.phase is Serving.GONE


def test_either_side_says_something_every_beat():
    link, follower, _ = greeted()
    beats = {Kind.HEARTBEAT: 0}
    for ms in range(500):
        for action in follower.tick(ms * MS):
            link.receive(action.message, ms * MS)
            beats[action.message.kind] += 1
        for action in link.tick(ms * MS):
            follower.receive(action.message, ms * MS)

    assert beats == {Kind.HEARTBEAT: 9}
    assert follower.interruptions == 0


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("resource", 5, "resource 5, not one of 0 to 0"),
        ("state", 99, "state 99"),
        ("product", -2, "product -2"),
        ("t0", 10**15, "before it begins"),
    ],
)
def test_a_record_that_cannot_be_ends_the_conversation(key, value, text):
    stream = make_stream()
    records = some_records(0, 3)
    records[key][1] = value
    stream.append(records, 0)
    link, follower, _ = greeted(stream)

    (action,) = [a for m in link.tick(MS) for a in follower.receive(m.message, MS)]

    assert isinstance(action.error, DamagedStream)
    assert text in str(action.error)


def test_an_end_with_another_digest_is_no_proof():
    stream = make_stream()
    stream.finish(10)
    link, follower, _ = greeted(stream)
    follower.position.digest.update(b"something else")

    (action,) = [a for m in link.tick(MS) for a in follower.receive(m.message, MS)]

    assert isinstance(action.error, DamagedStream)


@dataclass
class Command:
    """One command over a bad network that carries heartbeats well."""

    rng: random.Random
    executed: list = field(default_factory=list)
    answers: list = field(default_factory=list)

    def __post_init__(self):
        self.link, self.follower, _ = greeted()
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


def test_a_command_that_waited_too_long_is_refused():
    link, follower, _ = greeted()
    (send,) = follower.command({"name": "reset"}, 0, time_to_live=100 * MS)

    (answer,) = link.receive(send.message, 101 * MS)

    assert answer.message.body == {"status": "refused", "reason": "expired"}


def test_a_foreign_clock_does_not_expire_commands():
    hours = 3600 * 10**9
    link, follower = Link(make_stream(), now=0), Follower(model_id=MODEL, now=7 * hours)
    for action in follower.tick(7 * hours):
        for answer in link.receive(action.message, 0):
            follower.receive(answer.message, 7 * hours)
    (send,) = follower.command({"name": "reset"}, 7 * hours + MS, time_to_live=100 * MS)

    assert link.receive(send.message, MS) == [Execute(send.message)]


def test_a_stream_gives_back_what_it_retains():
    stream = make_stream(retain=300)
    for first in range(0, 5000, 7):
        stream.append(some_records(first, 7), 0)

    assert stream.next - stream.oldest >= 300
    assert stream.read(stream.oldest, stream.next)["part"].tolist() == list(
        range(stream.oldest, stream.next)
    )
    assert stream.read(4711, 4711 + BATCH)["part"][0] == 4711
    assert len(stream.read(0, stream.oldest)) == 0

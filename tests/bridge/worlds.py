"""A controller and a twin on a virtual clock, with a network and disks that fail by a seed."""

import random
from dataclasses import dataclass, field

import numpy as np

from twin.bridge.messages import Kind, Message, decode, encode
from twin.bridge.session import (
    ARM,
    Answered,
    Desk,
    Execute,
    Finish,
    Follower,
    Keep,
    Limits,
    Link,
    Permit,
    Permits,
    Position,
    Reconnect,
    Rhythm,
    Role,
    Send,
    Stream,
    Terms,
)
from twin.kernel.log import ACTIVITY

MS = 1_000_000
MODEL = "5e" * 32
TAG = "Command.CntrlCmd"
PERMITS = Permits(tags={TAG: Permit(low=1, high=10)})
PATIENT = Rhythm(patience=10_000 * MS)


def some_records(first: int, count: int):
    """Return records that are told apart by their part."""
    records = np.zeros(count, ACTIVITY)
    records["t1"] = np.arange(first, first + count) * 10
    records["part"] = np.arange(first, first + count)
    return records


def make_stream(epoch=0xABCDEF, model_id=MODEL, retain=1 << 18):
    """Return a stream of a cell with one machine."""
    names = {"name": "cell", "resources": ["mill"], "products": ["shaft"]}
    return Stream(epoch=epoch, model_id=model_id, retain=retain, **names)


@dataclass
class Network:
    """Delivers encoded messages late, twice, in another order, or not at all."""

    rng: random.Random
    loss: float = 0.0
    double: float = 0.0
    jitter: int = 0  # ms
    flying: list = field(default_factory=list)
    dark_until: int = 0
    faults: int = 0  # messages lost, doubled, or held up long enough to be overtaken

    def send(self, message, now):
        """Let a message fly, or lose it."""
        if now < self.dark_until or self.rng.random() < self.loss:
            self.faults += 1
            return
        copies = 1 + (self.rng.random() < self.double)
        self.faults += copies - 1
        for _ in range(copies):
            late = self.rng.randint(0, self.jitter)
            self.faults += late > 2
            arrives = now + (1 + late) * MS
            self.flying.append((arrives, encode(message)))

    def arrivals(self, now):
        """Return what has arrived."""
        here = [data for arrives, data in self.flying if arrives <= now]
        self.flying = [item for item in self.flying if item[0] > now]
        return [decode(data) for data in here]


@dataclass
class Faults:
    """How bad a world is; probabilities of a message or of a millisecond."""

    loss: float = 0.0
    double: float = 0.0
    jitter: int = 0
    cuts: float = 0.0
    twin_crashes: float = 0.0
    restarts: float = 0.0  # of the controller
    retain: int = 1 << 18
    waits: bool = True  # an emulated controller waits for its follower, a real one cannot

    @staticmethod
    def of(seed):
        """Return faults as a seed has them."""
        rng = random.Random(f"faults {seed}")
        return Faults(
            loss=rng.choice([0, 0.02, 0.2]),
            double=rng.choice([0, 0.1, 0.3]),
            jitter=rng.choice([0, 3, 20]),
            cuts=rng.choice([0, 0.001, 0.003]),
            twin_crashes=rng.choice([0, 0, 0.002]),
            restarts=rng.choice([0, 0, 0, 0.001]),
            retain=rng.choice([200, 1 << 18]),
            waits=rng.choice([True, True, False]),
        )


class Controller:
    """A controller with a desk and a plant that only counts."""

    def __init__(self, world, epoch):
        self.world, self.stream = world, make_stream(epoch, retain=world.faults.retain)
        self.desk = Desk(
            PERMITS,
            make_token=lambda: f"{epoch:x}-{world.rng.getrandbits(32):x}",
            limits=Limits(commands_per_s=1e6, burst=1 << 20),
        )
        self.busy = []  # taken, not yet carried out
        self.connect()

    def connect(self):
        """Serve a connection that was just made; the one before stays until it falls silent."""
        options = {"now": self.world.now, "rhythm": PATIENT, "desk": self.desk, "user": "twin"}
        self.link = Link(self.stream, role=Role.OPERATOR, **options)

    def produce(self):
        """Make records, if the follower has room or the plant does not wait."""
        rng, stream = self.world.rng, self.stream
        count = min(rng.randint(0, 30), self.world.total - stream.next) if rng.random() > 0.8 else 0
        if self.world.faults.waits and self.link.unacknowledged + count > stream.retain:
            return
        stream.append(some_records(stream.next, count), self.world.now)
        if stream.next == self.world.total and stream.end is None and self.world.settled:
            stream.finish(self.world.total * 10)

    def take(self, message):
        """Take a message."""
        for action in self.link.receive(message, self.world.now):
            if isinstance(action, Execute):
                self.busy.append(action.command)
            elif isinstance(action, Send):
                self.world.down.send(action.message, self.world.now)

    def work(self):
        """Carry out what was taken, and tell it."""
        while self.busy and self.world.rng.random() < 0.7:
            command = self.busy.pop(0)
            self.world.effects.append(key_of(command))
            for action in self.link.result(command, {"status": "done"}, self.world.now):
                self.world.down.send(action.message, self.world.now)
        for action in self.link.tick(self.world.now):
            self.world.down.send(action.message, self.world.now)


def key_of(command: Message):
    """Return what tells a command apart over everything that happens."""
    return (command.session, command.body["value"], command.body["n"])


@dataclass
class World:
    """One seed: a run of `total` records with commands under way, until everything is settled."""

    seed: int
    faults: Faults = field(default_factory=Faults)
    total: int = 600
    commands: int = 0  # how many the twin gives

    def __post_init__(self):
        self.rng = random.Random(self.seed)
        bad = {name: getattr(self.faults, name) for name in ("loss", "double", "jitter")}
        self.down, self.up = (Network(self.rng, **bad) for _ in range(2))
        self.now, self.finished = 0, None
        self.effects, self.answers, self.asked, self.lost = [], {}, {}, set()
        self.kept, self.gaps = [], []  # on the twin's disk
        self.crashes = self.restarts = self.interruptions = 0
        self.controller = Controller(self, epoch=1)
        self.lives = 0
        self.live(Position())

    @property
    def settled(self):
        """Whether every command was given and has its answer."""
        given = len(self.asked) >= self.commands
        return given and all(key in self.answers or key in self.lost for key in self.asked)

    def live(self, position):
        """Start the twin where its disk ends."""
        self.lives += 1
        terms = Terms(client=f"twin {self.lives}", rhythm=PATIENT)
        options = {"now": self.now, "window": 128, "terms": terms}
        self.follower = Follower(model_id=MODEL, position=position.copy(), **options)
        self.durable, self.waiting = position, []
        self.lease, self.pending = "", {}
        self.arming = False
        self.controller.connect()

    def carry_out(self, actions):
        """Do what the follower asks for."""
        for action in actions:
            match action:
                case Send(message):
                    self.up.send(message, self.now)
                case Keep(message):
                    self.waiting.append(message)
                case Answered(sequence, result):
                    self.answer(sequence, result)
                case Reconnect():
                    self.interruptions += 1
                    self.up.flying.clear()
                    self.down.flying.clear()
                    self.lease = ""
                    self.controller.connect()
                case Finish():
                    self.finished = action

    def answer(self, sequence, result):
        """Note what became of a command; of arming, the lease."""
        key = self.pending.pop(sequence)
        if key is None:
            self.arming, self.lease = False, result.get("lease", "")
            return
        assert key not in self.answers, f"seed {self.seed}: {key} answered twice"
        self.answers[key] = result["status"]
        if "not armed" in result.get("reason", ""):
            self.lease = ""

    def give(self):
        """Arm, then command, now and then."""
        session = self.follower.position.epoch
        if self.follower.welcome is None or self.rng.random() > 0.05:
            return
        if not self.lease:
            if not self.arming:
                self.arming = True
                self.ask({"tag": ARM}, None)
            return
        self.follower.hold(self.lease, self.now, until=self.now + 400 * MS)
        if len(self.asked) < self.commands:
            n = len(self.asked)
            body = {"tag": TAG, "value": self.rng.randint(1, 10), "n": n, "lease": self.lease}
            key = (session, body["value"], n)
            self.asked[key] = self.now
            self.ask(body, key)

    def ask(self, body, key):
        """Send one command."""
        actions = self.follower.command(body, self.now, time_to_live=300 * MS)
        self.pending[actions[0].message.sequence] = key
        self.carry_out(actions)

    def commit(self):
        """Write to the twin's disk what waits for it."""
        for message in self.waiting:
            count = len(message.records)
            span = range(message.sequence, message.sequence + count)
            self.kept.extend(zip(span, message.records["part"].tolist(), strict=True))
            if message.kind is Kind.GAP:
                self.gaps.append((message.body["first"], message.body["last"]))
        self.waiting.clear()
        self.durable = self.follower.position.copy()
        self.carry_out(self.follower.committed(self.now))

    def break_something(self):
        """Let happen what the seed has in store."""
        rng, faults = self.rng, self.faults
        if rng.random() < faults.cuts:
            self.up.dark_until = self.down.dark_until = self.now + rng.randint(1, 600) * MS
        if rng.random() < faults.twin_crashes:
            self.crashes += 1
            self.lost |= {key for key in self.pending.values() if key is not None}
            self.live(self.durable)
        if rng.random() < faults.restarts and self.restarts < 1:
            self.restarts += 1
            self.controller = Controller(self, epoch=2)

    def step(self):
        """Pass one millisecond."""
        self.now += MS
        self.controller.produce()
        self.break_something()
        for message in self.up.arrivals(self.now):
            self.controller.take(message)
        self.controller.work()
        for message in self.down.arrivals(self.now):
            self.carry_out(self.follower.receive(message, self.now))
        self.carry_out(self.follower.tick(self.now))
        if self.commands and self.finished is None:
            self.give()
        if self.waiting and self.rng.random() < 0.3:
            self.commit()

    def run(self, steps=60_000):
        """Pass time until the conversation is over."""
        while self.finished is None and steps:
            self.step()
            steps -= 1
        assert self.finished is not None, f"seed {self.seed}: no end"
        return self


def check(world):
    """Hold a finished world against the promises; every text names the seed."""
    seed, kept = f"seed {world.seed}", world.kept
    numbers = [n for n, _ in kept]
    lost = [n for first, last in world.gaps for n in range(first, last)]
    assert all(n == part for n, part in kept), f"{seed}: a record is not what was sent"
    assert numbers == sorted(set(numbers)), f"{seed}: a record twice or out of order"
    error = world.finished.error
    if error is None:
        assert sorted(numbers + lost) == list(range(world.total)), f"{seed}: lost without a word"
    else:
        assert world.restarts, f"{seed}: {error}"
        assert sorted(numbers + lost) == list(range(len(numbers) + len(lost))), f"{seed}: a hole"
    _check_commands(world, seed)


def _check_commands(world, seed):
    acted = world.effects
    assert len(acted) == len(set(acted)), f"{seed}: a command acted twice"
    settled = set(world.answers) | world.lost
    assert set(world.asked) <= settled, f"{seed}: a command without an answer"
    for key, status in world.answers.items():
        if status == "done":
            assert key in acted, f"{seed}: {key} said to be done, was not"
        if status in ("rejected", "expired"):
            assert key not in acted, f"{seed}: {key} {status}, yet it acted"

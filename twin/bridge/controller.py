"""An emulated cell controller: scans, PackML, a plant behind it, followers in front of it."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.bridge.clock import Clock
from twin.bridge.faults import Fault
from twin.bridge.machine import Machine
from twin.bridge.messages import BadMessage, Kind, Message, WrongVersion, decode, encode
from twin.bridge.mishaps import DOWN, Mishaps
from twin.bridge.office import Office
from twin.bridge.pacing import Pace
from twin.bridge.plant import Plant
from twin.bridge.sensors import Sensors
from twin.bridge.session import Action, Execute, Link, Rhythm, Role, Send, Serving, Stream, Witness
from twin.bridge.transport import ControllerSocket

MS = 1_000_000
IDLE_WAIT = 2  # ms
GRANT_WAIT = 8  # ms, in lockstep; a follower speaks at least every 50
STATUS_EVERY = 100 * MS
TURN = 4 * MS  # the plant runs about this long before the sockets are looked at again
LONGEST_TURN = 300_000 * MS  # of simulated time; after a quiet night work begins with a small step
RESERVE = 20_000  # records that one turn may add at most, kept free in what is retained
_SERVING, _CLOSED, _GONE = Serving.SERVING, Serving.CLOSED, Serving.GONE


@dataclass(slots=True, kw_only=True)
class Controller:
    """Runs a plant for its followers until the time is up, it is stopped, or all have left.

    Production starts when the first follower is there, so that it misses nothing.

    In lockstep the plant runs exactly as far as the followers let it.
    """

    sockets: ControllerSocket
    stream: Stream
    office: Office
    until: int  # ns
    clock: Clock
    roles: Mapping[str, Role] = field(default_factory=dict)  # by public key
    lockstep: bool = False
    sensors: Sensors | None = None
    mishaps: Mishaps = field(default_factory=Mishaps)
    watched: int | None = None  # file descriptor that ends it when it can be read
    pace: Pace = field(default_factory=lambda: Pace(None))
    rhythm: Rhythm = field(default_factory=Rhythm)
    show: Callable[[Mapping[str, Any]], None] = lambda _: None  # is told the tags
    stopping: Callable[[], bool] = lambda: False
    refused: int = 0  # messages that were none
    machine: Machine = field(init=False)  # what it controls
    plant: Plant = field(init=False)  # and what is behind that
    _links: dict[bytes, Link] = field(default_factory=dict)
    _met: int = 0  # followers that ever came
    _has_all: bool = False  # whether the last to leave said goodbye
    _chunk: int = MS  # simulated time of the next turn, ns
    _status_due: int = 0
    _left_at: int | None = None  # since when nobody waits for the end

    def __post_init__(self) -> None:
        self.machine = self.office.machine
        self.plant = self.machine.plant

    def run(self) -> None:
        """Serve until it is over."""
        self._chunk = self.scan
        self.stream.status = self.machine.status()
        rest, clock = 0, self.clock
        while self.stream.end is None or not self._is_over():
            if self.sockets.wait(rest):
                return  # whoever started this program is gone
            if clock.now() < self.mishaps.silent_until:
                clock.sleep_until(clock.now() + self.scan)
                self._work()
                continue
            for identity, data, user in self.sockets.receive():
                # Not earlier than it came: else the twin would be sure of a wrong clock offset.
                self._take(identity, data, user, clock.now())
            if not self.office.rests:
                self._answer(clock.now())
            rest = self._rest(worked=self._work())
            self._speak(clock.now())

    def _rest(self, *, worked: bool) -> int:
        """Return how long there is nothing to do but to listen, ms."""
        if not self.lockstep:
            return 0 if worked else IDLE_WAIT
        # Nothing is left to do until somebody grants more.
        return GRANT_WAIT if self.machine.produces else IDLE_WAIT

    def _is_over(self) -> bool:
        """Whether the end was told to everybody who waits for it, or everybody has gone."""
        if self._is_followed():
            self._left_at = None
            return False
        now = self.clock.now()
        self._left_at = self._left_at or now
        # A follower that lost its connection may come back for the rest, on a busy machine too.
        patience = self.rhythm.patience // 2 if self.stopping() else self.rhythm.patience
        return self._has_all or not self._met or now - self._left_at > patience

    def _take(self, identity: bytes, data: bytes, user: str, now: int) -> None:
        try:
            message = decode(data)
        except WrongVersion as error:
            body = {"code": "protocol", "text": f"the controller cannot read the twin: {error}"}
            self.sockets.send(identity, encode(Message(kind=Kind.ERROR, body=body)))
            return
        except BadMessage:
            self.refused += 1
            return
        link = self._links.get(identity)
        if link is None or link.peer.user != user:
            link = self._links[identity] = self._link(user, now)
            self._met += 1
        for action in link.receive(message, now):
            if type(action) is Send:
                self.sockets.send(identity, encode(action.message))
            elif isinstance(action, (Execute, Witness)):
                self.office.take(link, action)

    def _link(self, user: str, now: int) -> Link:
        role = self.roles.get(user, Role.OBSERVER)
        desk = self.office.desk
        return Link(self.stream, now=now, rhythm=self.rhythm, desk=desk, user=user, role=role)

    def _answer(self, now: int) -> None:
        answers = self.office.work(now)
        if answers:
            identities = {id(link): identity for identity, link in self._links.items()}
            for link, action in answers:
                if id(link) in identities:
                    self._send(identities[id(link)], [action])

    def _speak(self, now: int) -> None:
        tell = now >= self._status_due
        if tell:
            self._status_due = now + STATUS_EVERY
            self.office.commit()
            self.stream.status = self._status()
            self.show(self.stream.status["tags"])
        for identity, link in list(self._links.items()):
            actions = link.tick(now)
            if tell:
                actions = actions + link.publish(now)
            if actions:
                self._send(identity, actions)
            if link.phase is _GONE or link.phase is _CLOSED:
                self._has_all = link.phase is _CLOSED
                del self._links[identity]  # else those who come and go would add up

    def _status(self) -> dict[str, Any]:
        status = self.machine.status()
        if self.pace.factor is not None:
            status["late"] = self.pace.tell()
        return status

    def _send(self, identity: bytes, actions: list[Action]) -> None:
        for action in actions:
            if type(action) is Send:
                # What cannot be sent is lost; the follower will notice and ask for it.
                self.sockets.send(identity, encode(action.message))

    def _work(self) -> bool:
        """Pass a scan, or in production as many as fit; return whether anything was done."""
        if self.stream.end is not None:
            return False
        if self.stopping():
            self._finish(self.plant.time)
            return True
        if not self._may_go_on():
            return False
        return self._produce() if self.machine.produces else self._step()

    def _step(self) -> bool:
        changed = self.machine.step()
        if changed:
            self._status_due = 0
        return changed

    def _is_followed(self) -> bool:
        return _SERVING in [link.phase for link in self._links.values()]

    def _may_go_on(self) -> bool:
        """Whether the plant may run on without a follower losing anything for good.

        Only a plant without a pace waits; machines in real time do not.
        """
        if self.pace.factor is not None:
            return self._is_followed() or self.plant.time > 0
        least, serving = self.stream.next - self.stream.retain + RESERVE, False
        for link in self._links.values():
            if link.phase is _SERVING:
                serving = True
                if link.acknowledged < least:
                    return False
        return serving

    def _produce(self) -> bool:
        plant = self.plant
        if plant.stop is not None:
            self._finish(plant.time)
            return True
        return self._follow_grants() if self.lockstep else self._run_on()

    def _follow_grants(self) -> bool:
        """Lockstep: run exactly as far as all followers allow."""
        plant = self.plant
        time = target = plant.time
        allowed = [link.granted or 0 for link in self._links.values() if link.phase is _SERVING]
        if allowed:
            target = min(allowed)
        if target >= self.until:
            self._finish(self.until)
        elif target > time:
            self._advance(plant, target)
            self.machine.unit.scans += (target - time) // self.scan
        else:
            return False
        return True

    def _run_on(self) -> bool:
        """Run for a turn, as many scans as the pace allows."""
        plant, begun = self.plant, self.clock.now()
        target = self._target(plant.time, begun)
        if target >= self.until:
            self._finish(self.until)
            return True
        scans = (target - plant.time) // self.scan
        if scans <= 0:
            return False
        self._advance(plant, plant.time + scans * self.scan)
        self.machine.unit.scans += scans
        self._adapt(self.clock.now() - begun)
        return True

    def _target(self, time: int, now: int) -> int:
        """Return how far the plant may run in this turn, ns."""
        allowed = self.pace.allowed(time, now)
        return time + self._chunk if allowed is None else min(time + self._chunk, allowed)

    def _advance(self, plant: Plant, until: int) -> None:
        before, rows = plant.time, plant.advance(until)
        time = plant.time
        self._report(rows, time, time - before)
        for fault in self.mishaps.due(time):
            self._suffer(fault)

    def _report(self, rows: NDArray[np.void], time: int, passed: int) -> None:
        if self.sensors is not None:
            rows, time = self.sensors.report(rows, time), self.sensors.time(time)
        self.machine.produced(rows, passed)
        self.stream.append(rows, time)

    def _suffer(self, fault: Fault) -> None:
        now = self.clock.now()
        if fault.kind == "overrun":
            self.clock.sleep_until(now + fault.duration)
            self.machine.overruns += max(1, fault.duration // self.scan)
        elif fault.kind == "freeze":
            self.mishaps.freeze(now, fault.duration)
        else:
            self._crash(fault)

    def _crash(self, fault: Fault) -> None:
        """Be gone for a moment; then be back, with or without what it knew."""
        for link in self._links.values():
            link.desk.leave(link.peer)
        self._links.clear()
        self._has_all = False
        self.sockets = self.sockets.again()
        if fault.memory == "lost":
            self.stream = self.stream.anew(secrets.randbits(63) + 1)
            self.machine.forget()
        if self.watched is not None:
            self.sockets.watch(self.watched)
        self.mishaps.freeze(self.clock.now(), DOWN)

    @property
    def scan(self) -> int:
        """Time of a scan, ns; a controller without one is looked at once a millisecond."""
        return self.stream.scan or MS

    def _adapt(self, took: int) -> None:
        # A turn of about TURN: long enough to be efficient, short enough to keep every heartbeat.
        grown = self._chunk * 2 if took < TURN else self._chunk // 2
        self._chunk = max(self.scan, min(grown, LONGEST_TURN))

    def _finish(self, end: int) -> None:
        """Cut the log at `end` ns, and bring the unit to rest."""
        begun, rows = self.plant.time, self.plant.close(end)
        self._report(rows, self.plant.time, self.plant.time - begun)
        self.stream.finish(self.stream.simulation_time)
        self.machine.finish(stopping=self.stopping())
        self._status_due = 0

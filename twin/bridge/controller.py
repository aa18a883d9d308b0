"""An emulated cell controller: scans, PackML, a plant behind it, followers in front of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from twin.bridge.clock import Clock
from twin.bridge.messages import BadMessage, Kind, Message, WrongVersion, decode, encode
from twin.bridge.pacing import Pace
from twin.bridge.packml import STATION_STATES, Command, PackState, Unit
from twin.bridge.plant import Plant
from twin.bridge.session import Action, Execute, Link, Rhythm, Send, Serving, Stream
from twin.bridge.transport import ControllerSocket

MS = 1_000_000
IDLE_WAIT = 2  # ms
STATUS_EVERY = 100 * MS
TURN = 4 * MS  # the plant runs about this long before the sockets are looked at again
LONGEST_TURN = 300_000 * MS  # of simulated time; after a quiet night work begins with a small step
RESERVE = 20_000  # records that one turn may add at most, kept free in what is retained

# What an operator would press next, to bring the unit to production.
_NEXT_BUTTON = {PackState.STOPPED: Command.RESET, PackState.IDLE: Command.START}


@dataclass(slots=True, kw_only=True)
class Controller:
    """Runs a plant for its followers until the time is up, it is stopped, or all have left.

    Production starts when the first follower is there, so that it misses nothing.
    """

    sockets: ControllerSocket
    stream: Stream
    plant: Plant
    until: int  # ns
    clock: Clock
    pace: Pace = field(default_factory=lambda: Pace(None))
    rhythm: Rhythm = field(default_factory=Rhythm)
    stopping: Callable[[], bool] = lambda: False
    unit: Unit = field(default_factory=Unit)
    refused: int = 0  # messages that were none
    _links: dict[bytes, Link] = field(default_factory=dict)
    _met: int = 0  # followers that ever came
    _chunk: int = MS  # simulated time of the next turn, ns
    _status_due: int = 0
    _left_at: int | None = None  # since when nobody waits for the end

    def run(self) -> None:
        """Serve until it is over."""
        self._chunk = self.scan
        self.stream.status = self._status()
        idle = False
        while not self._is_over():
            if self.sockets.wait(IDLE_WAIT if idle else 0):
                return  # whoever started this program is gone
            now = self.clock.now()
            for identity, data in self.sockets.receive():
                self._take(identity, data, now)
            idle = not self._work()
            self._speak(self.clock.now())

    def _is_over(self) -> bool:
        """Whether the end was told to everybody who waits for it, or everybody has gone."""
        if self.stream.end is None:
            return False
        if self._is_followed():
            self._left_at = None
            return False
        now = self.clock.now()
        self._left_at = self._left_at or now
        has_all = any(link.phase is Serving.CLOSED for link in self._links.values())
        # A follower that lost its connection may come back for the rest, on a busy machine too.
        patience = self.rhythm.patience // 2 if self.stopping() else self.rhythm.patience
        return has_all or not self._met or now - self._left_at > patience

    def _take(self, identity: bytes, data: bytes, now: int) -> None:
        try:
            message = decode(data)
        except WrongVersion as error:
            body = {"code": "protocol", "text": f"the controller cannot read the twin: {error}"}
            self.sockets.send(identity, encode(Message(kind=Kind.ERROR, body=body)))
            return
        except BadMessage:
            self.refused += 1
            return
        if identity not in self._links:
            self._links[identity] = Link(self.stream, now=now, rhythm=self.rhythm)
            self._met += 1
        link = self._links[identity]
        for action in link.receive(message, now):
            if isinstance(action, Execute):
                self._send(identity, link.result(action.command, self._execute(), now))
            else:
                self._send(identity, [action])

    def _execute(self) -> Mapping[str, Any]:
        return {"status": "refused", "reason": "this controller is followed, not commanded"}

    def _speak(self, now: int) -> None:
        tell = now >= self._status_due
        if tell:
            self._status_due = now + STATUS_EVERY
            self.stream.status = self._status()
        for identity, link in list(self._links.items()):
            self._send(identity, link.tick(now) + (link.publish(now) if tell else []))
            if link.phase is Serving.GONE:
                del self._links[identity]

    def _send(self, identity: bytes, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, Send):
                # What cannot be sent is lost; the follower will notice and ask for it.
                self.sockets.send(identity, encode(action.message))

    def _work(self) -> bool:
        """Pass a scan, or in production as many as fit; return whether anything was done."""
        if self.stream.end is not None:
            return False
        if self.stopping():
            self._finish(self.plant.time)
        elif not self._may_go_on():
            return False
        elif self.unit.state is PackState.EXECUTE:
            return self._produce()
        else:
            self._start_up()
        return True

    def _start_up(self) -> None:
        button = _NEXT_BUTTON.get(self.unit.state)
        if button is not None:
            self.unit.command(button)
        self.unit.scan()
        self._status_due = 0

    def _is_followed(self) -> bool:
        return any(link.phase is Serving.SERVING for link in self._links.values())

    def _may_go_on(self) -> bool:
        """Whether the plant may run on without a follower losing anything for good.

        Only a plant without a pace waits; machines in real time do not.
        """
        if self.pace.factor is not None:
            return self._is_followed() or self.plant.time > 0
        room = self.stream.retain - RESERVE
        serving = [k for k in self._links.values() if k.phase is Serving.SERVING]
        return bool(serving) and all(link.unacknowledged <= room for link in serving)

    def _produce(self) -> bool:
        time, begun = self.plant.time, self.clock.now()
        if self.plant.stop is not None:
            self._finish(time)
            return True
        target = time + self._chunk
        allowed = self.pace.allowed(time, begun)
        target = target if allowed is None else min(target, allowed)
        if target >= self.until:
            self._finish(self.until)
            return True
        scans = (target - time) // self.scan
        if scans > 0:
            self.stream.append(self.plant.advance(time + scans * self.scan), self.plant.time)
            self.unit.scans += scans
            self._adapt(self.clock.now() - begun)
        return scans > 0

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
        self.stream.append(self.plant.close(end), self.plant.time)
        self.stream.finish(self.plant.time)
        if self.stopping():
            self.unit.command(Command.STOP)
        while self.unit.scan():
            pass
        self._status_due = 0

    def _status(self) -> dict[str, Any]:
        states = self.plant.states()
        stop = self.plant.stop
        return {
            "unit": int(self.unit.state),
            "mode": int(self.unit.mode),
            "scans": self.unit.scans,
            "stations": {name: int(STATION_STATES[state]) for name, state in states.items()},
            "states": {name: int(state) for name, state in states.items()},
            "stop": "" if stop is None else stop.kind,
        }

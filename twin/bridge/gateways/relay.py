"""Serves what a gateway reads to twins, as if it were a controller; nothing can be commanded."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from twin.bridge.clock import Clock
from twin.bridge.gateways.source import Source
from twin.bridge.gateways.translate import Translator
from twin.bridge.messages import BadMessage, decode, encode
from twin.bridge.packml import STATION_STATES, PackState
from twin.bridge.session import Action, Execute, Link, Role, Send, Serving, Stream
from twin.bridge.transport import ControllerSocket
from twin.kernel.model import Line

MS = 1_000_000
STATUS_EVERY = 100 * MS
WAIT = 2  # ms
_OVER = (Serving.CLOSED, Serving.GONE)


def stream_of(line: Line) -> Stream:
    """Return an empty stream of a cell's records, with a fresh epoch."""
    return Stream(
        epoch=secrets.randbits(63) + 1,
        model_id=line.model_id,
        name=line.name,
        resources=line.resources,
        products=line.products,
    )


@dataclass(slots=True, kw_only=True)
class Relay:
    """Looks at the source every `interval`, and passes on what has happened."""

    sockets: ControllerSocket
    source: Source
    translator: Translator
    stream: Stream
    clock: Clock
    interval: int  # ns
    roles: Mapping[str, Role] = field(default_factory=dict)
    stopping: Callable[[], bool] = lambda: False
    _links: dict[bytes, Link] = field(default_factory=dict)
    _look: int = 0
    _tell: int = 0

    def run(self) -> None:
        """Serve until it is told to stop and the end was told to who follows."""
        leave = None
        while leave is None or (self.clock.now() < leave and not self._told()):
            if leave is None and self.stopping():
                self.stream.finish(self.translator.time)
                leave = self.clock.now() + 1_000 * MS
            self.turn()

    def turn(self) -> None:
        """Take what followers say, look at the source if it is time, send what there is."""
        self.sockets.wait(WAIT)
        now = self.clock.now()
        for identity, data, user in self.sockets.receive():
            self._take(identity, data, user, now)
        if now >= self._look and self.stream.end is None:
            self._look = now + self.interval
            records = self.translator.take(self.source.poll())
            self.stream.append(records, self.translator.time)
        self._speak(now)

    def _told(self) -> bool:
        return not self._links

    def _take(self, identity: bytes, data: bytes, user: str, now: int) -> None:
        try:
            message = decode(data)
        except BadMessage:
            return
        link = self._links.get(identity)
        if link is None or link.peer.user != user:
            role = self.roles.get(user, Role.OBSERVER)
            link = self._links[identity] = Link(self.stream, now=now, user=user, role=role)
        self._send(identity, link.receive(message, now))

    def _speak(self, now: int) -> None:
        tell = now >= self._tell
        if tell:
            self._tell = now + STATUS_EVERY
            self.stream.status = self._status()
        for identity, link in list(self._links.items()):
            self._send(identity, link.tick(now) + (link.publish(now) if tell else []))
            if link.phase in _OVER:
                del self._links[identity]

    def _status(self) -> dict[str, Any]:
        states = self.translator.states()
        return {
            "unit": int(PackState.EXECUTE),
            "mode": 1,
            "scans": 0,
            "stations": {name: int(STATION_STATES[state]) for name, state in states.items()},
            "states": {name: int(state) for name, state in states.items()},
            "unseen": self.source.unseen,
            "stop": "",
        }

    def _send(self, identity: bytes, actions: list[Action]) -> None:
        for action in actions:
            assert not isinstance(action, Execute)  # its links have no list of commands
            if isinstance(action, Send):
                self.sockets.send(identity, encode(action.message))

"""The controller's side of the conversation, one `Link` a follower."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum, auto
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.bridge.messages import BATCH, NO_BODY, NO_RECORDS, Kind, Message, schema_digest
from twin.bridge.session.actions import Action, Rhythm, Send
from twin.bridge.session.desk import Desk, Peer
from twin.bridge.session.handshake import mismatch
from twin.bridge.session.permits import Role
from twin.bridge.session.stream import Stream

# Records of the first batch; each is twice the one before, up to BATCH, so that a connection which
# never lives for long gets something through.
SMALL = 32
BURST = 16  # most batches sent in one go, so that nobody else waits for long
MOST_MESSAGES = 200_000  # a second, from one follower; one that sends more is let go
_NS_PER_S = 1_000_000_000
# Enough to know how far the client's clock is off, for the age of its commands.
_TELLING = (Kind.COMMAND, Kind.HEARTBEAT, Kind.HELLO)
MOST_NAME = 64  # characters of what a client calls itself
_FOLLOWED = "this controller is followed, not commanded"


class Serving(Enum):
    """Where a link stands."""

    WAITING = auto()  # no valid hello yet
    SERVING = auto()
    CLOSED = auto()  # the follower has everything and said so
    GONE = auto()  # the follower fell silent or was refused


# Members of enumerations looked up once, tuples made as they are: both take time in each message.
_SERVING: Final = Serving.SERVING
_CLOSED: Final = Serving.CLOSED
_GRANT: Final = Kind.GRANT
_REACHED: Final = Kind.REACHED
_new: Final = tuple.__new__


class Link:
    """Sends a stream to one follower, no faster than it takes it, again where it lost something.

    Parameters
    ----------
    stream : Stream
    desk : Desk, optional
        Where its commands go; one for all links of a controller.  None: all are rejected.
    user : str
        Public key of the follower, empty without encryption.
    role : Role
        What the key may do.
    """

    def __init__(
        self,
        stream: Stream,
        *,
        now: int,
        rhythm: Rhythm | None = None,
        desk: Desk | None = None,
        user: str = "",
        role: Role = Role.OBSERVER,
    ) -> None:
        self.stream = stream
        self.rhythm = rhythm or Rhythm()
        self._silence = self.rhythm.silence
        self.desk = desk or Desk(read_only=_FOLLOWED)
        self.peer = Peer(user=user, role=role)
        self.granted: int | None = None  # ns, how far a follower in lockstep lets it run
        self.phase = Serving.WAITING
        self.cursor = 0  # next record to send
        self.limit = 0  # the follower has room for the records before this one
        self.acknowledged = 0  # on the follower's disk
        self._batch = SMALL
        self.resent = 0  # records sent again on request
        self._heard = now
        self._sent = now
        self._ended: int | None = None  # when the end was last told
        self._reached = -1  # ns, up to where it was told
        self._heard_since = now
        self._messages = 0  # in this second
        self._handlers: dict[Kind, Callable[[Message, int], list[Action]]] = {
            Kind.HELLO: self._on_hello,
            Kind.HEARTBEAT: self._on_credit,
            Kind.CREDIT: self._on_credit,
            Kind.RESEND: self._on_resend,
            Kind.COMMAND: self._on_command,
            Kind.GRANT: self._on_grant,
            Kind.PROBE: self._on_probe,
            Kind.BYE: self._on_bye,
        }

    @property
    def unacknowledged(self) -> int:
        """Records produced that are not on the follower's disk."""
        return self.stream.next - self.acknowledged

    def receive(self, message: Message, now: int) -> list[Action]:
        """Take one message from the follower."""
        kind = message.kind
        handler = self._handlers.get(kind)
        at_home = self.phase is _SERVING and message.session == self.stream.epoch
        if handler is None or not (at_home or kind is Kind.HELLO):
            return []
        self._messages += 1
        if now - self._heard_since > _NS_PER_S:
            self._heard_since, self._messages = now, 1
        if self._messages > MOST_MESSAGES:  # a flood
            self._go(Serving.GONE)
            return []
        self._heard = now
        actions = handler(message, now)
        if kind is not _GRANT and kind in _TELLING:
            self.desk.heard(self.peer, message.source_time, now)
        return actions

    def _go(self, phase: Serving) -> None:
        """Stop serving; what the follower had armed is disarmed."""
        self.phase = phase
        self.desk.leave(self.peer)

    def tick(self, now: int) -> list[Action]:
        """Send what there is room for, and a sign of life; call it every few milliseconds."""
        if now - self._heard > self._silence and self.phase is not _CLOSED:
            self._go(Serving.GONE)
        if self.phase is not _SERVING:
            return []
        stream = self.stream
        told = stream.end is None and self.cursor == stream.next
        actions = self._tell_reached(now) if told else self._pump(now)
        if not actions and now - self._sent >= self.rhythm.beat:
            actions.append(self._send(Kind.HEARTBEAT, now, sequence=self.cursor))
        return actions

    def publish(self, now: int) -> list[Action]:
        """Send the latest status, which may be lost."""
        if self.phase is not Serving.SERVING:
            return []
        return [self._send(Kind.STATUS, now, sequence=self.stream.next, body=self.stream.status)]

    def result(self, command: Message, body: Mapping[str, Any], now: int) -> list[Action]:
        """Tell the follower what became of a command."""
        return self.desk.result(self.peer, command, body, now)

    def _pump(self, now: int) -> list[Action]:
        stream = self.stream
        actions: list[Action] = []  # to write `list[Action]()` takes ten times as long
        if self.cursor < stream.oldest:
            body: dict[str, Any] = {"first": self.cursor, "last": stream.oldest}
            actions.append(self._send(Kind.GAP, now, sequence=stream.oldest, body=body))
            self.cursor = stream.oldest
        end = min(self.limit, stream.next)
        while self.cursor < end and len(actions) < BURST:
            records = stream.read(self.cursor, min(self.cursor + self._batch, end))
            self._batch = min(BATCH, 2 * self._batch)
            actions.append(self._send(Kind.EVENTS, now, sequence=self.cursor, records=records))
            self.cursor += len(records)
        if stream.end is not None and self.cursor == stream.next and self._end_is_due(now):
            self._ended = now
            body = {"end": stream.end, "digest": stream.digest}
            actions.append(self._send(Kind.END, now, sequence=stream.next, body=body))
        return actions if self.cursor < stream.next else actions + self._tell_reached(now)

    def _tell_reached(self, now: int) -> list[Action]:
        """Tell a follower in lockstep that has all records how far the run has come."""
        granted, reached, time = self.granted, self._reached, self.stream.simulation_time
        if granted is None or reached >= granted or reached >= time:
            return []
        self._reached = time
        return [self._send(_REACHED, now, sequence=self.stream.next)]

    def _end_is_due(self, now: int) -> bool:
        return self._ended is None or now - self._ended >= self.rhythm.beat

    def _on_hello(self, message: Message, now: int) -> list[Action]:
        ours = {"model_id": self.stream.model_id, "schema": schema_digest()}
        for key, value in ours.items():
            if message.body.get(key) != value:
                self._go(Serving.GONE)
                text = mismatch(key, value, message.body.get(key))
                return [self._send(Kind.ERROR, now, body={"code": key, "text": text})]
        self.phase = Serving.SERVING
        client = str(message.body.get("client", ""))[:MOST_NAME]
        if client != self.peer.client:
            self.desk.leave(self.peer)
            self.peer = replace(self.peer, client=client)
        self._reached, self._batch = -1, SMALL
        # A follower of an earlier run learns the epoch from the welcome and decides itself.
        is_new = message.body.get("from") == "now"
        self.cursor = self.stream.next if is_new else min(message.sequence, self.stream.next)
        self._on_credit(message, now)
        return [
            self._send(Kind.WELCOME, now, sequence=self.stream.next, body=self._welcome(is_new)),
            self._send(Kind.SNAPSHOT, now, sequence=self.stream.next, body=self.stream.status),
        ]

    def _welcome(self, is_new: bool) -> dict[str, Any]:
        stream = self.stream
        return {
            "model_id": stream.model_id,
            "schema": schema_digest(),
            "name": stream.name,
            "resources": stream.resources,
            "products": stream.products,
            "scan": stream.scan,
            "oldest": stream.oldest,
            "from": "now" if is_new else "start",
            "first": self.cursor,
            "commands": sorted(self.desk.permits.tags),
        }

    def _on_credit(self, message: Message, now: int) -> list[Action]:
        limit = message.body.get("limit")
        if isinstance(limit, int):
            self.limit = max(self.limit, limit)
        if "hold" in message.body:
            self.desk.hold(self.peer, message.body["hold"], now)
        # What was never sent cannot be on disk.
        self.acknowledged = max(self.acknowledged, min(message.acknowledge, self.stream.next))
        return []

    def _on_resend(self, message: Message, now: int) -> list[Action]:
        if message.sequence < self.cursor:
            self.resent += self.cursor - message.sequence
            self.cursor, self._batch = message.sequence, SMALL
            self._ended = None
        return []

    def _on_command(self, message: Message, now: int) -> list[Action]:
        return self.desk.take(self.peer, message, now)

    def _on_grant(self, message: Message, now: int) -> list[Action]:
        time, granted = message.simulation_time, self.granted
        if granted is None or time > granted:
            self.granted = max(time, -1)
        else:
            self._reached = -1  # asked again: the answer was lost
        return []

    def _on_probe(self, message: Message, now: int) -> list[Action]:
        body = {"sent": message.source_time, "received": now}
        return [self._send(Kind.ECHO, now, sequence=message.sequence, body=body)]

    def _on_bye(self, message: Message, now: int) -> list[Action]:
        self._on_credit(message, now)
        self._go(Serving.CLOSED)
        return []

    def _send(
        self,
        kind: Kind,
        now: int,
        *,
        sequence: int = 0,
        body: Mapping[str, Any] = NO_BODY,
        records: NDArray[np.void] = NO_RECORDS,
    ) -> Action:
        self._sent = now
        stream = self.stream
        place = kind, stream.epoch, sequence, 0
        message = _new(Message, (*place, now, stream.simulation_time, 0, body, records, b""))
        return _new(Send, (message,))

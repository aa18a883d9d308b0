"""The controller's side of the conversation, one `Link` a follower."""

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Any

from twin.bridge.messages import BATCH, Kind, Message, schema_digest
from twin.bridge.session.actions import Action, Rhythm, Send
from twin.bridge.session.commands import Executor
from twin.bridge.session.follower import mismatch
from twin.bridge.session.stream import Stream

BURST = 16  # most batches sent in one go, so that nobody else waits for long


class Serving(Enum):
    """Where a link stands."""

    WAITING = auto()  # no valid hello yet
    SERVING = auto()
    CLOSED = auto()  # the follower has everything and said so
    GONE = auto()  # the follower fell silent or was refused


class Link:
    """Sends a stream to one follower, no faster than it takes it, again where it lost something."""

    def __init__(self, stream: Stream, *, now: int, rhythm: Rhythm | None = None) -> None:
        self.stream = stream
        self.rhythm = rhythm or Rhythm()
        self.phase = Serving.WAITING
        self.cursor = 0  # next record to send
        self.limit = 0  # the follower has room for the records before this one
        self.acknowledged = 0  # on the follower's disk
        self.resent = 0  # records sent again on request
        self._heard = now
        self._sent = now
        self._ended: int | None = None  # when the end was last told
        self._executor = Executor()
        self._handlers: dict[Kind, Callable[[Message, int], list[Action]]] = {
            Kind.HELLO: self._on_hello,
            Kind.HEARTBEAT: self._on_credit,
            Kind.CREDIT: self._on_credit,
            Kind.RESEND: self._on_resend,
            Kind.COMMAND: self._on_command,
            Kind.BYE: self._on_bye,
        }

    @property
    def unacknowledged(self) -> int:
        """Records produced that are not on the follower's disk."""
        return self.stream.next - self.acknowledged

    def receive(self, message: Message, now: int) -> list[Action]:
        """Take one message from the follower."""
        handler = self._handlers.get(message.kind)
        at_door = message.kind is not Kind.HELLO and self.phase is not Serving.SERVING
        foreign = message.kind is not Kind.HELLO and message.session != self.stream.epoch
        if handler is None or at_door or foreign:
            return []
        self._heard = now
        self._executor.heard(message.source_time, now)
        return handler(message, now)

    def tick(self, now: int) -> list[Action]:
        """Send what there is room for, and a sign of life; call it every few milliseconds."""
        if now - self._heard > self.rhythm.silence and self.phase is not Serving.CLOSED:
            self.phase = Serving.GONE
        if self.phase is not Serving.SERVING:
            return []
        actions = self._pump(now)
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
        return [Send(self._executor.result(command, body, now))]

    def _pump(self, now: int) -> list[Action]:
        stream, actions = self.stream, list[Action]()
        if self.cursor < stream.oldest:
            body: dict[str, Any] = {"first": self.cursor, "last": stream.oldest}
            actions.append(self._send(Kind.GAP, now, sequence=stream.oldest, body=body))
            self.cursor = stream.oldest
        end = min(self.limit, stream.next)
        while self.cursor < end and len(actions) < BURST:
            records = stream.read(self.cursor, min(self.cursor + BATCH, end))
            actions.append(self._send(Kind.EVENTS, now, sequence=self.cursor, records=records))
            self.cursor += len(records)
        if stream.end is not None and self.cursor == stream.next and self._end_is_due(now):
            self._ended = now
            body = {"end": stream.end, "digest": stream.digest}
            actions.append(self._send(Kind.END, now, sequence=stream.next, body=body))
        return actions

    def _end_is_due(self, now: int) -> bool:
        return self._ended is None or now - self._ended >= self.rhythm.beat

    def _on_hello(self, message: Message, now: int) -> list[Action]:
        ours = {"model_id": self.stream.model_id, "schema": schema_digest()}
        for key, value in ours.items():
            if message.body.get(key) != value:
                self.phase = Serving.GONE
                text = mismatch(key, value, message.body.get(key))
                return [self._send(Kind.ERROR, now, body={"code": key, "text": text})]
        self.phase = Serving.SERVING
        # A follower of an earlier run learns the epoch from the welcome and decides itself.
        self.cursor = min(message.sequence, self.stream.next)
        self._on_credit(message, now)
        return [
            self._send(Kind.WELCOME, now, sequence=self.stream.next, body=self._welcome()),
            self._send(Kind.SNAPSHOT, now, sequence=self.stream.next, body=self.stream.status),
        ]

    def _welcome(self) -> dict[str, Any]:
        stream = self.stream
        return {
            "model_id": stream.model_id,
            "schema": schema_digest(),
            "name": stream.name,
            "resources": stream.resources,
            "products": stream.products,
            "scan": stream.scan,
            "oldest": stream.oldest,
        }

    def _on_credit(self, message: Message, now: int) -> list[Action]:
        limit = message.body.get("limit")
        if isinstance(limit, int):
            self.limit = max(self.limit, limit)
        # What was never sent cannot be on disk.
        self.acknowledged = max(self.acknowledged, min(message.acknowledge, self.stream.next))
        return []

    def _on_resend(self, message: Message, now: int) -> list[Action]:
        if message.sequence < self.cursor:
            self.resent += self.cursor - message.sequence
            self.cursor = message.sequence
            self._ended = None
        return []

    def _on_command(self, message: Message, now: int) -> list[Action]:
        return self._executor.receive(message, now)

    def _on_bye(self, message: Message, now: int) -> list[Action]:
        self._on_credit(message, now)
        self.phase = Serving.CLOSED
        return []

    def _send(self, kind: Kind, now: int, **fields: Any) -> Action:
        self._sent = now
        message = Message(
            kind=kind,
            session=self.stream.epoch,
            source_time=now,
            simulation_time=self.stream.simulation_time,
            **fields,
        )
        return Send(message)

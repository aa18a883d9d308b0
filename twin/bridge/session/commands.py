"""Commands that act at most once: asked until answered, carried out when first seen.

Sent at least once, taken idempotently by (session, sequence), and refused when too old, because a
command that waited in some queue must not move a machine later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twin.bridge.messages import Kind, Message
from twin.bridge.session.actions import Action, Answered, Execute, Send


@dataclass(slots=True)
class _Asked:
    body: Mapping[str, Any]
    expires: int
    sent: int


class Commander:
    """The follower's side: one command at a time, repeated until its result is there."""

    def __init__(self) -> None:
        self._sequence = 0
        self._asked: _Asked | None = None

    def ask(self, body: Mapping[str, Any], *, session: int, now: int, time_to_live: int) -> Message:
        """Return the first sending of a command.

        Raises
        ------
        ValueError
            If the one before has no result yet.
        """
        if self._asked is not None:
            raise ValueError(f"command {self._sequence} has no result yet")
        self._sequence += 1
        self._asked = _Asked(body, now + time_to_live, now)
        return self._message(session, now)

    def again(self, session: int, now: int, every: int) -> list[Action]:
        """Return the repetition that is due, or that the command expired without an answer."""
        asked = self._asked
        if asked is None:
            return []
        if now >= asked.expires:
            self._asked = None
            # Not "refused": it may have arrived and its result may be lost.
            return [Answered(self._sequence, {"status": "in doubt"})]
        if now - asked.sent < every:
            return []
        asked.sent = now
        return [Send(self._message(session, now))]

    def answered(self, message: Message) -> list[Action]:
        """Take a result; one that nobody waits for is a repeat."""
        if self._asked is None or message.sequence != self._sequence:
            return []
        self._asked = None
        return [Answered(message.sequence, message.body)]

    def _message(self, session: int, now: int) -> Message:
        assert self._asked is not None
        return Message(
            kind=Kind.COMMAND,
            session=session,
            sequence=self._sequence,
            source_time=now,
            time_to_live=self._asked.expires - now,
            body=self._asked.body,
        )


class Executor:
    """The controller's side: each command once, old ones never, repeats get the first result."""

    def __init__(self) -> None:
        self._last = 0
        self._result: Message | None = None
        self._offset: int | None = None  # clock offset + smallest delay seen, ns

    def heard(self, source_time: int, now: int) -> None:
        """Learn the offset of the peer's clock; the fastest message shows it best."""
        delay = now - source_time
        self._offset = delay if self._offset is None else min(self._offset, delay)

    def receive(self, message: Message, now: int) -> list[Action]:
        """Take a command, seen before or not."""
        if message.sequence <= self._last:
            repeat = message.sequence == self._last and self._result is not None
            return [Send(self._result)] if repeat and self._result else []
        self._last, self._result = message.sequence, None
        age = now - message.source_time - (self._offset or 0)
        if message.time_to_live and age > message.time_to_live:
            return [Send(self.result(message, {"status": "refused", "reason": "expired"}, now))]
        return [Execute(message)]

    def result(self, command: Message, body: Mapping[str, Any], now: int) -> Message:
        """Return the message that tells what became of a command, and keep it for repeats."""
        self._result = Message(
            kind=Kind.RESULT,
            session=command.session,
            sequence=command.sequence,
            source_time=now,
            body=body,
        )
        return self._result

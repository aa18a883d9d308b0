"""Commands that act at most once: asked until answered, carried out when first seen.

Sent at least once, taken idempotently by (session, client, sequence), and refused when too old or
overtaken, because a command that waited in some queue must not move a machine later.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from twin.bridge.messages import Kind, Message
from twin.bridge.session.actions import Action, Answered, Send

KEPT_RESULTS = 4096  # of each client, for repeats


class Status(StrEnum):
    """What became of a command."""

    ACCEPTED = "accepted"  # begun; `done` or `rejected` follows
    DONE = "done"
    REJECTED = "rejected"  # with a reason; it had no effect
    DUPLICATE = "duplicate"  # seen before, and its result is no longer kept
    EXPIRED = "expired"  # came too late; it had no effect
    IN_DOUBT = "in doubt"  # no result came in time: it may or may not have acted


@dataclass(slots=True)
class _Asked:
    body: Mapping[str, Any]
    expires: int
    sent: int
    accepted: bool = False


class Commander:
    """The follower's side: numbered commands, each repeated until its result is there."""

    def __init__(self) -> None:
        self._sequence = 0
        self._asked: dict[int, _Asked] = {}

    @property
    def last(self) -> int:
        """Number of the last command."""
        return self._sequence

    def ask(self, body: Mapping[str, Any], *, session: int, now: int, time_to_live: int) -> Message:
        """Return the first sending of a command.

        Raises
        ------
        ValueError
            If it would never expire.
        """
        if time_to_live <= 0:
            raise ValueError(f"a command needs a time to live, got {time_to_live} ns")
        self._sequence += 1
        asked = self._asked[self._sequence] = _Asked(body, now + time_to_live, now)
        return _message(self._sequence, asked, session, now)

    def again(self, session: int, now: int, every: int) -> list[Action]:
        """Return the repetitions that are due, and the commands that got no result in time."""
        actions = self.expire(now)
        for sequence, asked in self._asked.items():
            if now - asked.sent >= every:
                asked.sent = now
                actions.append(Send(_message(sequence, asked, session, now)))
        return actions

    def expire(self, now: int) -> list[Action]:
        """Say of what got no result in time that it is in doubt."""
        late = [sequence for sequence, asked in self._asked.items() if now >= asked.expires]
        return [action for sequence in late for action in self._give_up(sequence)]

    def give_up(self) -> list[Action]:
        """Say of everything without a result that it is in doubt: the controller is gone."""
        return [action for sequence in list(self._asked) for action in self._give_up(sequence)]

    def answered(self, message: Message) -> list[Action]:
        """Take a result; one that nobody waits for is a repeat."""
        asked = self._asked.get(message.sequence)
        if asked is None:
            return []
        if message.body.get("status") != Status.ACCEPTED:
            del self._asked[message.sequence]
        elif asked.accepted:
            return []
        asked.accepted = True
        return [Answered(message.sequence, message.body)]

    def _give_up(self, sequence: int) -> list[Action]:
        del self._asked[sequence]
        # Not "rejected": it may have arrived and its result may be lost.
        return [Answered(sequence, {"status": Status.IN_DOUBT})]


def _message(sequence: int, asked: _Asked, session: int, now: int) -> Message:
    time_to_live = asked.expires - now
    return Message(Kind.COMMAND, session, sequence, 0, now, 0, time_to_live, asked.body)


class Executor:
    """The controller's side, one a client: each command once, old ones never.

    It outlives a connection: a command repeated over a new one is still a repeat.
    """

    def __init__(self) -> None:
        self._last = 0
        self._forgotten = 0  # results up to this one may be no longer kept
        self._results: OrderedDict[int, Message | None] = OrderedDict()  # None: not known yet
        self._offset: int | None = None  # clock offset + smallest delay seen, ns

    def heard(self, source_time: int, now: int) -> None:
        """Learn the offset of the peer's clock; the fastest message shows it best."""
        delay = now - source_time
        if self._offset is None or delay < self._offset:
            self._offset = delay

    def receive(self, message: Message, now: int) -> list[Action] | None:
        """Take a command, seen before or not; return what settles it, None: it may be executed."""
        sequence = message.sequence
        if sequence <= self._last:
            return self._repeat(message, now)
        self._last = sequence
        self._results[sequence] = None
        if len(self._results) > KEPT_RESULTS:
            self._forgotten = max(self._forgotten, self._results.popitem(last=False)[0])
        age = now - message.source_time - (self._offset or 0)
        if message.time_to_live and age > message.time_to_live:
            return [Send(self.result(message, {"status": Status.EXPIRED}, now))]
        return None

    def result(self, command: Message, body: Mapping[str, Any], now: int) -> Message:
        """Return the message that tells what became of a command, and keep it for repeats."""
        message = _result(command, body, now)
        if command.sequence in self._results:
            self._results[command.sequence] = message
        return message

    def _repeat(self, message: Message, now: int) -> list[Action]:
        sequence = message.sequence
        if sequence in self._results:
            result = self._results[sequence]
            return [Send(result)] if result is not None else []  # being carried out
        if sequence <= self._forgotten:
            return [Send(_result(message, {"status": Status.DUPLICATE}, now))]
        # Never seen, but a later one was carried out: it lost its place, and is settled so.
        self._results[sequence] = None
        body = {"status": Status.REJECTED, "reason": "overtaken by a later command"}
        return [Send(self.result(message, body, now))]


def _result(command: Message, body: Mapping[str, Any], now: int) -> Message:
    return Message(Kind.RESULT, command.session, command.sequence, 0, now, 0, 0, body)

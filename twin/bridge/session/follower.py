"""The follower's side of the conversation."""

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Any, Final, TypeGuard

from twin.bridge.messages import NO_BODY, NO_RECORDS, Kind, Message, schema_digest
from twin.bridge.session.actions import (
    Action,
    Finish,
    Keep,
    Reached,
    Reconnect,
    Send,
    Show,
)
from twin.bridge.session.commands import Commander
from twin.bridge.session.errors import (
    BridgeError,
    ControllerLost,
    ControllerRestarted,
    DamagedStream,
    HandshakeRefused,
)
from twin.bridge.session.handshake import mismatch, restarted
from twin.bridge.session.offset import Offset, OffsetFilter
from twin.bridge.session.position import Position, Terms
from twin.bridge.session.records import fault_in

_LOOK = 1_000_000  # ns; nothing that the passing of time asks for is more urgent
WINDOW = 32_768  # records the controller may send ahead of what is on the follower's disk


class Phase(Enum):
    """Where the follower stands in the conversation."""

    GREETING = auto()  # not connected: says hello until it is welcomed
    FOLLOWING = auto()
    ENDING = auto()  # everything is here; the end is being recorded
    DONE = auto()
    FAILED = auto()


# Members of enumerations looked up once, tuples made as they are: both take time in each message.
_FOLLOWING: Final = Phase.FOLLOWING
_OVER: Final = (Phase.DONE, Phase.FAILED)
_GRANT: Final = Kind.GRANT
_new: Final = tuple.__new__


class Follower:
    """Takes every record of one controller exactly once and in order, or knows what is missing.

    Parameters
    ----------
    model_id : str
        Model id of the cell that the twin runs; the controller must run the same.
    position : Position
        What an earlier conversation with the same controller left; default: nothing.
    terms : Terms, optional
        How it wants to be served.
    """

    def __init__(
        self,
        *,
        model_id: str,
        now: int,
        position: Position | None = None,
        window: int = WINDOW,
        terms: Terms | None = None,
    ) -> None:
        self.model_id = model_id
        self.position = position or Position()
        self.terms = terms or Terms()
        self.rhythm = self.terms.rhythm
        self.window = window
        self.phase = Phase.GREETING
        self.error: BridgeError | None = None
        self.welcome: Message | None = None
        self.durable = self.position.next
        self.duplicates = 0  # records that came more than once
        self.strangers = 0  # messages of another epoch or direction
        self.interruptions = 0  # times the controller fell silent
        self._exists = self.position.next  # records that the controller is known to have sent
        self._granted = 0
        self.due = now  # when `tick` has something to do at the earliest
        self._since = now  # of the present phase
        self._heard = now
        self._sent = now - self.rhythm.beat  # the first tick says hello
        self._asked = (-1, now)  # last request to resend: from which record, when
        self._begin_now = self.terms.from_now and not self.position.epoch
        self._commander = Commander()
        self._held = ("", now)  # the lease that a hand is on, and until when
        self._hold_said = now
        self._target: int | None = None  # ns, lockstep: how far the controller may run
        self._there = -1  # ns, lockstep: how far it came
        self._granted_at = now
        self._probed = now - self.rhythm.beat
        self._offsets = OffsetFilter()
        self._handlers = self._by_kind()

    def _by_kind(self) -> dict[Kind, Callable[[Message, int], list[Action]]]:
        return {
            Kind.WELCOME: self._on_welcome,
            Kind.SNAPSHOT: self._on_status,
            Kind.EVENTS: self._on_events,
            Kind.STATUS: self._on_status,
            Kind.HEARTBEAT: self._on_heartbeat,
            Kind.GAP: self._on_gap,
            Kind.END: self._on_end,
            Kind.RESULT: self._on_result,
            Kind.REACHED: self._on_reached,
            Kind.ECHO: self._on_echo,
            Kind.ERROR: self._on_error,
        }

    def tick(self, now: int) -> list[Action]:
        """Do what the passing of time asks for; call it every few milliseconds."""
        if now < self.due or self.phase in _OVER:
            return []
        if self.phase is Phase.GREETING:
            return self._greet(now)
        if self.phase is Phase.FOLLOWING and now - self._heard > self.rhythm.silence:
            return self._lose(now)
        self.due = now + _LOOK
        actions = self._ask_again(now)
        actions += self._commander.again(self.position.epoch, now, self.rhythm.beat)
        actions += self._grant_again(now) + self._probe(now)
        if now - self._sent >= self.rhythm.beat or self._must_hold(now):
            actions.append(self._grant(Kind.HEARTBEAT, now))
        return actions

    def receive(self, message: Message, now: int) -> list[Action]:
        """Take one message from the controller."""
        handler = self._handlers.get(message.kind)
        at_home = self.phase is _FOLLOWING and message.session == self.position.epoch
        if handler is None or not (at_home or not self._is_strange(message)):
            self.strangers += 1
            return []
        self._heard = now
        return handler(message, now)

    def _is_strange(self, message: Message) -> bool:
        """Whether a message is of another run or comes at the wrong time."""
        phase = self.phase
        greets = message.kind in (Kind.WELCOME, Kind.ERROR)
        foreign = phase is Phase.GREETING or message.session != self.position.epoch
        return phase in _OVER or (foreign and not greets)

    def cut(self, now: int) -> list[Action]:
        """Learn that the connection is gone: no need to wait for the heartbeats that stay away."""
        return self._lose(now) if self.phase is Phase.FOLLOWING else []

    def committed(self, now: int) -> list[Action]:
        """Learn that everything asked to be kept is on disk; only now is it acknowledged."""
        self.durable = self.position.next
        if self.phase is Phase.ENDING:
            self.phase = Phase.DONE
            # A command that was given at the very end gets no result any more.
            return [*self._commander.give_up(), self._send(Kind.BYE, now), Finish()]
        if self.phase is Phase.FOLLOWING and self._spent():
            return [self._grant(Kind.CREDIT, now)]
        return []

    def command(self, body: Mapping[str, Any], now: int, *, time_to_live: int) -> list[Action]:
        """Ask the controller to do something within `time_to_live` ns; `Answered` follows."""
        message = self._commander.ask(
            body, session=self.position.epoch, now=now, time_to_live=time_to_live
        )
        return [Send(message)]

    @property
    def asked(self) -> int:
        """Number of the last command."""
        return self._commander.last

    def leave(self, now: int) -> list[Action]:
        """Say goodbye before the end."""
        self.phase = Phase.DONE
        return [self._send(Kind.BYE, now), Finish()]

    def hold(self, lease: str, now: int, *, until: int) -> None:
        """Keep a lease alive until `until` ns; call it as long as a hand is on it."""
        self._held = (lease, until)

    def advance_to(self, time: int, now: int) -> list[Action]:
        """Lockstep: let the controller run to `time` ns of the line; `Reached` follows."""
        if self._target is None or time > self._target:
            self._target, self._granted_at = time, now
        return [self._send(_GRANT, now, simulation_time=time)]

    def clock_offset(self, now: int) -> Offset | None:
        """Return how far the controller's clock is from this one; None if not known."""
        return self._offsets.best(now)

    def _must_hold(self, now: int) -> bool:
        lease, until = self._held
        return bool(lease) and now < until and now - self._hold_said >= self.rhythm.beat

    def _grant_again(self, now: int) -> list[Action]:
        late = now - self._granted_at >= self.rhythm.resend_after
        if self._target is None or self._there >= self._target or not late:
            return []
        self._granted_at = now
        return [self._send(Kind.GRANT, now, simulation_time=self._target)]

    def _probe(self, now: int) -> list[Action]:
        if not self.terms.probing or now - self._probed < self.rhythm.beat // 2:
            return []
        self._probed = now
        return [self._send(Kind.PROBE, now)]

    def _spent(self) -> bool:
        return self.durable + self.window - self._granted >= self.window // 4

    def _greet(self, now: int) -> list[Action]:
        if now - self._since > self.rhythm.patience:
            return self._fail(ControllerLost(self._absence()))
        actions = self._commander.expire(now)
        if now - self._sent >= self.rhythm.beat:
            actions.append(self._grant(Kind.HELLO, now))
        return actions

    def _absence(self) -> str:
        waited = f"{self.rhythm.patience / 1e9:g} s"
        if self.welcome is None:
            return (
                f"no controller answered within {waited}; is it there, and does it know this key?"
            )
        return (
            f"the controller fell silent after {self.position.next} records "
            f"(no heartbeat for {self.rhythm.silence / 1e6:g} ms) and did not come back "
            f"within {waited}"
        )

    def _lose(self, now: int) -> list[Action]:
        self.interruptions += 1
        self.phase, self.due = Phase.GREETING, now
        self._since = now
        return [Reconnect(), self._grant(Kind.HELLO, now)]

    def _on_welcome(self, message: Message, now: int) -> list[Action]:
        if self.phase is not Phase.GREETING:
            return []  # an answer to a hello that was repeated
        for key, ours in (("model_id", self.model_id), ("schema", schema_digest())):
            theirs = message.body.get(key)
            if theirs != ours:
                return self._fail(HandshakeRefused(mismatch(key, theirs, ours)))
        known = self.position.epoch
        if known and message.session != known:
            return self._fail(ControllerRestarted(restarted(known, message.session)))
        first = message.body.get("first")
        is_new = self._begin_now and message.body.get("from") == "now"
        if is_new and not known and isinstance(first, int) and first >= 0:
            self.position.first = self.position.next = self.durable = self._exists = first
        self.phase, self._since = Phase.FOLLOWING, now
        first_time = self.welcome is None and not known
        self.welcome = message
        self.position.epoch = message.session
        return [Keep(message)] if first_time else []

    def _on_error(self, message: Message, now: int) -> list[Action]:
        if self.phase is not Phase.GREETING:
            return []
        text = message.body.get("text", "the controller refused without saying why")
        return self._fail(HandshakeRefused(str(text)))

    def _on_events(self, message: Message, now: int) -> list[Action]:
        position, first = self.position, message.sequence
        self._exists = max(self._exists, first + len(message.records))
        if first > position.next:
            return self._ask_again(now)
        fresh = message.records[position.next - first :]
        self.duplicates += len(message.records) - len(fresh)
        if not len(fresh):
            return []
        assert self.welcome is not None
        fault = fault_in(fresh, self.welcome.body)
        if fault:
            return self._fail(DamagedStream(f"record {position.next}: {fault}"))
        kept = message
        if len(fresh) < len(message.records):
            kept = message.changed(sequence=position.next, records=fresh)
        position.digest.update(fresh.tobytes())
        position.next += len(fresh)
        return [Keep(kept)]

    def _on_gap(self, message: Message, now: int) -> list[Action]:
        position, first = self.position, message.body.get("first")
        if not isinstance(first, int) or not first <= position.next < message.sequence:
            return []  # a repeat, or a gap that begins beyond another
        lost = (position.next, message.sequence)
        position.gaps.append(lost)
        position.next = message.sequence
        self._exists = max(self._exists, position.next)
        return [Keep(message.changed(body={"first": lost[0], "last": lost[1]}))]

    def _on_heartbeat(self, message: Message, now: int) -> list[Action]:
        self._exists = max(self._exists, message.sequence)
        return self._ask_again(now)

    def _on_end(self, message: Message, now: int) -> list[Action]:
        self._exists = max(self._exists, message.sequence)
        position = self.position
        if position.next < message.sequence:
            return self._ask_again(now)
        if self.phase is Phase.ENDING:
            return []
        fault = self._fault_in_end(message)
        if fault:
            return self._fail(DamagedStream(fault))
        self.phase, position.end = Phase.ENDING, message.body["end"]
        return [Keep(message)]

    def _fault_in_end(self, message: Message) -> str:
        digest, end = message.body.get("digest"), message.body.get("end")
        # With records lost or never asked for, the digest of all records cannot be compared.
        whole = not self.position.gaps and not self.position.first
        if whole and digest != self.position.digest.hexdigest():
            return "the records are not those the controller sent"
        is_end = _is_time(end) and end >= 0
        return "" if is_end else f"the end of the stream is at {end!r}, which is no time"

    def _on_status(self, message: Message, now: int) -> list[Action]:
        return [Show(message)]

    def _on_result(self, message: Message, now: int) -> list[Action]:
        return self._commander.answered(message)

    def _on_reached(self, message: Message, now: int) -> list[Action]:
        sequence = message.sequence
        self._exists = max(self._exists, sequence)
        if self.position.next < sequence:
            return self._ask_again(now)  # the grant is repeated, and so is this
        if message.simulation_time <= self._there:
            return []
        self._there = message.simulation_time
        return [_new(Reached, (self._there,))]

    def _on_echo(self, message: Message, now: int) -> list[Action]:
        sent, received = message.body.get("sent"), message.body.get("received")
        if _is_time(sent) and _is_time(received):
            self._offsets.add(sent, received, message.source_time, now)
        return []

    def _ask_again(self, now: int) -> list[Action]:
        """Ask for what is missing, again only after a while."""
        position, (asked, when) = self.position.next, self._asked
        waiting = asked == position and now - when < self.rhythm.resend_after
        if self._exists <= position or waiting:
            return []
        self._asked = (position, now)
        return [self._send(Kind.RESEND, now, sequence=position)]

    def _grant(self, kind: Kind, now: int) -> Action:
        """Say how far the controller may send; an absolute number, so that a loss heals itself."""
        self._granted = self.durable + self.window
        body: dict[str, Any] = {"limit": self._granted}
        if kind is Kind.HELLO:
            body |= {
                "model_id": self.model_id,
                "schema": schema_digest(),
                "client": self.terms.client,
            }
            if self._begin_now and not self.position.epoch:
                body["from"] = "now"
        lease, until = self._held
        if lease and now < until:
            body["hold"], self._hold_said = lease, now
        return self._send(kind, now, sequence=self.position.next, body=body)

    def _send(
        self,
        kind: Kind,
        now: int,
        *,
        sequence: int = 0,
        simulation_time: int = 0,
        body: Mapping[str, Any] = NO_BODY,
    ) -> Action:
        self._sent = now
        place = kind, self.position.epoch, sequence, self.durable
        message = _new(Message, (*place, now, simulation_time, 0, body, NO_RECORDS, b""))
        return _new(Send, (message,))

    def _fail(self, error: BridgeError) -> list[Action]:
        self.phase, self.error = Phase.FAILED, error
        return [*self._commander.give_up(), Finish(error)]


def _is_time(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and abs(value) < 1 << 63

"""What a session asks of the program that drives it, and how often it speaks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from twin.bridge.messages import Message
from twin.bridge.session.errors import BridgeError

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When to speak and when to give up; ns."""

    beat: int = 50 * NS_PER_MS  # silence after which a heartbeat is sent
    misses: int = 3  # beats without a sign of life after which the peer counts as hung
    resend_after: int = 30 * NS_PER_MS  # before what was asked for again is asked for once more
    patience: int = 2_000 * NS_PER_MS  # for a controller that is not there, or is gone

    @property
    def silence(self) -> int:
        """Longest silence of a living peer, ns."""
        return self.beat * self.misses


class Send(NamedTuple):
    """Send this message to the peer."""

    message: Message


@dataclass(frozen=True, slots=True)
class Keep:
    """Write this message to the record; then say so by `Follower.committed`."""

    message: Message


@dataclass(frozen=True, slots=True)
class Show:
    """The controller's present state, for a live view."""

    message: Message


class Answered(NamedTuple):
    """What became of a command."""

    sequence: int
    result: Mapping[str, Any]


class Reached(NamedTuple):
    """Lockstep: the controller has run to this time, and all it recorded until then is here."""

    time: int  # ns


class Execute(NamedTuple):
    """Carry out this command, once, and hand the outcome to `Link.result`."""

    command: Message
    who: str = ""  # public key and client of who asks


@dataclass(frozen=True, slots=True)
class Witness:
    """Write to the audit log what was answered to whom without anything being done."""

    result: Message
    command: Message
    who: str


@dataclass(frozen=True, slots=True)
class Reconnect:
    """Drop the connection and open a fresh one."""


@dataclass(frozen=True, slots=True)
class Finish:
    """The conversation is over: complete, or failed with an error."""

    error: BridgeError | None = None


Action = Send | Keep | Show | Answered | Reached | Execute | Witness | Reconnect | Finish

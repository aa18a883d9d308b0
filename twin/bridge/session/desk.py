"""The controller's command desk: who may command, while armed, how often; each command once.

A command passes, in this order: seen before, too old, rate, allow-list and role, lease.  What
passes is handed out as `Execute`; whoever drives the desk logs the intent before it acts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from twin.bridge.messages import Message
from twin.bridge.session.actions import NS_PER_MS, Action, Execute, Send, Witness
from twin.bridge.session.commands import Executor, Status
from twin.bridge.session.permits import Permits, Role

ARM: Final = "Lease.Arm"
DISARM: Final = "Lease.Disarm"
_NS_PER_S: Final = 1_000_000_000
_MOST_CLIENTS: Final = 256  # in one run; the results of each are kept for its repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one client may ask, and for how long it stays armed without a sign of its hand."""

    commands_per_s: float = 100.0
    burst: int = 200
    dead_man: int = 500 * NS_PER_MS


@dataclass(frozen=True, slots=True, eq=False)
class Peer:
    """One connection of a client; another connection of the same client is another peer."""

    user: str = ""  # public key, Z85; empty without encryption
    role: Role = Role.OBSERVER
    client: str = ""  # what the client calls itself; the same over its connections
    who: str = field(init=False)  # public key and name of the client, as the log has them

    def __post_init__(self) -> None:
        object.__setattr__(self, "who", f"{self.user or '-'} {self.client}".strip())


@dataclass(slots=True)
class _Lease:
    holder: Peer
    token: str
    expires: int


@dataclass(slots=True)
class _Client:
    tokens: float  # commands it may send at once
    since: int
    executor: Executor = field(default_factory=Executor)

    def spend(self, limits: Limits, now: int) -> bool:
        """Take one command off what may be sent; return whether there was one."""
        tokens = self.tokens + (now - self.since) * limits.commands_per_s / _NS_PER_S
        tokens = tokens if tokens < limits.burst else limits.burst
        spent = tokens >= 1
        self.tokens, self.since = tokens - 1 if spent else tokens, now
        return spent


class Desk:
    """Takes the commands of all clients of one controller.

    Parameters
    ----------
    permits : Permits
        What may be commanded; default: nothing.
    make_token : callable
        Gives a fresh secret text for each lease.
    limits : Limits, optional

    Attributes
    ----------
    read_only : str
        Why nothing may be commanded at present; empty: it may.
    """

    def __init__(
        self,
        permits: Permits | None = None,
        *,
        make_token: Callable[[], str] = lambda: "",
        limits: Limits | None = None,
        read_only: str = "",
    ) -> None:
        self.permits = permits or Permits()
        self.limits = limits or Limits()
        self.read_only = read_only
        self._make_token = make_token
        self._clients: dict[tuple[str, str], _Client] = {}
        self._met: dict[Peer, _Client] = {}  # connections of now: a look-up saved a message
        self._lease: _Lease | None = None

    def heard(self, peer: Peer, source_time: int, now: int) -> None:
        """Learn the offset of a client's clock."""
        client = self._met.get(peer) or self._client(peer, now)
        if client is not None:
            client.executor.heard(source_time, now)

    def take(self, peer: Peer, message: Message, now: int) -> list[Action]:
        """Take a command of a client."""
        client = self._met.get(peer) or self._client(peer, now)
        if client is None:
            reason = {"status": Status.REJECTED, "reason": "too many clients"}
            return [Send(Executor().result(message, reason, now))]
        actions = client.executor.receive(message, now)
        return self._judge(client, peer, message, now) if actions is None else actions

    def _judge(self, client: _Client, peer: Peer, message: Message, now: int) -> list[Action]:
        """Decide about a command that is new and in time."""
        if not client.spend(self.limits, now):
            # Not witnessed: a flood must not fill the log.
            return self._reject(client, peer, message, "too many commands; slow down", now)[:1]
        if message.body.get("tag") in (ARM, DISARM):
            return self._change_lease(client, peer, message, now)
        fault = self._fault(peer, message.body, now)
        if fault:
            return self._reject(client, peer, message, fault, now)
        return [Execute(message, peer.who)]

    def result(
        self, peer: Peer, command: Message, body: Mapping[str, Any], now: int
    ) -> list[Action]:
        """Tell a client what became of a command."""
        client = self._met.get(peer) or self._client(peer, now)
        assert client is not None  # it was when the command was handed out
        return [Send(client.executor.result(command, body, now))]

    def hold(self, peer: Peer, token: object, now: int) -> None:
        """Keep a lease alive: its holder's hand is still on it."""
        lease = self._armed(now)
        if lease is not None and lease.holder is peer and lease.token == token:
            lease.expires = now + self.limits.dead_man

    def leave(self, peer: Peer) -> None:
        """End the lease of a connection that is gone."""
        self._met.pop(peer, None)
        if self._lease is not None and self._lease.holder is peer:
            self._lease = None

    def armed(self, now: int) -> bool:
        """Return whether anybody holds a lease."""
        return self._armed(now) is not None

    def _client(self, peer: Peer, now: int) -> _Client | None:
        known = self._met.get(peer)
        if known is not None:
            return known
        # An observer's commands have no effect: there is nothing to tell its clients apart for.
        key = (peer.user, peer.client if peer.role > Role.OBSERVER else "")
        if key not in self._clients and len(self._clients) < _MOST_CLIENTS:
            self._clients[key] = _Client(self.limits.burst, now)
        client = self._clients.get(key)
        if client is not None:
            if len(self._met) > _MOST_CLIENTS:
                self._met.clear()  # learned anew with their next messages
            self._met[peer] = client
        return client

    def _armed(self, now: int) -> _Lease | None:
        if self._lease is not None and now > self._lease.expires:
            self._lease = None
        return self._lease

    def _fault(self, peer: Peer, body: Mapping[str, Any], now: int) -> str:
        fault = self.read_only or self.permits.fault(peer.role, body.get("tag"), body.get("value"))
        if fault:
            return fault
        lease = self._armed(now)
        if lease is None or lease.holder is not peer or lease.token != body.get("lease"):
            return "not armed: ask for a lease with Lease.Arm, and keep holding it"
        return ""

    def _change_lease(
        self, client: _Client, peer: Peer, message: Message, now: int
    ) -> list[Action]:
        lease = self._armed(now)
        body: dict[str, Any] = {"status": Status.DONE}
        if message.body["tag"] == DISARM:
            self.leave(peer)
        elif peer.role < Role.OPERATOR or self.read_only:
            reason = self.read_only or "this key may only observe"
            return self._reject(client, peer, message, reason, now)
        elif lease is not None and lease.holder is not peer:
            return self._reject(client, peer, message, "armed by another session", now)
        else:
            token = self._make_token()
            self._lease = _Lease(peer, token, now + self.limits.dead_man)
            body |= {"lease": token, "dead_man": self.limits.dead_man}
        return self._settle(client, peer, message, body, now)

    def _reject(
        self, client: _Client, peer: Peer, message: Message, reason: str, now: int
    ) -> list[Action]:
        body = {"status": Status.REJECTED, "reason": reason}
        return self._settle(client, peer, message, body, now)

    def _settle(
        self, client: _Client, peer: Peer, message: Message, body: Mapping[str, Any], now: int
    ) -> list[Action]:
        result = client.executor.result(message, body, now)
        # The token is a secret of its holder: the audit log must not hold it.
        shown = result.changed(body={k: v for k, v in body.items() if k != "lease"})
        return [Send(result), Witness(shown, message, peer.who)]

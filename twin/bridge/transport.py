"""Sockets: the only module that knows ZeroMQ.

One thread, one poller.  CURVE encrypts; a ZAP handler in the same loop lets in only known keys.
The options are those that survived tests with dead, hung, slow and hostile peers.
"""

import os
import time
from collections.abc import Callable, Collection, Iterator
from typing import Final, NamedTuple, cast
from urllib.parse import urlsplit

import zmq
from zmq.utils import z85

from twin.bridge.messages import HEADER_SIZE, MAX_BODY
from twin.bridge.session.errors import BridgeError

GLANCE: Final = 2  # ms between looks at what else is watched
SPIN: Final = 100_000  # ns; where a message has just come, an answer is often this near
_TALKING: Final = 1_000_000  # ns after a message in which the next one is spun for
_TAKEN: Final = 50_000  # ns; a core given away for longer is wanted by another program
_RESPECT: Final = 1_000_000_000  # ns for which it is left to that program
# Members of enumerations: combining them anew for each message costs more than sending it.
_READABLE: Final = int(zmq.POLLIN)
_AT_ONCE: Final = int(zmq.NOBLOCK)
_MORE_AT_ONCE: Final = int(zmq.NOBLOCK | zmq.SNDMORE)
_MOST_USERS: Final = 4096
DOMAIN: Final = "taktwin"
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")

_OPTIONS: Final = {
    zmq.IMMEDIATE: 1,  # no peer: the send fails, rather than being delivered at a later restart
    zmq.LINGER: 0,
    zmq.MAXMSGSIZE: HEADER_SIZE + MAX_BODY,  # a peer that announces more is dropped
    zmq.SNDHWM: 1000,
    zmq.RCVHWM: 1000,
    zmq.HEARTBEAT_IVL: 100,  # ms, here and below
    zmq.HEARTBEAT_TIMEOUT: 300,
    zmq.HANDSHAKE_IVL: 2000,
    zmq.RECONNECT_IVL: 50,
    zmq.RECONNECT_IVL_MAX: 2000,
}


class KeyPair(NamedTuple):
    """A CURVE key pair, Z85."""

    public: str
    secret: str


class EndpointError(BridgeError):
    """An endpoint cannot be bound or connected."""


def new_key_pair() -> KeyPair:
    """Return a fresh key pair."""
    public, secret = zmq.curve_keypair()
    return KeyPair(public.decode(), secret.decode())


def is_key(text: str) -> bool:
    """Return whether a text is a CURVE key in Z85."""
    try:
        return len(text) == 40 and bool(zmq.curve_public(text.encode()))
    except (zmq.ZMQError, ValueError):
        return False


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a host name."""
    return host in LOOPBACK or host.startswith("127.")


class Sockets:
    """What both ends share: a context, a poller, an orderly end."""

    def __init__(self, kind: int) -> None:
        # A context of its own: the ZAP handler lives in a context and speaks for all of it.
        self._context = zmq.Context()
        self._socket = self._make_socket(kind)
        self._poller = zmq.Poller()
        self._door: zmq.Socket[bytes] | None = None  # where new peers ask to be let in
        self._at_door = False
        self._monitor: zmq.Socket[bytes] | None = None  # tells when a connection is gone
        self._cut = False
        self._aside = False  # whether there is more to look at than the socket
        self._looked = 0
        self._first: bytes | None = None  # frame that ended a wait
        self._timeout = -1  # ms, of the socket
        self._came = 0  # when a message came last
        self._spin_from = 0  # when spinning is tried again
        self._give_way = _way_of_giving_way()

    def _make_socket(self, kind: int) -> "zmq.Socket[bytes]":
        socket = self._context.socket(kind)
        for option, value in _OPTIONS.items():
            socket.setsockopt(option, value)
        return socket

    def watch(self, fd: int) -> None:
        """Let `wait` return when a file descriptor can be read."""
        self._poller.register(fd, zmq.POLLIN)
        self._aside = True

    def unwatch(self, fd: int) -> None:
        """Stop watching a file descriptor."""
        self._poller.unregister(fd)

    def wait(self, milliseconds: int) -> set[int]:
        """Wait for something to read; return the watched file descriptors that can be.

        It waits in `recv`: a poller costs a third of a round trip.  What else is watched is looked
        at between waits of `GLANCE`, and at least that often.
        """
        glance = min(milliseconds, GLANCE)
        for _ in range(max(1, -(-milliseconds // GLANCE))):
            arrived = self._first is not None or self._arrives(glance)
            if self._aside and (not arrived or self._came - self._looked > GLANCE * 1_000_000):
                self._looked = time.monotonic_ns()
                found = self._look_aside()
                if found or self._at_door or self._cut:
                    return found
            if arrived:
                break
        return set()

    def _look_aside(self) -> set[int]:
        """Look at what else is watched; return the file descriptors that can be read."""
        ready = {source for source, _ in self._poller.poll(0)}
        self._at_door = self._door in ready
        self._cut = self._cut or (self._monitor is not None and self._monitor in ready)
        return {source for source in ready if isinstance(source, int)}

    def _arrives(self, milliseconds: int) -> bool:
        """Wait for a first frame, and keep it; return whether there is one."""
        if milliseconds:
            self._spin()
        if milliseconds != self._timeout:
            self._socket.setsockopt(zmq.RCVTIMEO, milliseconds)
            self._timeout = milliseconds
        try:
            self._first = self._socket.recv()
        except zmq.Again:
            return False
        self._came = time.monotonic_ns()
        return True

    def _spin(self) -> None:
        """Look again and again for a moment, if the peer was heard just now.

        To sleep and be woken costs up to 40 us on an idle core, more than the way of a message.
        On a core that others want it costs them, and this program more: then nothing is spun.
        """
        begun = looked = time.monotonic_ns()
        give_way = self._give_way
        if give_way is None or begun - self._came > _TALKING or begun < self._spin_from:
            return
        while not self._readable() and looked - begun < SPIN:
            give_way()
            now = time.monotonic_ns()
            if now - looked > _TAKEN:
                self._spin_from = now + _RESPECT
                return
            looked = now

    def _readable(self) -> bool:
        events = self._socket.get(zmq.EVENTS)
        return bool(cast("int", events) & _READABLE)

    def _next(self) -> bytes | None:
        """Return the first frame of the next message, if one has arrived."""
        first, self._first = self._first, None
        if first is None and self._readable():
            first = self._socket.recv()
        return first

    def _rest(self) -> int:
        """Drop further frames of this message; return how many there were."""
        dropped = 0
        while self._socket.get(zmq.RCVMORE):
            self._socket.recv()
            dropped += 1
        return dropped

    def close(self) -> None:
        """Close at once; what is still queued is dropped."""
        self._context.destroy(linger=0)


class ControllerSocket(Sockets):
    """The controller's end: many followers, told apart by the identity of their connection.

    Parameters
    ----------
    host : str
        Interface to listen on.
    port : int
        0: the system chooses.
    keys : KeyPair or None
        Own keys; without them only loopback is served, unencrypted.
    allowed : collection of str
        Public keys that may connect.

    Raises
    ------
    EndpointError
        If the port is in use, or keys are missing for an address others can reach.
    """

    def __init__(
        self,
        *,
        keys: KeyPair | None,
        allowed: Collection[str] = frozenset(),
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        if keys is None and not is_loopback(host):
            raise EndpointError(
                f"{host} can be reached by others: give the controller keys with --keys, "
                "or listen on 127.0.0.1"
            )
        super().__init__(zmq.ROUTER)
        self._allowed = {z85.decode(key.encode()) for key in allowed}
        self._socket.setsockopt(
            zmq.ROUTER_MANDATORY, 1
        )  # else what cannot be sent is lost silently
        self._door = self._context.socket(zmq.REP)
        self._door.bind("inproc://zeromq.zap.01")
        self._socket.setsockopt_string(zmq.ZAP_DOMAIN, DOMAIN)
        if keys is not None:
            self._socket.setsockopt(zmq.CURVE_SERVER, 1)
            self._socket.setsockopt_string(zmq.CURVE_SECRETKEY, keys.secret)
        self._secure = keys is not None
        self._users: dict[bytes, str] = {}  # by identity
        self._keys = keys
        self.endpoint = self._bind(host, port)
        self._poller.register(self._door, zmq.POLLIN)
        self._aside = True

    def _bind(self, host: str, port: int) -> str:
        try:
            self._socket.bind(f"tcp://{host}:{port or '*'}")
        except zmq.ZMQError as error:
            self.close()
            raise EndpointError(_bind_failed(host, port, error)) from None
        return self._socket.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0")

    def again(self) -> "ControllerSocket":
        """Close, as a crash would, and return a new one at the same endpoint."""
        host, _, port = self.endpoint.removeprefix("tcp://").rpartition(":")
        self.close()
        known = [z85.encode(key).decode() for key in self._allowed]
        return ControllerSocket(keys=self._keys, allowed=known, host=host, port=int(port))

    def receive(self) -> Iterator[tuple[bytes, bytes, str]]:
        """Yield what has arrived: identity of a follower, its message, its public key.

        Messages of more than one frame, and of peers that chose their identity, are dropped.
        """
        if self._at_door and self._door is not None:
            self._let_in(self._door)
            self._at_door = False
        while (identity := self._next()) is not None:
            user = self._users.get(identity)
            if user is None:
                frame = self._socket.recv(copy=False)
                data, user = frame.bytes, self._meet(identity, frame)
            else:
                data = self._socket.recv()
            if not self._rest() and user is not None:
                yield identity, data, user

    def _meet(self, identity: bytes, frame: zmq.Frame) -> str | None:
        """Return whose key a new connection has; None: it chose its identity itself."""
        # Identities that libzmq gives begin with 0 and are not used again; one that a peer chose
        # could be that of somebody who has left.
        if identity[:1] != b"\0":
            return None
        if len(self._users) > _MOST_USERS:
            self._users.clear()  # learned anew with their next messages
        self._users[identity] = str(frame.get("User-Id")) if self._secure else ""
        return self._users[identity]

    def send(self, identity: bytes, data: bytes) -> bool:
        """Send a message; return whether it could be, or the peer is gone or does not read."""
        try:
            self._socket.send(identity, _MORE_AT_ONCE)
            self._socket.send(data, _AT_ONCE)
        except zmq.ZMQError as error:
            if error.errno not in (zmq.EAGAIN, zmq.EHOSTUNREACH):
                raise
            return False
        return True

    def _let_in(self, door: "zmq.Socket[bytes]") -> None:
        """Answer those who ask whether a key may connect (RFC 27, ZAP)."""
        while door.poll(0):
            version, request, domain, _, _, mechanism, *credentials = door.recv_multipart()
            known = (
                credentials and credentials[0] in self._allowed
                if self._secure
                else mechanism == b"NULL"
            )
            ok = bool(known) and domain == DOMAIN.encode()
            status = [b"200", b"OK"] if ok else [b"400", b"unknown key"]
            user = z85.encode(credentials[0]) if ok and credentials else b""
            door.send_multipart([version, request, *status, user, b""])


class FollowerSocket(Sockets):
    """The follower's end: one controller.

    Parameters
    ----------
    endpoint : str
        As the controller told it, `tcp://127.0.0.1:41234`.
    keys : KeyPair or None
        Own keys; None: unencrypted, on loopback only.
    controller_key : str or None
        Public key of the controller, Z85.
    """

    def __init__(self, endpoint: str, *, keys: KeyPair | None, controller_key: str | None) -> None:
        host = _host_of(endpoint)
        if (keys is None or controller_key is None) and not is_loopback(host):
            raise EndpointError(f"{endpoint} is another machine: give the keys of both sides")
        self._endpoint, self._keys, self._controller_key = endpoint, keys, controller_key
        super().__init__(zmq.DEALER)
        self._connect()

    def _connect(self) -> None:
        socket = self._socket
        if self._keys is not None and self._controller_key is not None:
            socket.setsockopt_string(zmq.CURVE_PUBLICKEY, self._keys.public)
            socket.setsockopt_string(zmq.CURVE_SECRETKEY, self._keys.secret)
            socket.setsockopt_string(zmq.CURVE_SERVERKEY, self._controller_key)
        try:
            socket.connect(self._endpoint)
        except zmq.ZMQError as error:
            self.close()
            text = f"{self._endpoint!r} is no endpoint ({error.strerror}): tcp://HOST:PORT is"
            raise EndpointError(text) from None
        self._first, self._timeout = None, -1
        # A peer that dies is seen here in milliseconds; one that hangs only by its heartbeats.
        self._monitor = socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self._poller.register(self._monitor, zmq.POLLIN)
        self._aside, self._cut = True, False

    def lost(self) -> bool:
        """Return whether the connection was cut since the last call."""
        cut, self._cut = self._cut, False
        while cut and self._monitor is not None and self._monitor.poll(0):
            self._monitor.recv_multipart()
        return cut

    def reconnect(self) -> None:
        """Open a fresh connection; a half-open one may never tell that it is dead."""
        self._drop_monitor()
        self._socket.close(linger=0)
        self._socket = self._make_socket(zmq.DEALER)
        self._connect()

    def _drop_monitor(self) -> None:
        if self._monitor is not None:
            self._poller.unregister(self._monitor)
            self._socket.disable_monitor()
            self._monitor.close(linger=0)
            self._monitor = None

    def linger(self) -> None:
        """Give what was sent last a moment to leave before `close`."""
        self._drop_monitor()
        self._socket.close(linger=100)

    def receive(self) -> Iterator[bytes]:
        """Yield the messages that have arrived; those of more than one frame are dropped."""
        while (data := self._next()) is not None:
            if not self._rest():
                yield data

    def send(self, data: bytes) -> bool:
        """Send a message; return whether there is a connection that takes it."""
        try:
            self._socket.send(data, _AT_ONCE)
        except zmq.Again:
            return False
        return True


def _way_of_giving_way() -> Callable[[], None] | None:
    """Return what lets the thread that moves the bytes run; None: this program must not spin.

    A program that is kept to one core takes it from that thread, or from its peer.
    """
    cores = getattr(os, "sched_getaffinity", None)
    several = cores is not None and len(cores(0)) > 1
    return getattr(os, "sched_yield", None) if several else None


def _host_of(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        if parts.scheme == "tcp" and parts.hostname and parts.port:
            return parts.hostname
    except ValueError:
        pass  # a port that is no number
    raise EndpointError(f"{endpoint!r} is no endpoint: tcp://HOST:PORT is")


def _bind_failed(host: str, port: int, error: zmq.ZMQError) -> str:
    if error.errno == zmq.EADDRINUSE:
        return (
            f"port {port} is in use by another program; "
            "choose another with --port or let the system choose with 0"
        )
    return f"cannot listen on {host}:{port}: {error.strerror}"

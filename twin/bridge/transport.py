"""The two ends of a connection; only this module and `twin.bridge.sockets` know ZeroMQ.

One thread, one poller.  CURVE encrypts; a ZAP handler in the same loop lets in only known keys.
"""

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import zmq
from zmq.utils import z85

from twin.bridge.session.errors import BridgeError
from twin.bridge.sockets import AT_ONCE, MORE_AT_ONCE, Sockets

_MOST_USERS: Final = 4096
MOST_AT_ONCE: Final = 512  # messages taken before there is time for something else
DOMAIN: Final = "taktwin"
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


class KeyPair(NamedTuple):
    """A CURVE key pair, Z85."""

    public: str
    secret: str


class EndpointError(BridgeError):
    """An endpoint cannot be bound or connected."""


def new_key_pair() -> KeyPair:
    """Return a fresh key pair; the public one can be typed after a command.

    One key of 85 begins with the sign of an option: another one is made then.
    """
    public, secret = zmq.curve_keypair()
    while public.startswith(b"-"):
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

        At most `MOST_AT_ONCE`: who sends without end must not keep this program from all else.
        Messages of more than one frame, and of peers that chose their identity, are dropped.
        """
        if self._at_door and self._door is not None:
            self._let_in(self._door)
            self._at_door = False
        for _ in range(MOST_AT_ONCE):
            identity = self._next()
            if identity is None:
                return
            frame = self._take(0, False)
            user = self._users.get(identity)
            if user is None:
                user = self._meet(identity, frame)
            if frame.more:
                self._drop_rest()
            elif user is not None:
                yield identity, frame.bytes, user

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
            self._put(identity, MORE_AT_ONCE)
            self._put(data, AT_ONCE)
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
        self._aside, self.cut = True, False

    def lost(self) -> bool:
        """Return whether the connection was cut since the last call."""
        cut, self.cut = self.cut, False
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
        """Yield at most `MOST_AT_ONCE` that have arrived; those of several frames are dropped."""
        for _ in range(MOST_AT_ONCE):
            frame = self._next()
            if frame is None:
                return
            if frame.more:
                self._drop_rest()
            else:
                yield frame.bytes

    def send(self, data: bytes) -> bool:
        """Send a message; return whether there is a connection that takes it."""
        try:
            self._put(data, AT_ONCE)
        except zmq.Again:
            return False
        return True


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

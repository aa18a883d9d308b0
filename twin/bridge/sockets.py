"""A ZeroMQ socket that is waited for: what both ends of a connection share.

The options are those that survived tests with dead, hung, slow and hostile peers.
"""

import os
import time
from collections.abc import Callable, Set
from typing import Any, Final

import zmq

from twin.bridge.messages import HEADER_SIZE, MAX_BODY

GLANCE: Final = 2  # ms between looks at what else is watched
# ms; while messages come one after the other.  To wake sooner than the system does anyway it has
# to set a timer, which takes longer than to read a message.
LONG_GLANCE: Final = 8
SPIN: Final = 100_000  # ns; where a message has just come, an answer is often this near
_ASIDE: Final = GLANCE * 1_000_000  # ns
_TALKING: Final = 1_000_000  # ns after a message in which the next one is spun for
_TAKEN: Final = 50_000  # ns; a core given away for longer is wanted by another program
_now: Final = time.monotonic_ns
_NOTHING: Final[Set[int]] = frozenset()
_RESPECT: Final = 1_000_000_000  # ns for which it is left to that program
# Members of enumerations: combining them anew for each message costs more than sending it.
_READABLE: Final = int(zmq.POLLIN)
_EVENTS: Final = zmq.EVENTS
AT_ONCE: Final = int(zmq.NOBLOCK)
MORE_AT_ONCE: Final = int(zmq.NOBLOCK | zmq.SNDMORE)

OPTIONS: Final = {
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
        self.cut = False  # whether the connection may be gone: a follower then asks `lost`
        self._aside = False  # whether there is more to look at than the socket
        self._looked = 0
        self._first: Any = None  # frame that ended a wait: bytes, or a Frame of a follower
        self._copies = kind == zmq.ROUTER  # a first frame is an identity there, else the message
        self._timeout = -1  # ms, of the socket
        self._came = 0  # when a message came last
        self._lively = False  # whether one ended the last wait
        self._taken = False  # whether the message taken last had ended a wait
        self._followed = True  # whether others followed it, when that was looked at last
        self._emptied = 0  # when nothing more was there
        self._spin_from = 0  # when spinning is tried again
        self._give_way = _way_of_giving_way()

    def _make_socket(self, kind: int) -> "zmq.Socket[bytes]":
        socket = self._context.socket(kind)
        for option, value in OPTIONS.items():
            socket.setsockopt(option, value)
        # The library's own wrapper costs twice what the call does, for options not used here.
        base: Any = super(zmq.Socket, socket)
        self._put, self._take = base.send, base.recv
        return socket

    def watch(self, fd: int) -> None:
        """Let `wait` return when a file descriptor can be read."""
        self._poller.register(fd, zmq.POLLIN)
        self._aside = True

    def unwatch(self, fd: int) -> None:
        """Stop watching a file descriptor."""
        self._poller.unregister(fd)

    def wait(self, milliseconds: int) -> Set[int]:
        """Wait for something to read; return the watched file descriptors that can be.

        It waits in `recv`: a poller costs a third of a round trip.  What else is watched is looked
        at between waits of `GLANCE`, or of `LONG_GLANCE` where the last one ended with a message.
        """
        glance = LONG_GLANCE if self._lively else GLANCE
        glance = min(glance, milliseconds)
        while True:
            arrived = self._first is not None or self._arrives(glance)
            if self._aside and (not arrived or self._came - self._looked > _ASIDE):
                self._looked = _now()
                found = self._look_aside()
                if found or self._at_door or self.cut:
                    return found
            milliseconds -= glance
            if arrived or milliseconds <= 0:
                return _NOTHING

    def _look_aside(self) -> set[int]:
        """Look at what else is watched; return the file descriptors that can be read."""
        ready = {source for source, _ in self._poller.poll(0)}
        self._at_door = self._door in ready
        self.cut = self.cut or (self._monitor is not None and self._monitor in ready)
        return {source for source in ready if isinstance(source, int)}

    def _arrives(self, milliseconds: int) -> bool:
        """Wait for a first frame, and keep it; return whether there is one."""
        if milliseconds and self._give_way is not None:
            self._spin(self._give_way)
        if milliseconds != self._timeout:
            self._socket.setsockopt(zmq.RCVTIMEO, milliseconds)
            self._timeout = milliseconds
        try:
            self._first = self._take(0, self._copies)
        except zmq.Again:
            self._lively = False
            return False
        self._came, self._lively = _now(), True
        return True

    def _spin(self, give_way: Callable[[], None]) -> None:
        """Look again and again for a moment, if the peer was heard just now.

        To sleep and be woken costs up to 40 us on an idle core, more than the way of a message.
        On a core that others want it costs them, and this program more: then nothing is spun.
        """
        begun = looked = _now()
        if begun - self._came > _TALKING or begun < self._spin_from:
            return
        while not self._readable() and looked - begun < SPIN:
            give_way()
            now = _now()
            if now - looked > _TAKEN:
                self._spin_from = now + _RESPECT
                return
            looked = now

    def _readable(self) -> bool:
        events: Any = self._socket.get(_EVENTS)
        return bool(events & _READABLE)

    def _next(self) -> Any:
        """Return the first frame of the next message, if one has arrived.

        After one that ended a wait, others are looked for if there were some last time, else once
        in a millisecond, and whenever this program was busy for as long: nobody counts as silent
        whose words only lie unread.
        """
        first = self._first
        if first is not None:
            self._first, self._taken = None, True
            return first
        taken = self._taken
        if taken:
            self._taken = False
            # In a quick exchange nothing follows, and to look costs as much as to read.
            if not self._followed and self._came - self._emptied < _TALKING:
                return None
        more = self._readable()
        if taken:
            self._followed = more
        if more:
            return self._take(0, self._copies)
        self._emptied = self._came
        return None

    def _drop_rest(self) -> None:
        """Drop the further frames of this message."""
        while self._take(0, False).more:
            pass

    def close(self) -> None:
        """Close at once; what is still queued is dropped."""
        self._context.destroy(linger=0)


def _way_of_giving_way() -> Callable[[], None] | None:
    """Return what lets the thread that moves the bytes run; None: this program must not spin.

    A program that is kept to one core takes it from that thread, or from its peer.
    """
    cores = getattr(os, "sched_getaffinity", None)
    several = cores is not None and len(cores(0)) > 1
    return getattr(os, "sched_yield", None) if several else None

"""Carries out what a follower's session asks for, between the socket and the record."""

from collections.abc import Callable, Mapping
from typing import Any

from twin.bridge.clock import Clock
from twin.bridge.live import LiveState
from twin.bridge.messages import BadMessage, Kind, Message, WrongVersion, decode, encode
from twin.bridge.recorder import Memory, Recorder
from twin.bridge.session import (
    Action,
    Answered,
    BridgeError,
    Finish,
    Follower,
    HandshakeRefused,
    Keep,
    Reached,
    Reconnect,
    Send,
    Show,
)
from twin.bridge.transport import FollowerSocket

WAIT = 8  # ms, the longest the sockets are waited for


class Driver:
    """Drives one session; one thread, one poller.

    Attributes
    ----------
    live : LiveState
        What is known of the controller right now.
    finished : Finish or None
        How the conversation ended.
    answers : dict
        Results of commands by number, until somebody takes them.
    reached : int
        Lockstep: how far the controller has come, ns.
    refused : int
        Messages that were none.
    """

    def __init__(
        self,
        socket: FollowerSocket,
        session: Follower,
        recorder: Recorder | Memory,
        clock: Clock,
        on_status: Callable[[LiveState], None] | None = None,
    ) -> None:
        self.socket, self.session, self.recorder = socket, session, recorder
        self.clock, self.on_status = clock, on_status
        self.live = LiveState.of(recorder.recording)
        self.finished: Finish | None = None
        self.answers: dict[int, Mapping[str, Any]] = {}
        self.reached = -1
        self.refused = 0

    def run(self) -> BridgeError | None:
        """Follow until it is over; return what went wrong, if anything did."""
        while self.finished is None:
            self.turn()
        return self.finished.error

    def turn(self) -> None:
        """Take what has arrived, then do what time asks for."""
        self.socket.wait(WAIT)
        # First all that is there: a twin that was held up must not take the controller for hung.
        for data in self.socket.receive():
            self._take(data, self.clock.now())
        now = self.clock.now()
        if self.socket.cut and self.socket.lost():
            self.carry_out(self.session.cut(now), now)
        if now >= self.session.due and (actions := self.session.tick(now)):
            self.carry_out(actions, now)
        if self.recorder.due(now):
            self.recorder.commit()
            self.carry_out(self.session.committed(now), now)

    def carry_out(self, actions: list[Action], now: int) -> None:
        """Do what the session asks for."""
        for action in actions:
            if type(action) is Send:  # most are
                self.socket.send(encode(action.message))
                continue
            if type(action) is Reached:
                self.reached = action.time
                continue
            match action:
                case Answered(sequence, result):
                    self.answers[sequence] = result
                case Keep(message):
                    self.recorder.append(message, now)
                    self._show(message)
                case Show(message):
                    self._show(message)
                case Reconnect():
                    self.socket.reconnect()
                case Finish():
                    self.finished = action

    def _take(self, data: bytes, now: int) -> None:
        try:
            message = decode(data)
        except WrongVersion as error:
            raise HandshakeRefused(f"the controller speaks {error}") from None
        except BadMessage:
            self.refused += 1
            return
        self.carry_out(self.session.receive(message, now), now)

    def _show(self, message: Message) -> None:
        self.live.take(message)
        if message.kind in (Kind.STATUS, Kind.SNAPSHOT):
            self.live.offset = self.session.clock_offset(self.clock.now())
            if self.on_status is not None:
                self.on_status(self.live)

"""The twin's hand on a controller: arm, command, and lockstep, each waiting for its answer."""

import secrets
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from twin.bridge.clock import Clock, MonotonicClock
from twin.bridge.driver import Driver
from twin.bridge.live import LiveState
from twin.bridge.recorder import Memory, Recorder, Recording
from twin.bridge.session import (
    ARM,
    DISARM,
    BridgeError,
    Follower,
    Offset,
    Phase,
    Status,
    Terms,
)
from twin.bridge.shadow import Access
from twin.bridge.transport import FollowerSocket
from twin.bridge.wal import RecordError

MS = 1_000_000
HOLD = 400 * MS  # a lease lives this long after the last call, if nothing holds it longer


class NotArmed(BridgeError):
    """The controller gives no lease."""


class Remote:
    """A connection that commands or advances a controller; use it as a context.

    Parameters
    ----------
    endpoint : str
        Where the controller listens.
    access : Access or None
        Keys; None: unencrypted, on loopback only.
    model_id : str
        Model id of the twin's cell.
    recorder : Recorder or Memory, optional
        Where records go; default: kept in memory.
    terms : Terms, optional
        How to be served.

    Raises
    ------
    BridgeError
        If the controller is not there, or refuses.

    Examples
    --------
    >>> with Remote(endpoint, access, line.model_id) as remote:  # doctest: +SKIP
    ...     remote.arm()
    ...     remote.write("Command.CntrlCmd", 4)
    """

    def __init__(
        self,
        endpoint: str,
        access: Access | None,
        model_id: str,
        *,
        recorder: Recorder | Memory | None = None,
        terms: Terms | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or MonotonicClock()
        # A name of its own for each program run: numbers of commands begin anew with it.
        terms = replace(terms or Terms(), client=secrets.token_hex(8), probing=True)
        session = Follower(model_id=model_id, now=self._clock.now(), terms=terms)
        own, controller = access or (None, None)
        socket = FollowerSocket(endpoint, keys=own, controller_key=controller)
        self._driver = Driver(socket, session, recorder or Memory(), self._clock)
        self._lease = ""
        try:
            while session.phase is Phase.GREETING:
                self._turn()
        except BaseException:
            socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(RecordError) if error is not None else nullcontext():
            self.close()

    @property
    def live(self) -> LiveState:
        """What is known of the controller."""
        return self._driver.live

    @property
    def over(self) -> bool:
        """Whether the controller has come to its end, and all of it is here."""
        return self._driver.finished is not None

    @property
    def interruptions(self) -> int:
        """Times the controller fell silent."""
        return self._driver.session.interruptions

    @property
    def offset(self) -> Offset | None:
        """How far the controller's clock is from this one; None: not known yet."""
        return self._driver.session.clock_offset(self._clock.now())

    @property
    def time(self) -> int:
        """Lockstep: how far the controller has come, ns; -1 before the first step."""
        return self._driver.reached

    @property
    def recording(self) -> Recording:
        """What was recorded."""
        return self._driver.recorder.recording

    def arm(self, *, patience: int = 1000 * MS) -> None:
        """Get a lease; it lives as long as this object is used, and dies with the connection.

        Raises
        ------
        NotArmed
            With the controller's reason.
        """
        result = self._ask({"tag": ARM}, patience)
        lease = result.get("lease")
        if not isinstance(lease, str):
            raise NotArmed(f"not armed: {result.get('reason', result['status'])}")
        self._lease = lease

    def disarm(self) -> None:
        """Give the lease back."""
        self._lease = ""
        self._driver.session.hold("", self._clock.now(), until=0)
        self._ask({"tag": DISARM}, 1000 * MS)

    def write(self, tag: str, value: float, *, patience: int = 1000 * MS) -> Mapping[str, Any]:
        """Write a tag; return the result: done, rejected, expired, duplicate or in doubt.

        Parameters
        ----------
        patience : int
            ns; the command does not act later than this.
        """
        return self._ask({"tag": tag, "value": value, "lease": self._lease}, patience)

    def advance_to(self, time: int) -> None:
        """Lockstep: let the controller run to `time` ns, and wait until all of it is here.

        Raises
        ------
        BridgeError
            If the conversation ends before.
        """
        self.grant(time)
        self.wait_for(time)

    def grant(self, time: int) -> None:
        """Lockstep: let the controller run to `time` ns, and do not wait: lookahead."""
        now, driver = self._clock.now(), self._driver
        driver.carry_out(driver.session.advance_to(time, now), now)

    def wait_for(self, time: int) -> None:
        """Lockstep: wait until the controller has come to `time` ns, or to its end."""
        driver = self._driver
        while driver.reached < time and driver.finished is None:
            self._turn()

    def follow(self, duration: int) -> None:
        """Take what comes for `duration` ns of the clock, with a hand on the lease."""
        until = self._clock.now() + duration
        while self._clock.now() < until and self._driver.finished is None:
            self._turn()

    def close(self) -> None:
        """Record all that has come, say goodbye and close; a lease ends.

        Raises
        ------
        twin.bridge.wal.RecordError
            If the record cannot be written.
        """
        driver = self._driver
        try:
            driver.recorder.commit()
            if driver.finished is None:
                now = self._clock.now()
                driver.carry_out(driver.session.committed(now), now)
            if driver.finished is None:
                driver.carry_out(driver.session.leave(now), now)
                driver.socket.linger()
        finally:
            driver.socket.close()

    def _ask(self, body: dict[str, Any], patience: int) -> Mapping[str, Any]:
        if self.over:
            return {"status": Status.REJECTED, "reason": "the controller's run is over"}
        now = self._clock.now()
        actions = self._driver.session.command(body, now, time_to_live=patience)
        number = self._driver.session.asked
        self._driver.carry_out(actions, now)
        result: Mapping[str, Any] = {"status": Status.ACCEPTED}
        while result["status"] == Status.ACCEPTED:
            while number not in self._driver.answers:
                self._turn()
            result = self._driver.answers.pop(number)
        return result

    def _turn(self) -> None:
        driver = self._driver
        if self._lease:
            now = self._clock.now()
            driver.session.hold(self._lease, now, until=now + HOLD)
        driver.turn()
        finished = driver.finished
        if finished is not None and finished.error is not None:
            raise finished.error

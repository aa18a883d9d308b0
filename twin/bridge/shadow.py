"""Shadow mode, the twin's side: follow a controller, record it, give the log."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NamedTuple

from twin.bridge.clock import Clock, MonotonicClock
from twin.bridge.driver import Driver
from twin.bridge.live import LiveState
from twin.bridge.recorder import Memory, Recorder
from twin.bridge.session import Follower, Position, Terms
from twin.bridge.transport import FollowerSocket, KeyPair
from twin.bridge.wal import RecordError
from twin.kernel.log import Log


class Access(NamedTuple):
    """What opens an encrypted connection."""

    own: KeyPair
    controller: str  # its public key, Z85


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowResult:
    """What following a controller to its end gave."""

    log: Log
    model_id: str
    epoch: int
    complete: bool  # nothing is missing, proven by count and digest
    gaps: tuple[tuple[int, int], ...]  # [first, last) records lost for good
    interruptions: int  # times the controller fell silent and came back
    duplicates: int  # records that came more than once
    duration: int  # ns of the twin's clock
    begin: int = 0  # ns of the line, where the log begins


def follow(
    endpoint: str,
    access: Access | None,
    model_id: str,
    recorder: Recorder | Memory,
    *,
    on_status: Callable[[LiveState], None] | None = None,
    clock: Clock | None = None,
    terms: Terms | None = None,
) -> FollowResult:
    """Follow a controller to the end of its run and record it.

    A folder that holds the beginning of the same run is continued.

    Parameters
    ----------
    endpoint : str
        Where the controller listens, `tcp://127.0.0.1:41234`.
    access : Access or None
        Keys; None: unencrypted, on loopback only.
    model_id : str
        Model id of the twin's cell; the controller must have the same.
    recorder : Recorder or Memory
        Where to record; stays open.
    on_status : callable, optional
        Called with the live state about ten times a second.
    terms : Terms, optional
        How to be served: from the start or from now, how patient to be.

    Raises
    ------
    BridgeError
        If the controller is not there, refuses, falls silent for good, or sends what cannot be, or
        if the record cannot be written.  What was recorded until then is on disk.
    """
    clock = clock or MonotonicClock()
    begun = clock.now()
    session = Follower(
        model_id=model_id,
        now=begun,
        position=_start(recorder, model_id),
        terms=replace(terms or Terms(), probing=True),
    )
    own, controller = access or (None, None)
    socket = FollowerSocket(endpoint, keys=own, controller_key=controller)
    try:
        error = Driver(socket, session, recorder, clock, on_status).run()
    except BaseException:
        with suppress(RecordError):  # the disk may be what failed
            recorder.commit()
        raise
    finally:
        socket.close()
    recorder.commit()
    if error is not None:
        count = recorder.recording.position.next
        kept = f"; {count} records are kept in {recorder.folder}" if count else ""
        raise type(error)(f"{endpoint}: {error}{kept}")
    return _result(session, recorder, clock.now() - begun)


def _start(recorder: Recorder | Memory, model_id: str) -> Position:
    """Return where the record in a folder ends, if it can be continued."""
    recording, folder = recorder.recording, recorder.folder
    if recording.position.end is not None:
        raise RecordError(f"{folder}: holds a whole record already; record into another folder")
    if recording.welcome is not None and recording.model_id != model_id:
        raise RecordError(f"{folder}: holds a record of another cell; record into another folder")
    return recording.position.copy()


def _result(session: Follower, recorder: Recorder | Memory, duration: int) -> FollowResult:
    recording = recorder.recording
    return FollowResult(
        log=recording.log,
        model_id=recording.model_id,
        epoch=recording.position.epoch,
        complete=recording.complete,
        gaps=tuple(recording.position.gaps),
        interruptions=session.interruptions,
        duplicates=session.duplicates,
        duration=duration,
        begin=recording.begin,
    )

"""The recorder: what a follower received, safe on disk before it is acknowledged."""

from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from twin.bridge.messages import BadMessage, Kind, Message, decode, encode
from twin.bridge.session import Position
from twin.bridge.session.records import names_of
from twin.bridge.wal import SEGMENT, RecordError, Scan, Wal
from twin.kernel.log import ACTIVITY, Log

COMMIT_BYTES = 1 << 18
COMMIT_AFTER = 5_000_000  # ns; one wait for the disk is shared by all that came within it


@dataclass(slots=True)
class Recording:
    """What a record holds."""

    welcome: Message | None = None
    position: Position = field(default_factory=Position)
    batches: list[NDArray[np.void]] = field(default_factory=list)
    simulation_time: int = 0  # ns, how far the controller had come
    begin: int = 0  # ns; what ended before is not in it, or not all of it
    torn: int = 0  # bytes behind the last intact frame, not read
    _after_gap: bool = False

    @property
    def complete(self) -> bool:
        """Whether the record reaches the end of the stream and nothing is missing."""
        return self.position.end is not None and not self.position.gaps

    @property
    def model_id(self) -> str:
        """Model id of the recorded cell, hex; empty before the welcome."""
        return str(self.welcome.body.get("model_id", "")) if self.welcome else ""

    @property
    def log(self) -> Log:
        """What was recorded, as a log; cut where the record ends."""
        body: dict[str, Any] = dict(self.welcome.body) if self.welcome else {}
        end = self.position.end
        return Log(
            activities=np.concatenate(self.batches or [np.empty(0, ACTIVITY)]),
            resources=names_of(body, "resources"),
            products=names_of(body, "products"),
            end=self.simulation_time if end is None else end,
        )

    def add(self, message: Message) -> None:
        """Take one recorded message."""
        position = self.position
        self.simulation_time = max(self.simulation_time, message.simulation_time)
        match message.kind:
            case Kind.WELCOME:
                self._begin(message)
            case Kind.EVENTS:
                if self._after_gap and len(message.records):
                    # Records come in order of their end: all that ends later is here.
                    self.begin, self._after_gap = int(message.records["t1"][0]), False
                self.batches.append(message.records)
                position.next = message.sequence + len(message.records)
                position.digest.update(message.records.tobytes())
            case Kind.GAP:
                position.gaps.append((message.body["first"], message.body["last"]))
                position.next = message.body["last"]
                self._after_gap = True
            case Kind.END:
                position.end = message.body["end"]

    def _begin(self, welcome: Message) -> None:
        self.welcome, self.position.epoch = welcome, welcome.session
        first = welcome.body.get("first", 0)
        if first and self.position.next == 0 and welcome.body.get("from") == "now":
            self.position.first = self.position.next = first
            self.begin = welcome.simulation_time


def _replayed(scan: Scan, folder: Path) -> Recording:
    recording = Recording(torn=scan.torn)
    try:
        for payload in scan.payloads:
            recording.add(decode(payload))
    except (BadMessage, KeyError) as error:
        raise RecordError(f"{folder}: holds something that is no record: {error}") from error
    return recording


class Memory:
    """Takes the place of a recorder where nothing has to outlive the program."""

    folder = Path("memory")  # as errors name it

    def __init__(self) -> None:
        self.recording = Recording()
        self._waiting = False

    def append(self, message: Message, now: int) -> None:
        """Take a message."""
        self._waiting = True
        self.recording.add(message)

    def due(self, now: int) -> bool:
        """Return whether there is anything to commit."""
        return self._waiting

    def commit(self) -> None:
        """Do nothing: memory is as safe as it gets."""
        self._waiting = False

    def close(self) -> None:
        """Do nothing."""


class Recorder:
    """Records one conversation in a folder; goes on where an earlier one stopped.

    Parameters
    ----------
    folder : str or Path
        Where to record; made if absent.

    Attributes
    ----------
    recording : Recording
        Everything recorded so far, what was found in the folder included.

    Raises
    ------
    RecordError
        If the folder cannot be written or is in use.
    """

    def __init__(self, folder: str | Path, *, segment_bytes: int = SEGMENT) -> None:
        self.folder = Path(folder)
        self._wal = Wal(self.folder, segment_bytes=segment_bytes)
        try:
            self.recording = _replayed(self._wal.scan, self.folder)
        except RecordError:
            self._wal.close()
            raise
        self._wal.scan.payloads.clear()
        self._waiting = 0  # bytes not committed
        self._since = 0  # when the first of them came

    def append(self, message: Message, now: int) -> None:
        """Take a message at `now` ns; it is safe only after `commit`."""
        payload = message.wire or encode(message)
        self._since = self._since if self._waiting else now
        self._waiting += len(payload)
        self._wal.append(payload)
        self.recording.add(message)

    def due(self, now: int) -> bool:
        """Return whether it is time to commit."""
        waited = now - self._since >= COMMIT_AFTER
        return self._waiting > 0 and (waited or self._waiting >= COMMIT_BYTES)

    def commit(self) -> None:
        """Wait until everything taken is on the disk; see `twin.bridge.wal.Wal.commit`."""
        self._wal.commit()
        self._waiting = 0

    def close(self) -> None:
        """Close the record; what was not committed is not part of it."""
        self._wal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_recording(folder: str | Path) -> Recording:
    """Return what a folder holds, up to the last intact frame.

    Raises
    ------
    RecordError
        If there is no record in the folder.
    """
    folder = Path(folder)
    scan = Scan(folder)
    if scan.last is None:
        raise RecordError(f"{folder}: no record here; a record is a folder with *.wal files")
    return _replayed(scan, folder)


def read_log(folder: str | Path) -> Log:
    """Return the log that was recorded in a folder; see `read_recording`."""
    return read_recording(folder).log

"""A write-ahead log: numbered, checked frames in segment files, cut where a crash tore them.

A frame is a header (magic, length, number, CRC-32 of length, number and payload) and a payload.
Frames are numbered from 0 without a gap; a segment is named after its first frame.  What `commit`
wrote survives a kill at any moment; what follows the last intact frame is never read.
"""

import os
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from twin.bridge.session.errors import BridgeError

MAGIC: Final = b"TWL1"
SEGMENT: Final = 16 << 20  # bytes after which a new segment is begun
_FRAME: Final = struct.Struct("<4sIQI")
_NUMBERS: Final = struct.Struct("<IQ")

_MOST_PIECES: Final = 512  # in one call; systems allow 1024
_HAS_WRITEV: Final = hasattr(os, "writev")

# macOS has no fdatasync.
_sync = getattr(os, "fdatasync", os.fsync)


class RecordError(BridgeError):
    """A record cannot be written or read."""


def frame(number: int, payload: bytes) -> bytes:
    """Return the bytes of one frame."""
    crc = zlib.crc32(payload, zlib.crc32(_NUMBERS.pack(len(payload), number)))
    return _FRAME.pack(MAGIC, len(payload), number, crc) + payload


def frames(data: bytes, first: int) -> Iterator[tuple[bytes, int]]:
    """Yield the payload of each intact frame from the start, and the offset behind it.

    Parameters
    ----------
    data : bytes
        Contents of a segment.
    first : int
        Number its first frame must have.
    """
    at = 0
    while at + _FRAME.size <= len(data):
        magic, length, number, crc = _FRAME.unpack_from(data, at)
        start, end = at + _FRAME.size, at + _FRAME.size + length
        if magic != MAGIC or number != first or end > len(data):
            return
        payload = data[start:end]
        if crc != zlib.crc32(payload, zlib.crc32(_NUMBERS.pack(length, number))):
            return
        yield payload, end
        at, first = end, first + 1


class Scan:
    """The intact frames of a folder, in order.

    Attributes
    ----------
    payloads : list of bytes
    last : Path or None
        The segment that holds the last intact frame.
    intact : int
        Bytes of it up to and including that frame.
    torn : int
        Bytes behind, in that and later segments, that are not read.
    """

    def __init__(self, folder: Path) -> None:
        self.payloads: list[bytes] = []
        self.last: Path | None = None
        self.intact = 0
        self.torn = 0
        self.beyond: list[Path] = []  # segments behind the tear
        try:
            for path in sorted(folder.glob("*.wal")):
                self._read(path)
        except OSError as error:
            raise RecordError(f"{folder}: the record cannot be read: {error.strerror}") from error

    def _read(self, path: Path) -> None:
        data = path.read_bytes()
        follows = not self.torn and path.stem == f"{len(self.payloads):012d}"
        if not follows:
            self.torn += len(data)
            self.beyond.append(path)
            return
        self.last, self.intact = path, 0
        for payload, end in frames(data, len(self.payloads)):
            self.payloads.append(payload)
            self.intact = end
        self.torn += len(data) - self.intact


class Wal:
    """A write-ahead log open for appending; one program at a time.

    Parameters
    ----------
    folder : Path
        Made if absent; a torn tail in it is cut.

    Raises
    ------
    RecordError
        If the folder cannot be written, is damaged in the middle, or is in use.
    """

    def __init__(self, folder: Path, *, segment_bytes: int = SEGMENT) -> None:
        self.folder = folder
        self._segment_bytes = segment_bytes
        self._pending: list[bytes] = []
        self._fd = self._lock = -1
        self._size = 0
        self._synced = True
        self._broken: OSError | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(folder)
            self.scan = Scan(folder)
            self._next = len(self.scan.payloads)
            self._open_last()
        except OSError as error:
            self.close()
            raise self._failed(error) from error
        except RecordError:
            self.close()
            raise

    def append(self, payload: bytes) -> None:
        """Take a payload; it is safe only after `commit`."""
        number, length = self._next, len(payload)
        crc = zlib.crc32(payload, zlib.crc32(_NUMBERS.pack(length, number)))
        self._pending += (_FRAME.pack(MAGIC, length, number, crc), payload)
        self._next += 1

    def write(self) -> None:
        """Hand everything taken so far to the system: a kill of this program loses none of it.

        Raises
        ------
        RecordError
            If the disk is full or gone; nothing is lost of what was committed before.
        """
        if self._broken is not None:
            raise self._failed(self._broken)
        if not self._pending:
            return
        try:
            if self._size >= self._segment_bytes:
                _sync(self._fd)
                self._begin_segment(self._next - len(self._pending) // 2)
            self._size += _write_all(self._fd, self._pending)
        except OSError as error:
            # What is on the disk now is unknown; the next to open the folder cuts it.
            self._broken = error
            raise self._failed(error) from error
        self._pending.clear()
        self._synced = False

    def commit(self) -> None:
        """Write everything taken so far and wait until it is on the disk; see `write`."""
        self.write()
        if self._synced:
            return
        try:
            _sync(self._fd)
        except OSError as error:
            self._broken = error
            raise self._failed(error) from error
        self._synced = True

    def close(self) -> None:
        """Close the files; what was not committed is forgotten."""
        for fd in (self._fd, self._lock):
            if fd >= 0:
                os.close(fd)
        self._fd = self._lock = -1

    def _open_last(self) -> None:
        scan = self.scan
        if scan.beyond:
            raise RecordError(
                f"{scan.beyond[0]}: does not follow what is before it ({self._next} frames): "
                "the record is damaged; record into another folder"
            )
        if scan.last is None:
            self._begin_segment(0)
            return
        self._fd = os.open(scan.last, os.O_RDWR)
        if scan.torn:
            os.ftruncate(self._fd, scan.intact)
            os.fsync(self._fd)
        os.lseek(self._fd, 0, os.SEEK_END)
        self._size = scan.intact

    def _begin_segment(self, first: int) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
        self._fd = os.open(self.folder / f"{first:012d}.wal", flags, 0o600)
        self._size = 0
        _sync_folder(self.folder)

    def _failed(self, error: OSError) -> RecordError:
        return RecordError(
            f"{self.folder}: the record cannot be written: {error.strerror}; "
            "make room there or record into another folder"
        )


def _write_all(fd: int, pieces: list[bytes]) -> int:
    """Write pieces without joining them first; return how many bytes they are."""
    total = 0
    for first in range(0, len(pieces), _MOST_PIECES):
        some = pieces[first : first + _MOST_PIECES]
        length, written = sum(map(len, some)), os.writev(fd, some) if _HAS_WRITEV else 0
        rest = memoryview(b"".join(some))[written:] if written < length else memoryview(b"")
        while rest:
            rest = rest[os.write(fd, rest) :]
        total += length
    return total


def _sync_folder(folder: Path) -> None:
    if sys.platform != "win32":
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _locked(folder: Path) -> int:
    """Return a descriptor that keeps other programs from appending; -1 where none can be had."""
    if sys.platform == "win32":
        return -1
    import fcntl

    fd = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        raise RecordError(f"{folder}: another program is recording here") from error
    return fd

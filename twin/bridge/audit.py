"""The audit log of commands: intents before they act, results after, refusals; who and when.

A record is a letter (I intent, R result, W answered without anything being done), the wall-clock
time (i64, ns since 1970, UTC), the lengths (u32 each) of what follows: who asked (public key and
client), the command as it came; then these, and the result as it was sent (empty for I).
"""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from twin.bridge.messages import BadMessage, Message, decode, encode
from twin.bridge.wal import RecordError, Scan, Wal

_HEAD: Final = struct.Struct("<cqII")
INTENT: Final = b"I"
RESULT: Final = b"R"
WITNESS: Final = b"W"


class Entry(NamedTuple):
    """One record of the audit log."""

    what: bytes  # INTENT, RESULT or WITNESS
    at: int  # ns since 1970, UTC
    who: str  # public key and client
    command: Message
    result: Message | None


class Audit:
    """Writes the audit log of a controller; goes on where an earlier run stopped.

    Parameters
    ----------
    folder : str or Path
        Made if absent.

    Attributes
    ----------
    in_doubt : list of Entry
        Intents of earlier runs without a result: they may or may not have acted, and are never
        carried out by themselves.

    Raises
    ------
    RecordError
        If the folder cannot be written or is in use.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._wal = Wal(self.folder)
        try:
            self.in_doubt = in_doubt(_entries(self._wal.scan, self.folder))
        except RecordError:
            self._wal.close()
            raise
        self._wal.scan.payloads.clear()

    def add(
        self, what: bytes, who: str, command: Message, result: Message | None, *, at: int
    ) -> None:
        """Take an entry; it is safe only after `commit`."""
        asked, name = command.wire or encode(command), who.encode()
        head = _HEAD.pack(what, at, len(name), len(asked))
        told = b"" if result is None else result.wire or encode(result)
        self._wal.append(b"".join((head, name, asked, told)))

    def write(self) -> None:
        """Hand everything taken to the system: a kill of this program loses none of it."""
        self._wal.write()

    def commit(self) -> None:
        """Wait until everything taken is on the disk; one wait is shared by all of it."""
        self._wal.commit()

    def close(self) -> None:
        """Close the log; what was not committed is not part of it."""
        self._wal.close()


def read_audit(folder: str | Path) -> list[Entry]:
    """Return the entries of an audit log.

    Raises
    ------
    RecordError
        If there is none in the folder.
    """
    folder = Path(folder)
    return list(_entries(Scan(folder), folder))


def in_doubt(entries: Iterable[Entry]) -> list[Entry]:
    """Return the intents that no result follows."""
    waiting: dict[tuple[int, str, int], Entry] = {}
    for entry in entries:
        key = (entry.command.session, entry.who, entry.command.sequence)
        if entry.what == INTENT:
            waiting[key] = entry
        elif entry.what == RESULT:
            waiting.pop(key, None)
    return list(waiting.values())


def is_audit(payload: bytes) -> bool:
    """Return whether a record of a write-ahead log is one of an audit log."""
    return payload[:1] in (INTENT, RESULT, WITNESS)


def _entries(scan: Scan, folder: Path) -> Iterator[Entry]:
    try:
        for payload in scan.payloads:
            what, at, *lengths = _HEAD.unpack_from(payload)
            middle = _HEAD.size + lengths[0]
            asked, told = payload[middle:][: lengths[1]], payload[middle + lengths[1] :]
            result = decode(told) if told else None
            yield Entry(what, at, payload[_HEAD.size : middle].decode(), decode(asked), result)
    except (BadMessage, struct.error, UnicodeDecodeError) as error:
        raise RecordError(f"{folder}: holds something that is no audit log: {error}") from error

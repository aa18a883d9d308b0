"""What goes over the wire: a 64-byte header and a body, encoded and decoded.

The body of `Kind.EVENTS` is a batch of activities as they lie in memory, little endian; every other
body is a JSON object.  `docs/protocol.md` describes both for those who implement the other side.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.kernel.log import ACTIVITY
from twin.kernel.states import State

MAGIC: Final = b"TAKT"
VERSION: Final = 1
MAX_BODY: Final = 1 << 20  # bytes; a peer that announces more is dropped by the transport
BATCH: Final = 1024  # most records sent in one message

# magic, version, kind, session, sequence, acknowledge, source time, simulation time, time to live,
# length of the body; the CRC follows and covers all of these and the body.
_HEADER: Final = struct.Struct("<4sHHQqqqqqI")
_CRC: Final = struct.Struct("<I")
HEADER_SIZE: Final = _HEADER.size + _CRC.size

WIRE_ACTIVITY: Final = ACTIVITY.newbyteorder("<")


class Kind(IntEnum):
    """What a message is; F -> C goes from follower to controller, C -> F the other way."""

    HELLO = 1  # F -> C
    WELCOME = 2  # C -> F
    SNAPSHOT = 3  # C -> F, the state at the time of the welcome
    EVENTS = 4  # C -> F, closed activities
    STATUS = 5  # C -> F, latest state; may be lost
    HEARTBEAT = 6  # both
    CREDIT = 7  # F -> C, how far the controller may send
    RESEND = 8  # F -> C
    GAP = 9  # C -> F, records that are lost for good
    END = 10  # C -> F, nothing follows
    COMMAND = 11  # F -> C
    RESULT = 12  # C -> F
    ERROR = 13  # C -> F, the handshake is refused
    BYE = 14  # F -> C


class BadMessage(ValueError):
    """Bytes that are no message of this protocol."""


class WrongVersion(BadMessage):
    """A message of another version of this protocol."""


_NO_RECORDS: Final[NDArray[np.void]] = np.empty(0, ACTIVITY)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Message:
    """One message; times are nanoseconds, `sequence` and `acknowledge` count records."""

    kind: Kind
    session: int = 0  # epoch of the controller: a fresh number each time it starts
    sequence: int = 0
    acknowledge: int = 0  # every record before this one is on the follower's disk
    source_time: int = 0  # ns, on the sender's own clock
    simulation_time: int = 0  # ns since the start of the run
    time_to_live: int = 0  # ns; 0: does not expire
    body: Mapping[str, Any] = field(default_factory=dict)
    # (n,) ACTIVITY, of EVENTS only
    records: NDArray[np.void] = field(default_factory=lambda: _NO_RECORDS)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


# Made once: making one costs more than a short message takes.
_ENCODER: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)
_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant)


def schema_digest() -> str:
    """Return a digest of the record layout and of the meaning of its states, hex."""
    meaning = [VERSION, WIRE_ACTIVITY.descr, [(state.name, state.value) for state in State]]
    return hashlib.sha256(json.dumps(meaning).encode()).hexdigest()[:16]


def canonical_json(value: Mapping[str, Any]) -> bytes:
    """Return the one JSON text of a value: sorted keys, no spaces, UTF-8, no NaN."""
    return _ENCODER.encode(value).encode()


def encode(message: Message) -> bytes:
    """Return the bytes of a message.

    Raises
    ------
    ValueError
        If the body is larger than `MAX_BODY`.
    """
    if message.kind is Kind.EVENTS:
        body = message.records.astype(WIRE_ACTIVITY, copy=False).tobytes()
    else:
        body = canonical_json(message.body) if message.body else b""
    if len(body) > MAX_BODY:
        raise ValueError(f"{message.kind.name}: a body of {len(body)} bytes, {MAX_BODY} at most")
    head = _HEADER.pack(
        MAGIC,
        VERSION,
        message.kind,
        message.session,
        message.sequence,
        message.acknowledge,
        message.source_time,
        message.simulation_time,
        message.time_to_live,
        len(body),
    )
    return b"".join((head, _CRC.pack(zlib.crc32(body, zlib.crc32(head))), body))


def decode(data: bytes) -> Message:
    """Return the message that some bytes are.

    Raises
    ------
    WrongVersion
        If they are a message of another version.
    BadMessage
        If they are anything else.
    """
    if len(data) < HEADER_SIZE:
        raise BadMessage(f"{len(data)} bytes: a message has {HEADER_SIZE} or more")
    magic, version, kind, *numbers, length = _HEADER.unpack_from(data)
    if magic != MAGIC:
        raise BadMessage(f"begins with {magic!r}, not {MAGIC!r}")
    if version != VERSION:
        raise WrongVersion(f"protocol version {version}; this program speaks version {VERSION}")
    body = data[HEADER_SIZE:]
    if len(body) != length:
        raise BadMessage(f"a body of {len(body)} bytes where the header says {length}")
    (crc,) = _CRC.unpack_from(data, _HEADER.size)
    if crc != zlib.crc32(body, zlib.crc32(data[: _HEADER.size])):
        raise BadMessage("wrong CRC: damaged on the way")
    return _checked(kind, numbers, body)


def _checked(kind: int, numbers: list[int], body: bytes) -> Message:
    try:
        known = Kind(kind)
    except ValueError:
        raise BadMessage(f"unknown kind {kind}") from None
    session, sequence, acknowledge, source_time, simulation_time, time_to_live = numbers
    if min(sequence, acknowledge, time_to_live) < 0:
        raise BadMessage("a negative sequence, acknowledge or time to live")
    is_events = known is Kind.EVENTS
    return Message(
        kind=known,
        session=session,
        sequence=sequence,
        acknowledge=acknowledge,
        source_time=source_time,
        simulation_time=simulation_time,
        time_to_live=time_to_live,
        body={} if is_events else _object(body),
        records=_records(body) if is_events else _NO_RECORDS,
    )


def _records(body: bytes) -> NDArray[np.void]:
    if len(body) % WIRE_ACTIVITY.itemsize:
        raise BadMessage(
            f"{len(body)} bytes are no whole number of {WIRE_ACTIVITY.itemsize}-byte records"
        )
    return np.frombuffer(body, WIRE_ACTIVITY).astype(ACTIVITY, copy=False)


def _object(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        value = _DECODER.decode(body.decode())
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"the body is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise BadMessage(f"the body is a JSON {type(value).__name__}, not an object")
    return value

"""What goes over the wire: a 64-byte header and a body, encoded and decoded.

The body of `Kind.EVENTS` is a batch of activities as they lie in memory, little endian; every other
body is a JSON object.  `docs/protocol.md` describes both for those who implement the other side.
"""

import hashlib
import json
import math
import struct
from collections.abc import Callable, Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple, cast
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from twin.kernel.log import ACTIVITY
from twin.kernel.states import State

MAGIC: Final = b"TAKT"
VERSION: Final = 1
MAX_BODY: Final = 1 << 20  # bytes; a peer that announces more is dropped by the transport
BATCH: Final = 1024  # most records sent in one message
_SHORT: Final = 1024  # bytes
_BITS: Final = 62  # of a count of records or commands: sums of two still fit into their field

# magic, version, kind, session, sequence, acknowledge, source time, simulation time, time to live,
# length of the body; the CRC follows and covers all of these and the body.
_HEADER: Final = struct.Struct("<4sHHQqqqqqI")
_CRC: Final = struct.Struct("<I")
_WHOLE: Final = struct.Struct(_HEADER.format + "I")
HEADER_SIZE: Final = _WHOLE.size
_COVERED: Final = _HEADER.size
# Looked up once, not for each message.
_pack_header: Final = _HEADER.pack
_pack_crc: Final = _CRC.pack
_unpack: Final = _WHOLE.unpack_from

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
    GRANT = 15  # F -> C, lockstep: run up to this time
    REACHED = 16  # C -> F, lockstep: has run up to this time
    PROBE = 17  # F -> C, asks for the controller's clock
    ECHO = 18  # C -> F, its clock when the probe came and when it answered


# By number; a look-up costs a third of what calling the enumeration does.
_KINDS: Final = {int(kind): kind for kind in Kind}
_EVENTS: Final = Kind.EVENTS


class BadMessage(ValueError):
    """Bytes that are no message of this protocol."""


class WrongVersion(BadMessage):
    """A message of another version of this protocol."""


NO_RECORDS: Final[NDArray[np.void]] = np.empty(0, ACTIVITY)
_NO_BYTES: Final[bytes | memoryview] = b""
NO_BODY: Final[Mapping[str, Any]] = MappingProxyType({})


class Message(NamedTuple):
    """One message; times are nanoseconds, `sequence` and `acknowledge` count records.

    A named tuple, as thousands a second are made: a frozen dataclass takes three times as long.
    """

    kind: Kind
    session: int = 0  # epoch of the controller: a fresh number each time it starts
    sequence: int = 0
    acknowledge: int = 0  # every record before this one is on the follower's disk
    source_time: int = 0  # ns, on the sender's own clock
    simulation_time: int = 0  # ns since the start of the run
    time_to_live: int = 0  # ns; 0: does not expire
    body: Mapping[str, Any] = NO_BODY
    records: NDArray[np.void] = NO_RECORDS  # (n,) ACTIVITY, of EVENTS only
    wire: bytes = b""  # the bytes it came as; empty if it was made here

    def changed(self, **fields: Any) -> "Message":
        """Return the message with other fields, and so no longer as it came."""
        return self._replace(wire=b"", **fields)


_new: Final = tuple.__new__


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is beyond all numbers")
    return number


# Made once: making them costs more than a short message takes.
_ENCODER: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)
_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)

_scan: Final = cast("Callable[[str, int], tuple[Any, int]]", vars(_DECODER)["scan_once"])


def _refuse_value(value: object) -> None:
    raise TypeError(f"a {type(value).__name__} is no JSON")


def _encoder() -> Callable[[Mapping[str, Any]], str]:
    """Return what writes JSON: the compiled writer of the library, kept, where it has one."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return _ENCODER.encode
    text = json.encoder.encode_basestring
    write = make(None, _refuse_value, text, None, ":", ",", True, False, False)
    return lambda value: "".join(write(value, 0))


_write_json: Final = _encoder()


def schema_digest() -> str:
    """Return a digest of the record layout and of the meaning of its states, hex."""
    meaning = [VERSION, WIRE_ACTIVITY.descr, [(state.name, state.value) for state in State]]
    return hashlib.sha256(json.dumps(meaning).encode()).hexdigest()[:16]


def canonical_json(value: Mapping[str, Any]) -> bytes:
    """Return the one JSON text of a value: sorted keys, no spaces, UTF-8, no NaN."""
    return _write_json(value).encode()


def encode(message: Message) -> bytes:
    """Return the bytes of a message.

    Raises
    ------
    ValueError
        If the body is larger than `MAX_BODY`.
    """
    kind, session, sequence, acknowledge, source, simulation, to_live, content, rows, _ = message
    body = b""
    if kind is _EVENTS:
        body = rows.astype(WIRE_ACTIVITY, copy=False).tobytes()
    elif content:
        body = canonical_json(content)
    length = len(body)
    head = _pack_header(
        MAGIC, VERSION, kind, session, sequence, acknowledge, source, simulation, to_live, length
    )
    if not length:
        return head + _pack_crc(crc32(head))
    if length > MAX_BODY:
        raise ValueError(f"{kind.name}: a body of {length} bytes, {MAX_BODY} at most")
    return head + _pack_crc(crc32(body, crc32(head))) + body


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
    head = _unpack(data)
    magic, version, number, session, sequence, acknowledge, source, time, to_live, length, crc = (
        head
    )
    if magic != MAGIC:
        raise BadMessage(f"begins with {magic!r}, not {MAGIC!r}")
    if version != VERSION:
        raise WrongVersion(f"protocol version {version}; this program speaks version {VERSION}")
    if len(data) != HEADER_SIZE + length:
        raise BadMessage(f"{len(data)} bytes in all where the header says {length} of body")
    found, body = crc32(data[:_COVERED]), _NO_BYTES
    if length:
        # A view costs more than the copy of a short body, and saves that of a long one.
        body = memoryview(data)[HEADER_SIZE:] if length > _SHORT else data[HEADER_SIZE:]
        found = crc32(body, found)
    if crc != found:
        raise BadMessage("wrong CRC: damaged on the way")
    kind = _KINDS.get(number)
    if kind is None:
        raise BadMessage(f"unknown kind {number}")
    if (sequence | acknowledge) >> _BITS or to_live < 0:
        raise BadMessage("a sequence, acknowledge or time to live that is negative or beyond 2^62")
    content, rows = NO_BODY, NO_RECORDS
    if kind is _EVENTS:
        rows = _records(body)
    elif length:
        content = _object(body)
    # As `Message(...)` does, in a third of the time.
    fields = kind, session, sequence, acknowledge, source, time, to_live, content, rows, data
    return _new(Message, fields)


def _records(body: bytes | memoryview) -> NDArray[np.void]:
    if len(body) % WIRE_ACTIVITY.itemsize:
        raise BadMessage(
            f"{len(body)} bytes are no whole number of {WIRE_ACTIVITY.itemsize}-byte records"
        )
    return np.frombuffer(body, WIRE_ACTIVITY).astype(ACTIVITY, copy=False)


def _object(body: bytes | memoryview) -> Mapping[str, Any]:
    try:
        text = str(body, "utf-8")
        try:
            value, end = _scan(text, 0)
        except StopIteration:
            end = -1
        if end != len(text):  # spaces around it, or a fault
            value = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"the body is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise BadMessage(f"the body is a JSON {type(value).__name__}, not an object")
    return value

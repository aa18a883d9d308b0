"""Messages between the program and its physics worker: JSON and plain arrays, never pickled."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
MAX_MESSAGE = 256 << 20  # bytes
HEAD = 8  # bytes that tell the length of what follows
_DTYPES = {kind: kind for kind in ("<f8", "<i8", "|u1")}


class WireError(ValueError):
    """Bytes that are no message."""


@dataclass(frozen=True, slots=True)
class Message:
    """Plain values and arrays by name."""

    values: Mapping[str, Any]
    arrays: Mapping[str, Array]


def pack(message: Message) -> bytes:
    """Return a message as bytes: length, length of the JSON, JSON, arrays.

    Raises
    ------
    WireError
        An array is of another type than float64, int64 and uint8.
    """
    shapes, blocks = [], []
    for name, array in message.arrays.items():
        block = np.asarray(array, order="C")
        if block.dtype.str not in _DTYPES:
            raise WireError(f"array {name!r} has the type {block.dtype}")
        shapes.append([name, block.dtype.str, block.shape])
        blocks.append(block.tobytes())
    text = json.dumps({"values": dict(message.values), "arrays": shapes}).encode()
    body = b"".join((len(text).to_bytes(HEAD, "little"), text, *blocks))
    return len(body).to_bytes(HEAD, "little") + body


def unpack(body: bytes) -> Message:
    """Return the message of bytes that follow the length; checks every size before it is used.

    Raises
    ------
    WireError
        The bytes are cut short or inconsistent.
    """
    cut = HEAD + int.from_bytes(body[:HEAD], "little")
    try:
        head = json.loads(body[HEAD:cut])
        arrays, at = {}, cut
        for name, dtype, shape in head["arrays"]:
            kind = np.dtype(_DTYPES[dtype])
            size = kind.itemsize * int(np.prod(shape, dtype=np.int64))
            arrays[name] = np.frombuffer(body[at : at + size], kind).reshape(shape)
            at += size
        return Message(head["values"], arrays)
    except (ValueError, LookupError, TypeError) as error:
        raise WireError(f"damaged message: {error}") from None


def receive(read: Callable[[int], bytes]) -> Message | None:
    """Return the next message from a reader of exactly n bytes; None at the end of the stream."""
    head = read(HEAD)
    if len(head) < HEAD:
        return None
    size = int.from_bytes(head, "little")
    if size > MAX_MESSAGE:
        raise WireError(f"a message of {size} bytes")
    body = read(size)
    return unpack(body) if len(body) == size else None

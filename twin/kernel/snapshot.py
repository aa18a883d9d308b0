"""The state of a run as bytes, to go on with later, elsewhere, or many times with other luck.

A snapshot is a zip of plain arrays (numpy's .npz, no pickle) with a note of whose it is.  It is of
one model and of one layout of the state; anything else is refused.
"""

import io
import json
import zipfile
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.kernel.arrays import State
from twin.kernel.layout import model_of, state_of
from twin.kernel.model import NONE, Line
from twin.kernel.sums_room import begin_sums, empty_sums
from twin.kernel.tally import Tally

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NOTE = "note"
# Arrays whose length varies.
_FREE = {
    "parts",
    "traits",
    "log",
    "diary",
    "commands",
    "watched",
    "seen",
    "leads",
    "earlier_leads",
    "per_window",
}


class SnapshotError(ValueError):
    """A snapshot cannot be used for a line."""


def dump(line: Line, state: State) -> bytes:
    """Return the state of a run of a line as bytes."""
    arrays: dict[str, Any] = state._asdict()
    note = {"taktwin_snapshot": 1, "model": line.model_id, "content": _digest(state)}
    note["layout"] = _layout(state)
    out = io.BytesIO()
    text = np.frombuffer(json.dumps(note).encode(), np.uint8)
    np.savez_compressed(out, allow_pickle=False, **{_NOTE: text}, **arrays)
    return out.getvalue()


def restore(line: Line, data: bytes) -> State:
    """Return the state that a snapshot holds.

    Parameters
    ----------
    line : Line
        The same as when it was taken.
    data : bytes

    Raises
    ------
    SnapshotError
        If it is no snapshot, damaged, of another model or of another version.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as found:
            note = json.loads(found[_NOTE].tobytes())
            arrays = {name: found[name] for name in State._fields if name in found}
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError) as error:
        raise SnapshotError("not a snapshot of a line, or damaged") from error
    if not isinstance(note, dict) or note.get("taktwin_snapshot") != 1:
        raise SnapshotError("not a snapshot of a line")
    if note.get("model") != line.model_id:
        other = str(note.get("model"))[:12]
        raise SnapshotError(f"of another model: {other}, this line is {line.model_id[:12]}")
    fresh = state_of(line, model_of(line), seed=0, replication=0, end=0)
    if note.get("layout") != _layout(fresh) or set(arrays) != set(State._fields):
        raise SnapshotError("taken with another version; run the line again and take a new one")
    expected: tuple[NDArray[Any], ...] = fresh
    for name, array in zip(State._fields, expected, strict=True):
        same = (
            arrays[name].shape[1:] == array.shape[1:]
            if name in _FREE
            else (arrays[name].shape == array.shape)
        )
        if not same or arrays[name].dtype != array.dtype:
            raise SnapshotError("damaged: its arrays do not fit the line")
    state = State(**{name: np.require(arrays[name], requirements=["C", "W"]) for name in arrays})
    if note.get("content") != _digest(state):
        raise SnapshotError("damaged: its content is not what was saved")
    return state


def begun_anew(
    line: Line, state: State, *, seed: int, end: int, start: int, window: int = 0
) -> State:
    """Return a copy of a state with the luck of another seed from now on, and an empty tally.

    What has been drawn already stands: an operation in progress ends when it would have ended.

    Parameters
    ----------
    line : Line
    state : State
    seed : int
    end, start : int
        ns; `start` is not before the instant of the state.
    window : int
        ns, as for `run.replicate`.
    """
    copies: list[Any] = [array.copy() for array in state]
    windows = Tally.windows(start, end, window)
    sums = empty_sums(state.sums.size, state.laps.size, len(line.products), windows)
    copy = State(*copies)._replace(log=state.log[:0].copy(), **sums)
    begin_sums(copy.glob)
    copy.nodes["ahead_of"] = NONE
    for field in ("logging", "logged", "room", "telling", "told", "diary_room"):
        copy.glob[field] = 0
    copy.glob["seed"], copy.glob["start"], copy.glob["window"] = seed, start, window
    return copy


def _layout(state: State) -> str:
    """Return a digest of the kinds of all arrays."""
    arrays: tuple[NDArray[Any], ...] = state
    kinds = [(name, array.dtype.descr) for name, array in zip(State._fields, arrays, strict=True)]
    return sha256(repr(kinds).encode()).hexdigest()


def _digest(state: State) -> str:
    """Return a digest of the content of all arrays."""
    digest = sha256()
    for array in state:
        digest.update(str(array.shape).encode() + b"\0" + array.tobytes())
    return digest.hexdigest()

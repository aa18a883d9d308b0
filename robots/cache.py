"""Tables and proofs kept by content: the same task on the same algorithm is computed once.

A key is the SHA-256 of everything that enters: the task with its arm, and the sources of this
package.  A file that is damaged or not readable is computed again; a folder that cannot be
written to is no error.
"""

import dataclasses
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from robots.task import ArmTask, MoveTable

_FORMAT = 1


def cache_folder() -> Path:
    """Return the user's folder for motion results; `TAKTWIN_CACHE_DIR` overrides its root."""
    root = os.environ.get("TAKTWIN_CACHE_DIR")
    if root:
        return Path(root) / "motion"
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "taktwin" / "motion"


@lru_cache(maxsize=1)
def algorithm_digest() -> str:
    """Return the SHA-256 of this package's sources, hex."""
    digest = hashlib.sha256(b"%d" % _FORMAT)
    folder = Path(str(files("robots")))
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def content_key(kind: str, *parts: Any) -> str:
    """Return the key of a result that depends on `parts` and nothing else, hex.

    Parameters
    ----------
    kind : str
        What the result is, such as `table`.
    *parts : Any
        Dataclasses, arrays, numbers, strings, None, and tuples, lists and dicts of them.
    """
    digest = hashlib.sha256(f"{kind}\0{algorithm_digest()}".encode())
    for part in parts:
        _feed(digest, part)
    return digest.hexdigest()


def _feed(digest: Any, value: Any) -> None:
    """Add a value to a digest, with its type and size, so that no two feed the same bytes."""
    if isinstance(value, np.ndarray):
        digest.update(f"a{value.dtype.str}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif dataclasses.is_dataclass(value):
        digest.update(f"d{type(value).__name__}".encode())
        for field in dataclasses.fields(value):
            digest.update(field.name.encode())
            _feed(digest, getattr(value, field.name))
    elif isinstance(value, (tuple, list)):
        digest.update(f"t{len(value)}".encode())
        for item in value:
            _feed(digest, item)
    elif isinstance(value, dict):
        _feed(digest, sorted(value.items()))
    else:
        text = repr(value.item() if isinstance(value, np.generic) else value)
        digest.update(f"v{type(value).__name__}{len(text)}:{text}".encode())


def load(key: str, folder: Path | None = None) -> dict[str, Any] | None:
    """Return a stored result as a dictionary of arrays and plain values; None if there is none.

    A damaged file counts as none.
    """
    path = (folder or cache_folder()) / f"{key}.npz"
    try:
        with np.load(path, allow_pickle=False) as stored:
            plain: dict[str, Any] = json.loads(str(stored["plain"]))
            arrays = {name[2:]: stored[name] for name in stored.files if name.startswith("a_")}
            digest = str(stored["digest"])
    except Exception:  # whatever is wrong with the file, the result is computed again
        return None
    return {**plain, **arrays} if digest == _checksum(plain, arrays) else None


def store(key: str, values: dict[str, Any], folder: Path | None = None) -> None:
    """Keep a result: arrays as they are, the rest as JSON.  Written whole or not at all."""
    where = folder or cache_folder()
    arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    plain = {name: value for name, value in values.items() if name not in arrays}
    plain = json.loads(json.dumps(plain))
    named: dict[str, Any] = {f"a_{name}": value for name, value in arrays.items()}
    try:
        where.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=where, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, plain=json.dumps(plain), digest=_checksum(plain, arrays), **named)
            Path(temporary).replace(where / f"{key}.npz")
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError:
        return


def _checksum(plain: dict[str, Any], arrays: dict[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True).encode())
    for name in sorted(arrays):
        digest.update(name.encode())
        _feed(digest, arrays[name])
    return digest.hexdigest()


def cached_table(
    task: ArmTask, compute: Callable[[ArmTask], MoveTable], folder: Path | None = None
) -> MoveTable:
    """Return a task's table from the cache, or compute and keep it."""
    key = content_key("table", task)
    stored = load(key, folder)
    if stored is not None:
        try:
            return MoveTable(
                **{**stored, "names": tuple(stored["names"]), "notes": tuple(stored["notes"])}
            )
        except (KeyError, TypeError):
            pass
    table = compute(task)
    store(key, {f.name: getattr(table, f.name) for f in dataclasses.fields(table)}, folder)
    return table

"""What may be commanded in a cell, as a TOML file that a person writes.

model_id = "2f6b..."          # optional: of the one cell it is for

[tags."Command.CntrlCmd"]     # PackML commands by number
values = [1, 2, 3, 4, 5]

[tags."Command.MachSpeed"]
role = "engineer"             # default: operator
low = 0.5
high = 1.2
"""

import math
import tomllib
from pathlib import Path
from typing import Any

from cells.errors import hint
from twin.bridge.keys import KeyFileError, read_role
from twin.bridge.session.errors import BridgeError
from twin.bridge.session.permits import Permit, Permits, Role

_KEYS = ("role", "values", "low", "high")


class PermitError(BridgeError):
    """A list of what may be commanded is missing or wrong."""


def load_permits(path: str | Path, model_id: str) -> Permits:
    """Return what a file lets be commanded in the cell with a model id.

    Raises
    ------
    PermitError
        If the file cannot be read, is wrong, or is for another cell; all faults at once.
    """
    try:
        with Path(path).open("rb") as file:
            content = tomllib.load(file)
    except OSError as error:
        raise PermitError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PermitError(f"{path}: {error}") from None
    faults = _faults(content, model_id)
    if faults:
        raise PermitError("\n".join(f"{path}: {fault}" for fault in faults))
    tags = {tag: _permit(entry) for tag, entry in content.get("tags", {}).items()}
    return Permits(tags=tags)


def _faults(content: dict[str, Any], model_id: str) -> list[str]:
    faults = [
        f"no key {key!r} here.{hint(key, ['model_id', 'tags'])}"
        for key in content
        if key not in ("model_id", "tags")
    ]
    if content.get("model_id", model_id) != model_id:
        faults.append(f"model_id: this list is for another cell; this cell has {model_id}")
    tags = content.get("tags", {})
    if not isinstance(tags, dict):
        return [*faults, 'tags: expected tables such as [tags."Command.CntrlCmd"]']
    return faults + [f"tags.{tag}: {fault}" for tag in tags for fault in _entry_faults(tags[tag])]


def _entry_faults(entry: object) -> list[str]:
    if not isinstance(entry, dict):
        return [f"expected a table with {', '.join(_KEYS)}; found {entry!r}"]
    faults = [f"no key {k!r} here.{hint(str(k), _KEYS)}" for k in entry if k not in _KEYS]
    faults += [
        f"{key}: expected a number, found {entry[key]!r}"
        for key in ("low", "high")
        if key in entry and not _is_number(entry[key])
    ]
    values = entry.get("values", [])
    if not isinstance(values, list) or not all(_is_number(value) for value in values):
        faults.append(f"values: expected a list of numbers, found {values!r}")
    try:
        read_role(str(entry.get("role", "operator")))
    except KeyFileError as error:
        faults.append(f"role: {error}")
    if not faults and not entry.get("low", float("-inf")) <= entry.get("high", float("inf")):
        faults.append("low is above high: no value would do")
    return faults


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and not math.isnan(value)


def _permit(entry: dict[str, Any]) -> Permit:
    role: Role = read_role(str(entry.get("role", "operator")))
    low, high = entry.get("low", float("-inf")), entry.get("high", float("inf"))
    return Permit(role=role, values=frozenset(entry.get("values", [])), low=low, high=high)

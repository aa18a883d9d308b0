"""A cell as far as it can be made out of a file with faults, to look for dangling names in it.

So a person who wrote a wrong unit and a wrong name learns of both at once.
"""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from cells.carriers import Operator, Robot, Tool
from cells.inside import Inside
from cells.schema import (
    Buffer,
    Cell,
    Conveyor,
    Flow,
    Loop,
    Sink,
    Source,
    Station,
)

_MODELS: dict[str, type[BaseModel]] = {
    "sources": Source,
    "buffers": Buffer,
    "conveyors": Conveyor,
    "stations": Station,
    "sinks": Sink,
    "robots": Robot,
    "operators": Operator,
    "tools": Tool,
    "loops": Loop,
}
_NAMES_ONLY = ("products", "shifts", "places")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_texts(value: object) -> bool:
    return _is_text(value) or (
        isinstance(value, list | dict) and all(isinstance(item, str) for item in value)
    )


_NAMED = ("pick_at", "place_at", "at", "home", "shifts", "by", "from", "tooled_for", "makes")
# What each value has to look like to be read for names; others count as not given.
_READABLE: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(_NAMED, _is_text),
    **dict.fromkeys(("product", "to"), _is_texts),
    "places": lambda value: isinstance(value, list) and _is_texts(value),
    "nodes": lambda value: isinstance(value, list) and _is_texts(value),
    "process": lambda value: isinstance(value, dict) and _is_texts(value),
    "count": lambda value: type(value) is int and 0 < value <= 100,
    "queue": lambda value: type(value) in (int, dict) or value == "unlimited",
}
# Stand-ins for what a model cannot do without: names of nothing.
_REQUIRED: dict[type[BaseModel], dict[str, Any]] = {
    Source: {"product": []},
    Station: {"process": None},
    Flow: {"from": "", "to": []},
    Inside: {"product": "", "at": ""},
}
_FAMILY_KEYS = 1  # a mapping with one key may be a distribution, not times per product


def loose(data: dict[Any, Any]) -> Cell:
    """Return the entries and names of a cell file whose values may be wrong, unchecked.

    Parameters
    ----------
    data : dict
        The file as plain values.
    """
    sections: dict[str, Any] = {name: _mapping(data.get(name)) for name in _NAMES_ONLY}
    for name, model in _MODELS.items():
        entries = _mapping(data.get(name)).items()
        sections[name] = {key: _entry(model, value) for key, value in entries}
    flow, inside = (_listed(data.get(name)) for name in ("flow", "inside"))
    sections["flow"] = [_entry(Flow, value) for value in flow]
    sections["inside"] = [_entry(Inside, value) for value in inside]
    return Cell.model_construct(**sections)


def _mapping(value: object) -> dict[str, Any]:
    return {k: v for k, v in value.items() if _is_text(k)} if isinstance(value, dict) else {}


def _listed(value: object) -> list[dict[str, Any]]:
    return [_mapping(item) for item in value] if isinstance(value, list) else []


def _entry(model: type[BaseModel], value: object) -> BaseModel:
    readable = {k: v for k, v in _mapping(value).items() if k in _READABLE and _READABLE[k](v)}
    process = readable.get("process")
    if isinstance(process, dict) and len(process) <= _FAMILY_KEYS:
        del readable["process"]
    return model.model_construct(**_REQUIRED.get(model, {}) | readable)

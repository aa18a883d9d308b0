"""What the checker of single values found, as faults of a file."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cells.errors import Fault, hint, shown
from cells.families import FAMILIES
from cells.schema_json import example, keys
from cells.setups import ANY
from cells.yaml_reader import Document, Path

_NAME = "a name: letters, digits and _, beginning with a letter"
_EXPECTED = {
    "string_type": "text (a number or true/false as text goes in quotes)",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list, [..., ...]",
    "tuple_type": "a list, [..., ...]",
    "dict_type": "a mapping, {key: value}",
    "model_type": "a mapping, {key: value}",
    "finite_number": "a finite number",
    "string_pattern_mismatch": _NAME,
}
# Errors that only say that a value has another shape than one of several allowed.
_SHAPE = {
    "string_type",
    "int_type",
    "float_type",
    "list_type",
    "dict_type",
    "model_type",
    "tuple_type",
    "literal_error",
    "none_required",
}


class _Found:
    """One pydantic error, placed in the file."""

    def __init__(self, error: ErrorDetails, data: Any) -> None:
        self.kind = error["type"]
        self.error = error
        self.is_key = error["loc"][-1:] == ("[key]",)
        self.path: Path = ()
        self.branch: tuple[Path, str] | None = None  # first union passed: where, which side
        loc = error["loc"][:-1] if self.is_key else error["loc"]
        for k, step in enumerate(loc):
            last_missing = self.kind == "missing" and k == len(loc) - 1
            if last_missing or _holds(data, step):
                self.path += (step,)
                data = None if last_missing else data[step]
            elif self.branch is None:
                self.branch = (self.path, str(step))
        self.value = data

    @property
    def only_shape(self) -> bool:
        return self.kind in _SHAPE and self.branch is not None and self.path == self.branch[0]


def _holds(data: Any, step: int | str) -> bool:
    if isinstance(data, dict):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and step < len(data)


def faults(error: ValidationError, document: Document) -> list[Fault]:
    """Return all that was found wrong with single values, in terms of the file.

    Parameters
    ----------
    error : ValidationError
        From checking ``document.data``.
    document : Document
        The file, with its lines.
    """
    found = [_Found(one, document.data) for one in error.errors(include_url=False)]
    unions: dict[Path, dict[str, list[_Found]]] = {}
    single = [one for one in found if one.branch is None]
    for one in found:
        if one.branch is not None:
            unions.setdefault(one.branch[0], {}).setdefault(one.branch[1], []).append(one)
    result = [_fault(one.path, _message(one), document) for one in single]
    for path, sides in unions.items():
        result += _of_union(path, sides, document)
    return result


def _fault(path: Path, message: str, document: Document) -> Fault:
    return Fault(document.line(path), written(path), message)


def written(path: Path) -> str:
    """Return a path as messages write it.

    Examples
    --------
    >>> written(("flow", 2, "to"))
    'flow[2].to'
    """
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def _of_union(path: Path, sides: dict[str, list[_Found]], document: Document) -> list[Fault]:
    """Report the side of a union that the value was meant to be, or all shapes that would do."""
    meant = [side for side in sides.values() if not all(one.only_shape for one in side)]
    if not meant:
        first = next(iter(sides.values()))[0]
        allowed = dict.fromkeys(_expected(one) for side in sides.values() for one in side)
        words = [_expected(one) for side in sides.values() for one in side if _is_word(one)]
        message = f"expected {' or '.join(allowed)}; found {shown(first.value)}"
        message += _meant(first.value, " or ".join(words))
        return [_fault(path, message, document)]
    best = min(meant, key=len)
    if len(meant) > 1 and path[-1:] in (("process",), ("setup",)):
        best = meant[_per_product(best[0], document)]
    words = [_expected(one) for side in sides.values() for one in side if one.only_shape]
    other = [word for word in words if word.startswith("'")]
    tail = f"; or {' or '.join(other)}" if other and len(best) == 1 else ""
    return [_fault(one.path, _message(one) + tail, document) for one in best]


def _per_product(one: _Found, document: Document) -> int:
    """Return 1 if times seem to be given per product, 0 if as one distribution."""
    data: Any = document.data
    for step in one.branch[0] if one.branch else ():
        data = data[step]
    named = data if isinstance(data, dict) else {}
    products = document.data.get("products")
    if isinstance(products, dict) and any(key in (*products, ANY) for key in named):
        return 1
    return int(not any(get_close_matches(key, FAMILIES, n=1, cutoff=0.7) for key in named))


def _expected(one: _Found) -> str:
    if _is_word(one):
        return str(one.error.get("ctx", {}).get("expected", "another value"))
    return _EXPECTED.get(one.kind, one.error["msg"])


def _message(one: _Found) -> str:
    if one.is_key:
        return f"expected {_NAME}; found {shown(one.path[-1] if one.path else one.value)}"
    return _MESSAGES.get(one.kind, _plain)(one)


def _plain(one: _Found) -> str:
    if one.kind in _EXPECTED:
        return f"expected {_EXPECTED[one.kind]}; found {shown(one.value)}"
    return f"{one.error['msg'][:1].lower()}{one.error['msg'][1:]}; found {shown(one.value)}"


def _missing(one: _Found) -> str:
    if isinstance(one.path[-1], int):
        return "a value is missing at the end of this list"
    shape = example(one.path)
    return (
        f"this key is required; write for example {one.path[-1]}: {shape}"
        if shape
        else ("this key is required and missing")
    )


def _unknown(one: _Found) -> str:
    return f"unknown key {shown(one.path[-1])}.{hint(one.path[-1], keys(one.path[:-1]))}"


def _literal(one: _Found) -> str:
    allowed = _expected(one)
    return f"expected {allowed}; found {shown(one.value)}{_meant(one.value, allowed)}"


def _is_word(one: _Found) -> bool:
    return one.kind == "literal_error"


def _meant(value: object, allowed: str) -> str:
    """Return the question whether one of the words allowed was meant; empty if none is like it."""
    words = [word.strip(" '") for word in allowed.replace(" or ", ",").split(",")]
    near = get_close_matches(str(value)[:60], words, n=1)
    return f".  Did you mean {near[0]!r}?" if near else ""


def _own(one: _Found) -> str:
    return str(one.error["msg"].removeprefix("Value error, "))


def _limit(words: str, key: str) -> Callable[[_Found], str]:
    def message(one: _Found) -> str:
        limit = one.error.get("ctx", {}).get(key)
        return f"must be {words} {limit}; found {shown(one.value)}"

    return message


def _size(words: str, key: str) -> Callable[[_Found], str]:
    def message(one: _Found) -> str:
        limit = one.error.get("ctx", {}).get(key)
        return f"expected {words} {limit} values; found {shown(one.value)}"

    return message


_MESSAGES: dict[str, Callable[[_Found], str]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "literal_error": _literal,
    "value_error": _own,
    "greater_than": _limit("above", "gt"),
    "greater_than_equal": _limit("at least", "ge"),
    "less_than": _limit("below", "lt"),
    "less_than_equal": _limit("at most", "le"),
    "too_long": _size("at most", "max_length"),
    "too_short": _size("at least", "min_length"),
}

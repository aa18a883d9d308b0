"""A strict reader of YAML 1.2: plain data with the line of every key, or the reason why not.

Built on parser events, so that a hostile file is refused at the first offending one, before
anything is built from it.  Refused: anchors and aliases, tags, merge keys, duplicate keys, further
documents, keys that are no plain text, and files that are too large, too deep or not UTF-8 text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from cells.errors import Fault, shown

MOST_BYTES = 1 << 20
MOST_NODES = 50_000
DEEPEST = 24
LONGEST_WORD = 10_000  # characters without a space; the parser is slow on tags and keys that long
_LONGEST_NUMBER = 40  # characters; longer ones stay text and no number field takes them

# What is not in the printable set of YAML 1.2 (section 5.1).
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1}}}")
_BREAKS = re.compile("\r\n|[\r\n]")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

Path = tuple[str | int, ...]


class Refused(Exception):
    """The text cannot be read as YAML of the accepted kind."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.fault = Fault(line, "", reason)


@dataclass(slots=True)
class Document:
    """What a text says, and where."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)  # line of the key or item, from 1

    def line(self, path: Path) -> int:
        """Return the line of a path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def decode(raw: bytes) -> str:
    """Return the text of a file.

    Raises
    ------
    Refused
        If it is too large or not UTF-8.
    """
    if len(raw) > MOST_BYTES:
        raise Refused(0, f"the file has {len(raw)} bytes; at most {MOST_BYTES} are read")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Refused(line, "not UTF-8 text; save the file with the encoding UTF-8") from None


def read(text: str) -> Document:
    """Return the data of a YAML text.

    Raises
    ------
    Refused
        With the line and the reason.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > MOST_BYTES:
        raise Refused(0, f"the text has {len(text)} characters; at most {MOST_BYTES} are read")
    _check_characters(text)
    return _Composer(_guarded(text)).document()


def _check_characters(text: str) -> None:
    found = _UNPRINTABLE.search(text)
    if found:
        line = len(_BREAKS.findall(text, 0, found.start())) + 1
        raise Refused(
            line, f"the character U+{ord(found[0]):04X} is not allowed; is this a text file?"
        )
    for number, line_text in enumerate(_BREAKS.split(text), 1):
        if len(line_text) > LONGEST_WORD and _WORD.search(line_text):
            raise Refused(number, f"a word of more than {LONGEST_WORD} characters")
        # The parser looks ahead within a line, at a cost that grows with the square of the depth.
        if (
            line_text.count("[") + line_text.count("{") > 2 * DEEPEST
            and _depth(line_text) > DEEPEST
        ):
            raise Refused(number, f"nested deeper than {DEEPEST} levels")


def _depth(line: str) -> int:
    depth = deepest = 0
    for character in line:
        depth += (character in "[{") - (character in "]}")
        deepest = max(deepest, depth)
    return deepest


def _guarded(text: str) -> Iterator[Event]:
    """Yield parser events; whatever the parser raises becomes `Refused`."""
    line = 1
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            line = event.start_mark.line + 1
            yield event
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = mark.line + 1 if mark else line
        reason = " ".join(part for part in (error.context, error.problem) if part)
        raise Refused(at, f"not valid YAML: {reason}") from None
    except Refused:
        raise
    except Exception as error:  # the parser's own crash on a broken file is a fault of the file
        raise Refused(line, f"not valid YAML ({type(error).__name__})") from None


class _Composer:
    """Builds plain data from events."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._document = Document()
        self._nodes = 0

    def document(self) -> Document:
        started = False
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if started:
                    raise Refused(_line(event), "a second document begins; a file holds one cell")
                started = True
            elif isinstance(
                event, AliasEvent | ScalarEvent | MappingStartEvent | SequenceStartEvent
            ):
                self._document.lines[()] = _line(event)
                self._document.data = self._node(event, ())
        return self._document

    def _node(self, event: Event, path: Path) -> Any:
        self._check(event, path)
        if isinstance(event, MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(path)
        text, quoted = _scalar(event)
        return text if quoted else scalar(text)

    def _check(self, event: Event, path: Path) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise Refused(_line(event), f"more than {MOST_NODES} values")
        if len(path) > DEEPEST:
            raise Refused(_line(event), f"nested deeper than {DEEPEST} levels")
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            reason = "anchors and aliases (& and *) are not allowed; write it out"
            raise Refused(_line(event), reason)
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise Refused(_line(event), f"the tag {shown(str(tag))} is not allowed")

    def _mapping(self, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._key(event, path)
            if key in mapping:
                first = self._document.lines[(*path, key)]
                raise Refused(_line(event), f"the key {shown(key)} is already in line {first}")
            self._document.lines[(*path, key)] = _line(event)
            mapping[key] = self._node(next(self._events), (*path, key))
        return mapping

    def _key(self, event: Event, path: Path) -> str:
        self._check(event, path)
        if not isinstance(event, ScalarEvent):
            raise Refused(_line(event), "a key must be plain text, not a list or mapping")
        text, quoted = _scalar(event)
        if text == "<<" and not quoted:
            raise Refused(_line(event), "merge keys (<<) are not allowed; write it out")
        return text

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                break
            here = (*path, len(items))
            self._document.lines[here] = _line(event)
            items.append(self._node(event, here))
        return items


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1


def _scalar(event: Event) -> tuple[str, bool]:
    """Return the text of a scalar and whether it is quoted or a block."""
    value, style = getattr(event, "value", ""), getattr(event, "style", None)
    return str(value), bool(style)


def scalar(text: str) -> str | int | float | bool | None:
    """Return what an unquoted scalar means in YAML 1.2; anything but a finite number stays text.

    Examples
    --------
    >>> scalar("12:30"), scalar("012"), scalar("1e3"), scalar("1e999"), scalar("no"), scalar("")
    ('12:30', 12, 1000.0, '1e999', 'no', None)
    """
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= _LONGEST_NUMBER and _INTEGER.fullmatch(text):
        return int(text)
    if len(text) <= _LONGEST_NUMBER and _FLOAT.fullmatch(text) and isfinite(float(text)):
        return float(text)
    return text

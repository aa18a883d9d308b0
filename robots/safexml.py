"""XML from strangers, read without following anything: no DTD, no entities, all bounded."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

MAX_DEPTH = 32
MAX_ELEMENTS = 50_000
MAX_ATTRIBUTE = 1_000  # characters


class Refused(ValueError):
    """A file that is not read any further; `line` is 0 where no line is to blame."""

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


@dataclass(frozen=True, slots=True)
class Element:
    """One XML element and the line on which it starts."""

    tag: str
    line: int
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # character data, in pieces

    def all(self, tag: str) -> list["Element"]:
        """Return the children of one tag."""
        return [child for child in self.children if child.tag == tag]

    def first(self, tag: str) -> "Element | None":
        """Return the first child of one tag, None if there is none."""
        return next((child for child in self.children if child.tag == tag), None)

    def below(self, tag: str) -> Iterator["Element"]:
        """Yield the descendants of one tag, in document order."""
        for child in self.children:
            if child.tag == tag:
                yield child
            yield from child.below(tag)

    @property
    def text(self) -> str:
        """All character data directly inside."""
        return "".join(self.texts)


def read_regular(path: Path, most: int) -> bytes:
    """Return the bytes of a regular file of at most `most` bytes.

    Opened without blocking and checked by descriptor, so a FIFO, a device or a folder is refused
    even when it is put in the place of the file at the last moment.

    Raises
    ------
    Refused
        The file is missing, not a regular file, unreadable, empty or too big.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Refused(f"cannot be opened: {reason.lower()}") from None
    try:
        _check_regular(os.fstat(handle).st_mode)
        with open(handle, "rb", closefd=False) as file:
            data = file.read(most + 1)
    finally:
        os.close(handle)
    if not data:
        raise Refused("the file is empty")
    if len(data) > most:
        raise Refused(f"the file is bigger than {most >> 20} MiB")
    return data


def _check_regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = "FIFO" if stat.S_ISFIFO(mode) else "device"
        raise Refused(f"is a {'folder' if stat.S_ISDIR(mode) else kind}, not a file")


def parse_xml(data: bytes) -> Element:
    """Return the root element of a UTF-8 document.

    Raises
    ------
    Refused
        Not UTF-8, not well-formed, with a DTD or entities, or beyond a bound of this module.
    """
    _check_text(data)
    builder = _Builder()
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Refused(
            f"not well-formed XML: {expat.ErrorString(error.code)}", error.lineno
        ) from None
    return builder.root


def _check_text(data: bytes) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused("not UTF-8: save the file as UTF-8", line) from None
    if b"\0" in data:
        raise Refused(
            "contains a NUL byte: not a text file", data.count(b"\n", 0, data.index(b"\0")) + 1
        )


class _Builder:
    """Builds the tree from expat's events."""

    def __init__(self) -> None:
        # The encoding given here overrides the document's own declaration.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.open: list[Element] = []
        self.count = 0
        self.root = Element("", 0, {})

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise Refused(f"more than {MAX_ELEMENTS} elements", line)
        if len(self.open) >= MAX_DEPTH:
            raise Refused(f"elements nested deeper than {MAX_DEPTH}", line)
        for key, value in attributes.items():
            if max(len(key), len(value)) > MAX_ATTRIBUTE:
                raise Refused(
                    f"<{tag[:40]} {key[:40]}=...> has {len(value)} characters, "
                    f"at most {MAX_ATTRIBUTE} are read",
                    line,
                )
        element = Element(tag, line, attributes)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def _end(self, _tag: str) -> None:
        self.open.pop()

    def _text(self, text: str) -> None:
        if self.open and (text.strip() or self.open[-1].texts):
            self.open[-1].texts.append(text)

    def _doctype(self, *_: object) -> None:
        raise Refused(
            "document type declarations and entities are not read: remove <!DOCTYPE ...>",
            self.parser.CurrentLineNumber,
        )

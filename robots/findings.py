"""Faults and warnings of a robot file, and the reading of its numbers and names."""

import math
import re
from dataclasses import dataclass, field

from robots.safexml import Element

MAX_NUMBER = 1e6  # m, rad, kg, N m: beyond this a value is a slip of the pen
MAX_NAME = 200  # characters
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong, and on which line (0: the file as a whole)."""

    line: int
    text: str


@dataclass(slots=True)
class Findings:
    """Everything found so far; reading goes on after a fault so that all are reported at once."""

    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def fault(self, line: int, text: str) -> None:
        """Add a fault: the file is refused."""
        self.faults.append(Fault(line, text))

    def warn(self, line: int, text: str) -> None:
        """Add a warning: the file is accepted, but not all of it is used."""
        self.warnings.append(Fault(line, text))

    def numbers(self, element: Element, key: str, count: int) -> tuple[float, ...] | None:
        """Return `count` sound numbers of an attribute, None where it is absent or wrong."""
        if key not in element.attributes:
            return None
        words = element.attributes[key].split()
        if len(words) != count:
            wanted = "one number" if count == 1 else f"{count} numbers"
            self.fault(element.line, f"<{element.tag} {key}>: {wanted} needed, found {len(words)}")
            return None
        values = tuple(self._number(element, key, word) for word in words)
        return None if any(math.isnan(value) for value in values) else values

    def _number(self, element: Element, key: str, word: str) -> float:
        where = f"<{element.tag} {key}>"
        if not _NUMBER.fullmatch(word):
            self.fault(element.line, f"{where}: {shorten(word)} is not a finite number")
            return math.nan
        value = float(word)
        if abs(value) > MAX_NUMBER:
            self.fault(element.line, f"{where}: {shorten(word)} is absurd (beyond 1e6)")
            return math.nan
        return value

    def number(self, element: Element, key: str) -> float | None:
        """Return one sound number of an attribute, None where it is absent or wrong."""
        values = self.numbers(element, key, 1)
        return values[0] if values else None

    def positive(self, element: Element, key: str) -> None:
        """Check that an attribute is there and is one number above 0."""
        if key not in element.attributes:
            self.fault(element.line, f"<{element.tag}> has no {key}")
            return
        value = self.number(element, key)
        if value is not None and value < 1e-6:
            self.fault(element.line, f"<{element.tag} {key}>: must be at least 1e-6, got {value:g}")

    def name(self, element: Element) -> str:
        """Return the name of a link or joint, checked."""
        name = element.attributes.get("name", "")
        if not name:
            self.fault(element.line, f"<{element.tag}> has no name")
        elif len(name) > MAX_NAME:
            self.fault(
                element.line,
                f"the name of <{element.tag}> has {len(name)} characters, at most {MAX_NAME}",
            )
        elif not name.isprintable():
            self.fault(element.line, f"the name of <{element.tag}> has control characters")
        return name


def shorten(text: str, most: int = 40) -> str:
    """Return foreign text quoted and cut, fit for a message."""
    return repr(text if len(text) <= most else text[:most] + "...")

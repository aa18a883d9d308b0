"""Errors raised while reading or checking a cell, and how they name what was found."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

_LONGEST_SHOWN = 60


class CellError(ValueError):
    """The description of a cell is wrong."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a cell file."""

    line: int  # from 1; 0 where no line is known
    path: str  # keys from the top, `stations.lathe.process`; empty for the file as a whole
    message: str  # what is wrong, what was found, what would do

    def text(self, name: str) -> str:
        """Return the fault in one line, after the name of the file."""
        place = f"{name}:{self.line}" if self.line else name
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class CellFileError(CellError):
    """A cell file cannot be used; tells all its faults at once.

    Parameters
    ----------
    name : str
        What the file is called in messages.
    faults : iterable of Fault
        At least one.
    """

    def __init__(self, name: str, faults: Iterable[Fault]) -> None:
        self.name = name
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(fault.text(name) for fault in self.faults))


def shown(value: object) -> str:
    """Return a value as a message quotes it: short, on one line, printable.

    Examples
    --------
    >>> shown("lathe"), shown(45), shown(True), shown(None), shown({"mean": 4})
    ("'lathe'", '45', 'true', 'nothing', 'a mapping with keys mean')
    """
    if isinstance(value, dict):
        keys = ", ".join(_short(str(key)) for key in list(value)[:4])
        return f"a mapping with keys {keys}" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    words = {None: "nothing", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return words[value]
    return _short(ascii(value) if isinstance(value, str) else str(value))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def hint(name: object, known: Iterable[str]) -> str:
    """Return ` Did you mean 'press'?` for a near miss, then the names that would do.

    Examples
    --------
    >>> hint("pres", ["press", "oven"])
    "  Did you mean 'press'?  Known: oven, press"
    """
    names = sorted(set(known))
    near = get_close_matches(str(name)[:_LONGEST_SHOWN], names, n=1)
    meant = f"  Did you mean {near[0]!r}?" if near else ""
    listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    return f"{meant}  Known: {listed or 'none'}"

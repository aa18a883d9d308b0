"""Read a cell file: text in, a checked cell out, or everything that is wrong with it."""

from pathlib import Path

from pydantic import ValidationError

from cells.check import check
from cells.errors import CellError, CellFileError, Fault
from cells.faults import faults, written
from cells.loose import loose
from cells.names import check_names
from cells.order_files import read_order_files
from cells.problems import Problem
from cells.rule_files import check_rules, read_rule_files
from cells.schema import Cell
from cells.yaml_reader import MOST_BYTES, Document, Refused, decode, read

_MOST_FAULTS = 100
_CATALOGUE = Path(__file__).parent / "catalogue"


def load_cell(path: str | Path, *, allow_rules: bool = False) -> Cell:
    """Return the cell in a file.

    Parameters
    ----------
    path : str or Path
        A UTF-8 file of at most 1 MiB, YAML 1.2.
    allow_rules : bool
        Whether the user's own rules that it names may be run when the cell is.

    Raises
    ------
    CellFileError
        If the file cannot be read or is wrong in any way; lists all its faults.
    """
    path = Path(path)
    name = str(path)
    try:
        if not path.is_file():
            what = "a folder" if path.is_dir() else "not a file" if path.exists() else "not there"
            raise CellFileError(name, [Fault(0, "", f"{what}; expected a cell file")])
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        return load_text(decode(raw), name, path.parent, allow_rules=allow_rules)
    except Refused as refused:
        raise CellFileError(name, [refused.fault]) from None
    except (OSError, ValueError) as error:
        if isinstance(error, CellError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise CellFileError(name, [Fault(0, "", f"cannot be read: {reason}")]) from None


def load_text(
    text: str, name: str = "<text>", folder: Path | None = None, *, allow_rules: bool = False
) -> Cell:
    """Return the cell that a text describes.

    Parameters
    ----------
    text : str
        YAML 1.2.
    name : str
        What messages call it.
    folder : Path, optional
        Where the files are that it names; without it, it cannot name any.
    allow_rules : bool
        Whether the user's own rules that it names may be run when the cell is.

    Raises
    ------
    CellFileError
        If it is wrong in any way; lists all its faults.
    """
    try:
        document = read(text)
    except Refused as refused:
        raise CellFileError(name, [refused.fault]) from None
    read_order_files(document.data, folder)
    unread = read_rule_files(document.data, folder)
    cell = _checked(document, name)
    _tell(document, name, check_rules(cell, unread, allowed=allow_rules))
    return cell


def _checked(document: Document, name: str) -> Cell:
    if not isinstance(document.data, dict):
        first = "a cell file begins with the lines `taktwin: 1` and `name: my_cell`"
        raise CellFileError(name, [Fault(document.line(()), "", first)])
    try:
        cell = Cell.model_validate(document.data)
    except ValidationError as error:
        found = faults(error, document)
        found += _names(document, {fault.path for fault in found})
        raise CellFileError(name, found[:_MOST_FAULTS]) from None
    _tell(document, name, check(cell))
    return cell


def _tell(document: Document, name: str, problems: list[Problem]) -> None:
    if problems:
        raise CellFileError(name, [_fault(document, one) for one in problems[:_MOST_FAULTS]])


def _fault(document: Document, problem: Problem) -> Fault:
    return Fault(document.line(problem.path), written(problem.path), problem.message)


def _names(document: Document, faulty: set[str]) -> list[Fault]:
    """Return what is wrong with the names of a file that has other faults."""
    if any("." not in path for path in faulty):
        return []  # with a section missing or misspelt, every name in it would seem unknown
    found = (_fault(document, one) for one in check_names(loose(document.data)))
    return [
        fault for fault in found if fault.path not in faulty and "named ''" not in fault.message
    ]


def locate(name: str | Path) -> Path:
    """Return the cell file a person means: a path as it is, or the name of a ready-made cell.

    Raises
    ------
    CellError
        If it is no name of a ready-made cell.
    """
    path = Path(name)
    # Anything that looks like a file is one; if it is not there, reading it says so.
    if path.suffix or len(path.parts) > 1 or path.exists():
        return path
    return find_cell(str(name))


def find_cell(name: str) -> Path:
    """Return the file of a ready-made cell, such as ``machine_tending``.

    Raises
    ------
    CellError
        If the catalogue has no cell of that name.
    """
    known = catalogue()
    if name not in known:
        raise CellError(f"no ready-made cell named {name!r}; there are {', '.join(known)}")
    return _CATALOGUE / f"{name}.yaml"


def catalogue() -> list[str]:
    """Return the names of all ready-made cells."""
    return sorted(path.stem for path in _CATALOGUE.glob("*.yaml"))

"""Files of users' own rules: read with the cell beside which they are, told what is wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cells.beside import lines_beside
from cells.errors import shown
from cells.own_rules import DISPATCH, ROUTING, OwnRule, faults_of
from cells.problems import Problem
from cells.schema import Cell
from cells.yaml_reader import Refused


def read_rule_files(data: Any, folder: Path | None) -> dict[str, str]:
    """Put the texts of the Python files that rules name into `rule_files` of a cell.

    Parameters
    ----------
    data
        The cell as plain values; changed in place.
    folder : Path or None
        Where the cell file is; None: the cell is no file.

    Returns
    -------
    dict
        Of files that cannot be read, why.
    """
    unread: dict[str, str] = {}
    named = dict.fromkeys(_files(data))
    texts = data.setdefault("rule_files", {}) if named else None
    if not isinstance(texts, dict):
        return unread
    for name in named:
        if name not in texts:
            try:
                texts[name] = _text(name, folder)
            except Refused as refused:
                unread[name] = refused.fault.text(name)
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                unread[name] = f"{shown(name)} cannot be read: {reason}"
    return unread


def _files(data: Any) -> Iterator[str]:
    """Yield the files that rules in a cell name; the cell may be wrong in any way."""
    rules = [_at(entry, "choose") for entry in _items(_at(data, "flow"))]
    for section in ("robots", "operators"):
        rules += [_at(group, "serves") for group in _items(_at(data, section))]
    for rule in rules:
        name = _at(rule, "rule")
        file = name.partition(":")[0] if isinstance(name, str) else ""
        if file.endswith(".py"):
            yield file


def _at(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _items(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _text(name: str, folder: Path | None) -> str:
    lines = lines_beside(name, folder, "give its text under `rule_files`")
    return "\n".join(lines) + "\n"


def mentions(cell: Cell) -> Iterator[tuple[tuple[str | int, ...], OwnRule, tuple[str, ...]]]:
    """Yield where rules are named, the rules, and what they are called with."""
    for k, entry in enumerate(cell.flow):
        if isinstance(entry.choose, OwnRule):
            yield ("flow", k, "choose"), entry.choose, ROUTING
    for section in ("robots", "operators"):
        for name, group in getattr(cell, section).items():
            if isinstance(group.serves, OwnRule):
                yield (section, name, "serves"), group.serves, DISPATCH


def check_rules(cell: Cell, unread: dict[str, str], *, allowed: bool) -> list[Problem]:
    """Return what is wrong with the rules of a cell; where they are not allowed, that alone.

    Parameters
    ----------
    cell : Cell
    unread : dict
        As `read_rule_files` returns it.
    allowed : bool
        Whether the user consents to running them.
    """
    if not allowed:
        return [
            Problem(
                path,
                f"the rule {own.rule} is Python code that would run with your rights; read it, and"
                " allow it with `--allow-rules`, or `twin.load(path, allow_rules=True)`",
            )
            for path, own, _ in [*mentions(cell)][:1]
        ]
    found = []
    for path, own, arguments in mentions(cell):
        text = cell.rule_files.get(own.file, "")
        faults = [unread[own.file]] if own.file in unread else faults_of(own, text, arguments)
        found += [Problem(path, fault) for fault in faults]
    used = {own.file for _, own, _ in mentions(cell)}
    for name in cell.rule_files:
        if name not in used:
            found.append(Problem(("rule_files", name), "no rule names this file; leave it out"))
    return found

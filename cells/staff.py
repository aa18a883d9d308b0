"""Checks of who does what: robots and operators, and what the cell asks of them."""

from collections.abc import Iterator

from cells.carriers import Operator, Robot, Sequence
from cells.expand import machines, numbered_flow
from cells.problems import Problem
from cells.schema import Cell


def check_staff(cell: Cell) -> list[Problem]:
    """Return what is wrong with the work of robots and operators; names are right."""
    found: list[Problem] = []
    for section in ("robots", "operators"):
        described: dict[str, Robot | Operator] = getattr(cell, section)
        for name, group in described.items():
            if isinstance(group.serves, Sequence):
                path = (section, name, "serves", "sequence")
                found += _sequence(cell, path, name, group.serves.sequence)
    return found


def _sequence(
    cell: Cell, path: tuple[str, ...], name: str, sequence: list[str]
) -> Iterator[Problem]:
    """Find nodes of a sequence from which nothing is picked, and nodes it leaves out."""
    picked = dict.fromkeys(entry.from_ for _, entry in numbered_flow(cell) if entry.by == name)
    for k, node in enumerate(sequence):
        station = cell.stations.get(node)
        if station is not None and station.count is not None:
            names = ", ".join(machines(node, station))
            message = f"{node!r} stands for several machines; name each of {names}"
            yield Problem((*path, k), message)
        elif node not in picked:
            message = f"{name!r} carries nothing from {node!r}; it would wait there for ever"
            yield Problem((*path, k), message)
    missing = [node for node in picked if node not in sequence]
    if missing:
        message = f"{name!r} carries parts from {', '.join(missing)} too; name each in the sequence"
        yield Problem(path, message)

"""Checks of a cell as a whole: what no single value shows."""

from cells.problems import Problem
from cells.schema import Cell


def check(cell: Cell) -> list[Problem]:
    """Return everything wrong with a cell as a whole; empty if it can be built."""
    return []

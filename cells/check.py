"""Checks of a cell as a whole: what no single value shows."""

from cells.currencies import check_currencies
from cells.entries import check_entries
from cells.grippers import check_grippers
from cells.limits import check_limits
from cells.names import check_names
from cells.problems import Problem
from cells.programs import check_programs
from cells.routes import check_routes
from cells.runs import check_runs
from cells.schema import Cell
from cells.staff import check_staff
from cells.zones import check_zones


def check(cell: Cell) -> list[Problem]:
    """Return everything wrong with a cell as a whole; empty if it can be built.

    The flow is followed only where its names and entries are right; else it would only repeat
    what is said of them.

    Parameters
    ----------
    cell : Cell
        Each value right by itself.
    """
    names = check_names(cell) + check_programs(cell) + check_grippers(cell)
    names += check_zones(cell)
    limits = check_limits(cell) + check_currencies(cell)
    if names:
        return names + limits
    limits += check_staff(cell) + check_runs(cell)
    entries = check_entries(cell)
    return limits + (entries or check_routes(cell))

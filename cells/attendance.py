"""Who has to be at a station: whom it says, and the robot whose program it runs."""

from cells.carriers import Need
from cells.schema import Cell, Station


def needs_of(station: Station) -> list[Need]:
    """Return what a station needs, one or a list."""
    return [station.needs] if isinstance(station.needs, Need) else station.needs


def runner(cell: Cell, station: Station) -> str | None:
    """Return the robot whose program a station's work is, None if it is none."""
    program = cell.programs.get(station.program or "")
    return None if program is None else program.robot


def with_runner(cell: Cell, station: Station) -> Station:
    """Return a station that needs the robot whose program it runs, as if that was written.

    What it says of that robot by itself stays.
    """
    robot, needs = runner(cell, station), needs_of(station)
    if robot is None or any(need.robot == robot for need in needs):
        return station
    return station.model_copy(update={"needs": [*needs, Need(robot=robot)]})

"""Where the rows of a collaborative table count."""

from cells.errors import hint
from cells.problems import Problem
from cells.schema import Cell


def check_zones(cell: Cell) -> list[Problem]:
    """Return the places of collaborative limits that are not there."""
    return [
        Problem(
            ("robots", name, "collaborative", k, "places", at),
            f"no place named {place!r}.{hint(place, cell.places)}",
        )
        for name, robot in cell.robots.items()
        for k, limit in enumerate(robot.collaborative)
        for at, place in enumerate(limit.places)
        if place not in cell.places
    ]

"""Stations whose work is a program of a robot: the robot has to be there for it."""

from collections.abc import Iterator

from cells.attendance import needs_of, runner
from cells.carriers import Sequence
from cells.problems import Problem
from cells.schema import Cell, Station


def has_more(cell: Cell, robot: str, station: str) -> bool:
    """Say whether a robot has to do anything beside running the program of a station."""
    others = (one for name, one in cell.stations.items() if name != station)
    return (
        any(entry.by == robot for entry in cell.flow)
        or any(
            runner(cell, one) == robot or any(need.robot == robot for need in needs_of(one))
            for one in others
        )
        or cell.stations[station].count is not None
    )


def comes_to(cell: Cell, program: str) -> str | None:
    """Return the place at whose approach point a program begins, as its robot comes there.

    None: it begins where it says, as the robot has nothing else to do.
    """
    written = cell.programs[program]
    at = written.pick_at or written.place_at
    if at is not None:
        return at
    for name, station in cell.stations.items():
        if station.program == program and has_more(cell, written.robot, name):
            return station.at or (station.places[0] if station.places else None)
    return None


def check_runs(cell: Cell) -> list[Problem]:
    """Return what is wrong with stations whose work is a program; names are right."""
    return [
        Problem(("stations", name, *where), message)
        for name, station in cell.stations.items()
        if (robot := runner(cell, station)) is not None
        for where, message in _run(cell, name, station, robot)
    ]


def _run(
    cell: Cell, name: str, station: Station, robot: str
) -> Iterator[tuple[tuple[str, ...], str]]:
    assert station.program is not None
    if isinstance(cell.robots[robot].serves, Sequence):
        message = f"{robot!r} serves in a fixed sequence and cannot be called to run a program"
        yield ("program",), f"{message}; give it another rule"
    if not has_more(cell, robot, name):
        return
    start = cell.programs[station.program].start
    if station.at is None and station.places is None:
        where = f"`at: {start}`" if start in cell.places else "`at`, a place, and start it there"
        yield (
            ("program",),
            (
                f"robot {robot!r} has more to do and has to come here for it; give the station"
                f" {where}"
            ),
        )
        return
    for at in station.places or [station.at or ""]:
        if at != start:
            yield (
                ("program",),
                (
                    f"robot {robot!r} has more to do and comes to {at!r}; let program"
                    f" {station.program!r} start there: `start: {at}` (it begins at the approach"
                    " point, and has to end there)"
                ),
            )

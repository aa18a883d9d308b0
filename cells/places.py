"""Where in a cell file a node of the expanded cell was written, and how many parts it holds."""

from collections.abc import Iterator
from math import floor

from cells.expand import machines
from cells.graph import Node
from cells.problems import Problem
from cells.schema import Buffer, Cell, Conveyor
from cells.then import SCRAP


def where(cell: Cell, node: str) -> tuple[str | int, ...]:
    """Return the path at which a node of the expanded cell was written."""
    for section in ("sources", "buffers", "conveyors", "stations", "sinks"):
        if node in getattr(cell, section):
            return (section, node)
    for name, station in cell.stations.items():
        for machine in machines(name, station):
            if node in (machine, f"{name}{SCRAP}"):
                return ("stations", name)
    return ("flow",)


def one_machine(cell: Cell, path: tuple[str | int, ...], name: str) -> Iterator[Problem]:
    """Yield what is wrong with a name where one machine has to be named."""
    station = cell.stations.get(name)
    if station is not None and station.count is not None:
        names = ", ".join(machines(name, station))
        yield Problem(path, f"{name!r} stands for several machines; name one of {names}")


def room_of(node: Node) -> int | None:
    """Return how many parts a buffer or conveyor holds, None if that is not limited."""
    if isinstance(node, Conveyor):
        return floor(node.length / node.pitch + 1e-9)
    return node.capacity if isinstance(node, Buffer) else None

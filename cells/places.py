"""Where in a cell file a node of the expanded cell was written."""

from cells.expand import machines
from cells.schema import Cell


def where(cell: Cell, node: str) -> tuple[str | int, ...]:
    """Return the path at which a node of the expanded cell was written."""
    for section in ("sources", "buffers", "conveyors", "stations", "sinks"):
        if node in getattr(cell, section):
            return (section, node)
    for name, station in cell.stations.items():
        for machine in machines(name, station):
            if node == machine:
                return ("stations", name)
    return ("flow",)

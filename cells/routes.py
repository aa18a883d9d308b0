"""Checks of the flow: every part finds a way, and every station is on one."""

from collections import defaultdict
from collections.abc import Iterator

from cells.expand import expand, numbered_flow
from cells.graph import Graph, Node, build_graph
from cells.limits import adds_up
from cells.problems import Problem
from cells.schema import Cell, Conveyor


def check_routes(cell: Cell) -> list[Problem]:
    """Return what is wrong with the flow of a cell whose names are right."""
    found = [*_entries(cell), *_repeated(cell)]
    if found:
        return found  # what follows would only repeat it
    graph = build_graph(cell)
    return [
        *_places(cell),
        *_no_way_on(graph),
        *_no_way_out(cell, graph),
        *_unreached(cell, graph),
        *_no_process_time(cell, graph),
        *_for_ever(cell, graph),
        *_inside(cell),
    ]

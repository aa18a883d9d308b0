"""Which nodes lead to which, as lists in arrays."""

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kernel.model import Line
from twin.kernel.states import Intake


def rows(indices: Any, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return lists indices[0], ..., indices[n - 1] as offsets and one array."""
    lists = [sorted(indices[k]) for k in range(n)]
    first = np.zeros(n + 1, np.int64)
    first[1:] = np.cumsum([len(members) for members in lists])
    flat = [member for members in lists for member in members]
    return first, np.array(flat, np.int64)


def feeders_of(line: Line) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each node the nodes with a route into it that needs no carrier."""
    found = defaultdict(set)
    for n, row in zip(*np.nonzero(line.route_of >= 0), strict=True):
        route = line.routes[line.route_of[n, row]]
        if route["carrier"] < 0:
            for option in line.options[route["first"] : route["first"] + route["count"]]:
                found[int(option["target"])].add(int(n))
    return rows(found, len(line.nodes))


def gathering_of(line: Line) -> dict[str, NDArray[np.int64]]:
    """Return which nodes lead to which stations that gather parts, in both directions."""
    gatherers, suppliers = defaultdict(set), defaultdict(set)
    for n, row in zip(*np.nonzero(line.route_of >= 0), strict=True):
        route = line.routes[line.route_of[n, row]]
        for option in line.options[route["first"] : route["first"] + route["count"]]:
            target = int(option["target"])
            if line.nodes["intake"][target] != Intake.SINGLE:
                gatherers[int(n)].add(target)
                suppliers[target].add(int(n))
    found = {}
    for name, lists in (("gatherer", gatherers), ("supplier", suppliers)):
        found[f"{name}_first"], found[f"{name}s"] = rows(lists, len(line.nodes))
    return found

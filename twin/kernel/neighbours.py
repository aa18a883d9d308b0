"""Which nodes lead to which, as lists in arrays."""

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kernel.arrays import SEVERAL, WAY
from twin.kernel.model import NONE, Line
from twin.kernel.states import Choose, Intake, NodeKind, OnFailure, Order


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


def sole_feeders(
    line: Line, feeder_first: NDArray[np.int64], all_feeders: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the only resource of the feeders of each node, NONE if it has none; or SEVERAL."""
    first, feeders = feeder_first.tolist(), all_feeders.tolist()
    kinds, capacities, resources = (
        line.nodes[field].tolist() for field in ("kind", "capacity", "resource")
    )
    sole = np.full(len(line.nodes), NONE, np.int64)
    for n in range(len(sole)):
        nodes = feeders[first[n] : first[n + 1]]
        if len(nodes) == 1 and (kinds[nodes[0]] != NodeKind.STATION or capacities[nodes[0]] == 1):
            sole[n] = resources[nodes[0]]
        elif nodes:
            sole[n] = SEVERAL
    return sole


def ways_of(line: Line) -> NDArray[np.void]:
    """Return where each product goes from each node, (N, P) WAY."""
    nodes, routes, row = line.nodes, line.routes, line.route_of
    ways = np.full(row.shape, NONE, WAY)
    ways["row"] = row
    if not routes.size:
        return ways
    target = line.options["target"][routes["first"]]
    several = (nodes["kind"] == NodeKind.STATION) & (nodes["capacity"] > 1)
    sole = _are_sole(line) & _take_all(nodes)[target]
    found = (row >= 0) & _are_open(nodes)[:, None] & sole[row]
    ways["target"] = np.where(found, target[row], NONE)
    ways["to"] = np.where(found & ~several[target[row]], nodes["resource"][target[row]], NONE)
    return ways


def _are_open(nodes: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return which nodes parts leave as soon as there is where to go."""
    closes = (nodes["kind"] == NodeKind.SOURCE) & (nodes["calendar"] >= 0)
    open_: NDArray[np.bool_] = ~closes & (nodes["before"] == 0)
    return open_


def _are_sole(line: Line) -> NDArray[np.bool_]:
    """Return which routes have one target to which parts move by themselves, uncounted."""
    routes = line.routes
    sole: NDArray[np.bool_] = (
        (routes["count"] == 1)
        & (routes["choose"] != Choose.RANDOM)
        & (routes["choose"] != Choose.CYCLIC)
        & (routes["carrier"] < 0)
        & (routes["carded"] == 0)
        & (line.options["limit"][routes["first"]] < 0)
    )
    return sole


def _take_all(nodes: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return which nodes take parts as they come, if they have a place or a server for them."""
    stations = (nodes["intake"] == Intake.SINGLE) & (nodes["preempt"] == 0)
    take: NDArray[np.bool_] = np.where(
        nodes["kind"] == NodeKind.STATION, stations, nodes["kind"] != NodeKind.CONVEYOR
    )
    return take


def plain(line: Line, passes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return at which nodes nothing but the plainest can happen to parts, and none is at first.

    `passes`: `passing` of the line.
    """
    nodes, spoils = line.nodes, line.modes["on_failure"] != OnFailure.RESUME
    before = np.concatenate([[0], np.cumsum(spoils)])
    first, count = np.maximum(nodes["mode_first"], 0), np.maximum(nodes["mode_count"], 0)
    alike = passes & ~_draw_way(line) & (before[first + count] == before[first])
    return alike & (nodes["kind"] != NodeKind.SOURCE) & (len(line.initial) == 0)


def simple_sources(line: Line) -> NDArray[np.bool_]:
    """Return which nodes are sources that need not remember anything but how much they made."""
    nodes = line.nodes
    listless = (nodes["list_count"] < 0) & (nodes["calendar"] < 0) & (nodes["patience"] < 0)
    sole = (nodes["mix_count"] <= 1) & ~_draw_way(line)
    simple: NDArray[np.bool_] = (nodes["kind"] == NodeKind.SOURCE) & listless & sole
    return simple


def _draw_way(line: Line) -> NDArray[np.bool_]:
    """Return which nodes draw where parts of some product go."""
    random = line.routes["choose"] == Choose.RANDOM
    drawn: NDArray[np.bool_] = (random[line.route_of] & (line.route_of >= 0)).any(axis=1)
    return drawn


def passing(line: Line, first: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return at which nodes parts come and go in the plainest way (see `twin.kernel.passing`).

    `first`: where the gatherers of each node begin (Model.gatherer_first).
    """
    nodes = line.nodes
    alone = (first[1:] == first[:-1]) & (len(line.carriers) == 0)
    buffers = (nodes["order"] == Order.FIFO) & (nodes["dwell"] == 0) & (nodes["patience"] < 0)
    stations = (nodes["capacity"] == 1) & (nodes["intake"] == Intake.SINGLE)
    for field in ("several", "yield_count", "preempt", "before", "staged", "call_count", "planned"):
        stations &= nodes[field] == 0
    for field in ("calendar", "standby_after", "idle_mode"):
        stations &= nodes[field] < 0
    sources = (nodes["saturated"] == 0) & (nodes["external"] == 0) & (nodes["batch"] == 1)
    for field in ("calendar", "patience", "list_count"):
        sources &= nodes[field] < 0
    kind = nodes["kind"]
    return alone & (
        ((kind == NodeKind.BUFFER) & buffers)
        | ((kind == NodeKind.STATION) & stations)
        | ((kind == NodeKind.SOURCE) & sources)
        | (kind == NodeKind.SINK)
    )

"""Which nodes lead to which, as lists in arrays."""

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kernel.arrays import SEVERAL, WAY
from twin.kernel.model import NONE, Line
from twin.kernel.states import Choose, Intake, NodeKind, Order


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


def sole_feeders(line: Line) -> NDArray[np.int64]:
    """Return the only resource of the feeders of each node, NONE if it has none; or SEVERAL."""
    first, feeders = feeders_of(line)
    sole = np.full(len(line.nodes), NONE, np.int64)
    for n in range(len(sole)):
        nodes = line.nodes[feeders[first[n] : first[n + 1]]]
        if len(nodes) == 1 and (nodes["kind"][0] != NodeKind.STATION or nodes["capacity"][0] == 1):
            sole[n] = nodes["resource"][0]
        elif len(nodes):
            sole[n] = SEVERAL
    return sole


def ways_of(line: Line) -> NDArray[np.void]:
    """Return where each product goes from each node, (N, P) WAY."""
    nodes = line.nodes
    ways = np.full(line.route_of.shape, NONE, WAY)
    ways["row"] = line.route_of
    for n, product in zip(*np.nonzero(line.route_of >= 0), strict=True):
        route = line.routes[line.route_of[n, product]]
        option = line.options[route["first"]]
        target = nodes[option["target"]]
        if _is_open(nodes[n]) and _is_sole(route, option) and _takes_all(target):
            several = target["kind"] == NodeKind.STATION and target["capacity"] > 1
            ways["target"][n, product] = option["target"]
            ways["to"][n, product] = NONE if several else target["resource"]
    return ways


def _is_open(node: np.void) -> bool:
    """Return whether parts leave a node as soon as there is where to go."""
    closes = node["kind"] == NodeKind.SOURCE and node["calendar"] >= 0
    return not closes and bool(node["before"] == 0)


def _is_sole(route: np.void, option: np.void) -> bool:
    """Return whether a route has one target to which parts move by themselves, uncounted."""
    return bool(
        route["count"] == 1
        and route["choose"] not in (Choose.RANDOM, Choose.CYCLIC)
        and route["carrier"] < 0
        and route["carded"] == 0
        and option["limit"] < 0
    )


def _takes_all(target: np.void) -> bool:
    """Return whether a node takes parts as they come, if it has a place or a server for them."""
    if target["kind"] == NodeKind.STATION:
        return bool(target["intake"] == Intake.SINGLE and target["preempt"] == 0)
    return bool(target["kind"] != NodeKind.CONVEYOR)


def passing(line: Line) -> NDArray[np.bool_]:
    """Return at which nodes parts come and go in the plainest way (see `twin.kernel.passing`)."""
    nodes = line.nodes
    first = gathering_of(line)["gatherer_first"]
    alone = (first[1:] == first[:-1]) & (len(line.carriers) == 0)
    buffers = (nodes["order"] == Order.FIFO) & (nodes["dwell"] == 0) & (nodes["patience"] < 0)
    stations = (nodes["capacity"] == 1) & (nodes["intake"] == Intake.SINGLE)
    for field in ("several", "yield_count", "preempt", "before", "staged", "call_count", "planned"):
        stations &= nodes[field] == 0
    for field in ("calendar", "standby_after", "idle_mode"):
        stations &= nodes[field] < 0
    sources = (nodes["saturated"] == 0) & (nodes["external"] == 0) & (nodes["calendar"] < 0)
    kind = nodes["kind"]
    return alone & (
        ((kind == NodeKind.BUFFER) & buffers)
        | ((kind == NodeKind.STATION) & stations)
        | ((kind == NodeKind.SOURCE) & sources & (nodes["patience"] < 0))
        | (kind == NodeKind.SINK)
    )

"""Records of nodes and resources as they are before a line begins."""

import numpy as np
from numpy.typing import NDArray

from twin.kernel.arrays import VOID, Model
from twin.kernel.model import NONE, Line
from twin.kernel.neighbours import simple_sources
from twin.kernel.state_records import (
    GROUP_STATE,
    NODE_EXTRA,
    NODE_STATE,
    RESOURCE_EXTRA,
    RESOURCE_STATE,
)
from twin.kernel.states import NodeKind

_ENDLESS = np.iinfo(np.int32).max  # places of a buffer that is never full


def node_states(line: Line) -> NDArray[np.void]:
    """Return what changes at each node, (N,) NODE_STATE."""
    nodes = np.zeros(len(line.nodes), NODE_STATE)
    nodes["head"] = nodes["tail"] = nodes["ahead_of"] = NONE
    nodes["clear"] = nodes["on"] = 1
    calendar, capacity = line.nodes["calendar"], line.nodes["capacity"]
    kept = calendar >= 0
    nodes["on"][kept] = line.calendars["starts_on"][calendar[kept]]
    stations = line.nodes["kind"] == NodeKind.STATION
    nodes["free"] = np.where(stations, capacity * nodes["on"], 1)
    full = (line.nodes["kind"] == NodeKind.BUFFER) & (capacity >= 0)
    nodes["most"] = np.where(full, np.minimum(capacity, _ENDLESS), _ENDLESS)
    return nodes


def extras_of(line: Line, alike: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of each resource and of each node among the extras; row 0 is of the plain.

    `alike`: `neighbours.plain` of the line.
    """
    bare = alike | simple_sources(line)
    nodes = np.where(bare, 0, np.cumsum(~bare))
    node = line.resource_node
    source = (line.nodes["kind"] == NodeKind.SOURCE)[node] & (len(line.carriers) == 0)
    few = (node >= 0) & (alike[node] | source)
    return np.where(few, 0, np.cumsum(~few)), nodes


def node_extras(count: int) -> NDArray[np.void]:
    """Return what only some nodes need, so many NODE_EXTRA."""
    extras = np.zeros(count, NODE_EXTRA)
    extras["paused"] = extras["stands_since"] = NONE
    extras["last_leave"] = -(2**62)
    return extras


def resource_states(line: Line) -> NDArray[np.void]:
    """Return what changes at each resource, (R,) RESOURCE_STATE."""
    states = np.zeros(len(line.resources), RESOURCE_STATE)
    states["state"] = VOID
    for field in (
        *("ended", "part", "reserved", "down", "lacking"),
        *("row", "target", "to", "choice"),
    ):
        states[field] = NONE
    return states


def resource_extras(line: Line, model: Model) -> NDArray[np.void]:
    """Return what only some resources need, RESOURCE_EXTRA."""
    row = model.res["extra"]
    extras = np.zeros(int(row.max()) + 1, RESOURCE_EXTRA)
    for field in (
        *("wake", "setup", "load", "unload", "called", "lure", "called_at", "kept"),
        *("unit", "before", "after", "at", "task", "goal", "swap"),
    ):
        extras[field] = NONE
    tooled_for = line.nodes["tooled_for"][line.resource_node]
    extras["tooling"][row] = np.where(tooled_for >= 0, tooled_for, len(line.products))
    units = line.resource_carrier >= 0
    extras["at"][row[units]] = line.carriers["home"][line.resource_carrier[units]]
    return extras


def group_states(line: Line) -> NDArray[np.void]:
    """Return what changes of each carrier group, (G,) GROUP_STATE."""
    groups = np.zeros(len(line.carriers), GROUP_STATE)
    groups["first"] = NONE
    for group, carrier in zip(groups, line.carriers, strict=True):
        calendar = carrier["calendar"]
        on = calendar < 0 or line.calendars["starts_on"][calendar] == 1
        group["idle"] = carrier["units"] if on else 0
    return groups

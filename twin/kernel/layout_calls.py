"""Calls of servers for units, laid out from a line."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from twin.kernel.model import NONE, Line
from twin.kernel.rows import rows
from twin.kernel.state_records import CALL_STATE


def first_calls(line: Line) -> NDArray[np.int64]:
    """Return the first call of each resource, 0 for those that call nobody."""
    node = line.nodes[line.resource_node]
    server = np.arange(len(line.resources)) - node["resource"]
    calls = (line.resource_node >= 0) & (node["call_count"] > 0)
    return np.where(calls, node["call_first"] + server * node["call_count"], 0)


def duties(line: Line) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the calls that each carrier group may answer, as offsets and one array."""
    found = defaultdict(set)
    for k, call in enumerate(line.calls):
        for group in line.answers[call["first"] : call["first"] + call["count"]]:
            found[int(group)].add(k)
    return rows(found, len(line.carriers))


def call_states(line: Line) -> NDArray[np.void]:
    """Return calls of which none is open."""
    calls = np.zeros(len(line.calls), CALL_STATE)
    calls["since"] = calls["unit"] = NONE
    return calls

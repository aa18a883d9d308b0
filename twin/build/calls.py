"""Whom servers call: to repair or maintain them, or to be there during some of their stages."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cells.attendance import needs_of
from cells.carriers import Need
from cells.schema import Cell, Station
from twin.build.nodes import Nodes
from twin.kernel.model import CALL, NONE
from twin.kernel.states import Stage

_STAGES = {"setup": Stage.SETUP, "load": Stage.LOAD, "process": Stage.PROCESS}
_STAGES |= {"unload": Stage.UNLOAD}


@dataclass
class Calls:
    """Calls of all servers while they are collected."""

    rows_: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def rows(self) -> NDArray[np.void]:
        """Return the calls, dtype CALL."""
        return np.array(self.rows_, dtype=CALL)

    def groups(self) -> NDArray[np.int64]:
        """Return the groups that answer them, never empty."""
        return np.array(self.answers or [0], np.int64)


def collect_calls(cell: Cell, nodes: Nodes, groups: list[str], nowhere: int) -> Calls:
    """Return the calls of an expanded cell; fill them in at nodes and failure modes, in place."""
    calls = Calls()
    for name, station in cell.stations.items():
        row = nodes.rows[nodes.index(name)]
        wanted = _repairs(cell, station, nodes, row, groups)
        row["need_first"] = len(wanted)
        for need in needs_of(station):
            wanted += [(_during(need), _who(cell, need.who, groups))] * need.count
        row["call_count"] = len(wanted)
        if not wanted:
            continue
        row["call_first"] = len(calls.rows_)
        if row["place_at"] == NONE:
            row["place_at"] = nowhere
        for server in range(station.servers):
            for which, (during, answer) in enumerate(wanted):
                first = len(calls.answers)
                calls.answers += answer
                resource = int(row["resource"]) + server
                calls.rows_.append((resource, which, during, first, len(answer)))
    return calls


def _repairs(
    cell: Cell, station: Station, nodes: Nodes, row: np.void, groups: list[str]
) -> list[tuple[int, list[int]]]:
    """Return the calls for repairs and maintenance, and number them at their modes."""
    wanted: list[tuple[int, list[int]]] = []
    crews = [mode.crew for mode in station.failures.values()]
    crews += [plan.crew for plan in station.maintenance.values()]
    for k, crew in enumerate(crews):
        if crew is not None:
            nodes.mode_call[int(row["mode_first"]) + k] = len(wanted)
            wanted.append((0, _who(cell, crew, groups)))
    return wanted


def _who(cell: Cell, name: str, groups: list[str]) -> list[int]:
    """Return the group of a name, or all groups of operators with the skill of that name."""
    if name in groups:
        return [groups.index(name)]
    return [groups.index(key) for key, value in cell.operators.items() if name in value.skills]


def _during(need: Need) -> int:
    stages = [need.during] if isinstance(need.during, str) else need.during
    if "all" in stages:
        return sum(1 << stage for stage in Stage)
    return sum({1 << _STAGES[stage] for stage in stages})

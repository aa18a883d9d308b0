"""A stretch of a log as lanes of bars, for a Gantt chart."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from twin.kernel.log import Log
from twin.kernel.model import NONE, NS_PER_S, Line
from twin.kernel.states import PART_STATES, CarrierKind, Ending, NodeKind, State
from twin.results.model import Bar, Lane, Timeline

_STATIONS_AND_UNITS = ("station", "robot", "operator")


def timeline(
    line: Line,
    log: Log,
    *,
    start: int = 0,
    end: int | None = None,
    kinds: Sequence[str] = _STATIONS_AND_UNITS,
    most: int = 5000,
) -> Timeline:
    """Return the activities of a log between two instants, a lane a server or unit.

    Parameters
    ----------
    line : Line
    log : Log
    start, end : int
        ns; default: the whole log.
    kinds : sequence of str
        Which lanes: `station`, `robot`, `operator`, `buffer`, `conveyor`.
    most : int
        Most bars; with more, the timeline ends earlier.
    """
    end = log.end if end is None else min(end, log.end)
    wanted = [k for k in range(len(line.resources)) if kind_of(line, k) in kinds]
    rows = log.activities
    rows = rows[np.isin(rows["resource"], wanted) & ~np.isin(rows["state"], PART_STATES)]
    rows = rows[(rows["t1"] > start) & (rows["t0"] < end) & (rows["t1"] > rows["t0"])]
    rows = rows[np.argsort(rows["t0"], kind="stable")]
    if len(rows) > most:
        end = int(rows["t0"][most])
        rows = rows[rows["t0"] < end]
    lanes = tuple(_lane(line, log, k, rows[rows["resource"] == k], (start, end)) for k in wanted)
    return Timeline(start=start / NS_PER_S, end=end / NS_PER_S, lanes=lanes)


def kind_of(line: Line, resource: int) -> str:
    """Return what a resource is: `station`, `buffer`, `source`, ..., `robot` or `operator`.

    Parameters
    ----------
    line : Line
    resource : int
    """
    group = int(line.resource_carrier[resource])
    if group != NONE:
        return CarrierKind(int(line.carriers[group]["kind"])).name.lower()
    node = int(line.resource_node[resource])
    return NodeKind(int(line.nodes[node]["kind"])).name.lower()


def _lane(
    line: Line, log: Log, resource: int, rows: NDArray[np.void], span: tuple[int, int]
) -> Lane:
    bars = tuple(_bar(log, row, span) for row in rows)
    return Lane(resource=line.resources[resource], kind=kind_of(line, resource), bars=bars)


def _bar(log: Log, row: np.void, span: tuple[int, int]) -> Bar:
    t0, t1 = max(int(row["t0"]), span[0]), min(int(row["t1"]), span[1])
    part, product, cause = int(row["part"]), int(row["product"]), int(row["cause"])
    return Bar(
        t0=t0 / NS_PER_S,
        t1=t1 / NS_PER_S,
        state=State(int(row["state"])).name.lower(),
        part=None if part == NONE else part,
        product=log.products[product] if product >= 0 else None,
        cause=log.resources[cause] if cause >= 0 else Ending(cause).name.lower(),
    )

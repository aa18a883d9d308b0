"""How stations, robots and operators spent their time, as two bottleneck methods see it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernel.model import NONE, Line
from twin.kernel.states import NodeKind, State
from twin.results.carriers import CALLS, STEPS
from twin.results.estimates import Floats
from twin.results.observed import Observed, on_shift

_ACTIVE = (
    State.WORKING,
    State.SETTING_UP,
    State.LOADING,
    State.UNLOADING,
    State.FAILED,
    State.UNDER_REPAIR,
    State.MAINTENANCE,
)
_BUSY = (*STEPS, *CALLS)  # of a robot or operator
_INACTIVE = (
    State.STARVED,
    State.BLOCKED,
    State.WAITING_OPERATOR,
    State.WAITING_ROBOT,
    State.ASLEEP,
)


class Usage(NamedTuple):
    """How one station or carrier group spent its time on shift, by replication."""

    name: str
    node: int  # NONE for carriers
    active: Floats  # share of time on shift
    period: Floats  # s, mean active period
    blocked: Floats  # share
    starved: Floats  # share
    waiting: Floats  # share, for a robot or operator


def usages(seen: Observed) -> list[Usage]:
    """Return how each station and carrier group spent its time.

    A tally does not tell how inactive records follow each other: an active period is taken to end
    at every inactive record, though never more often than once an operation or delivery.

    Parameters
    ----------
    seen : Observed
    """
    line, found = seen.line, []
    for node in seen.nodes(NodeKind.STATION):
        of = seen.resources(node=node)
        time, count = seen.time(of), seen.count(of)
        operations = count[:, State.WORKING] + count[:, State.SCRAPPED]
        pauses = count[:, _INACTIVE].sum(axis=1)
        found.append(_usage(line.node_names[node], node, time, _ACTIVE, (operations, pauses)))
    for group, name in enumerate(line.carrier_names):
        of = seen.resources(carrier=group)
        time, count = seen.time(of), seen.count(of)
        ends = (count[:, _BUSY].max(axis=1), count[:, State.IDLE])
        found.append(_usage(name, NONE, time, _BUSY, ends))
    return found


def _usage(
    name: str, node: int, time: Floats, active: Sequence[State], ends: tuple[Floats, Floats]
) -> Usage:
    busy = np.maximum(on_shift(time), 1e-9)
    total = time[:, list(active)].sum(axis=1)
    return Usage(
        name=name,
        node=node,
        active=total / busy,
        period=total / np.maximum(np.minimum(*ends), 1.0),
        blocked=time[:, State.BLOCKED] / busy,
        starved=(time[:, State.STARVED] + time[:, State.ASLEEP]) / busy,
        waiting=(time[:, State.WAITING_ROBOT] + time[:, State.WAITING_OPERATOR]) / busy,
    )


def longest_active(found: list[Usage], n: int) -> NDArray[np.int64]:
    """Return the index of the longest mean active period by replication, NONE without any.

    Parameters
    ----------
    found : list of Usage
    n : int
        Replications.
    """
    if not found:
        return np.full(n, NONE, dtype=np.int64)
    return np.asarray(np.argmax([usage.period for usage in found], axis=0), dtype=np.int64)


def turning_points(found: list[Usage], line: Line, n: int) -> NDArray[np.int64]:
    """Return the index of the turning point by replication, NONE where there is none.

    Stations equally far from the sinks are one stage; of the stage, the busiest is named.

    Parameters
    ----------
    found : list of Usage
    line : Line
    n : int
        Replications.
    """
    stages: dict[int, list[int]] = {}
    for k, usage in enumerate(found):
        if usage.node != NONE:
            stages.setdefault(int(line.nodes[usage.node]["rank"]), []).append(k)
    ordered = [stages[rank] for rank in sorted(stages, reverse=True)]  # upstream first
    if not ordered:
        return np.full(n, NONE, dtype=np.int64)
    blocked, starved = (
        np.array([np.mean([getattr(found[k], key) for k in stage], axis=0) for stage in ordered])
        for key in ("blocked", "starved")
    )
    places = (_turning(blocked[:, r], starved[:, r]) for r in range(n))
    return np.array([_busiest(found, ordered, j, r) for r, j in enumerate(places)], dtype=np.int64)


def _turning(blocked: Floats, starved: Floats) -> int:
    """Return the stage at which blocking turns into starving, NONE without one."""
    lean, lost = blocked - starved, blocked + starved
    inside = np.concatenate([[np.inf], lean, [-np.inf]])  # beyond the ends anything goes
    around = np.concatenate([[np.inf], lost, [np.inf]])
    turns = (inside[:-2] > 0) & (inside[2:] < 0) & (lost < around[:-2]) & (lost < around[2:])
    found = np.flatnonzero(turns)
    return int(found[np.argmin(lost[found])]) if found.size else NONE


def _busiest(found: list[Usage], stages: list[list[int]], j: int, r: int) -> int:
    if j == NONE:
        return NONE
    return min(stages[j], key=lambda k: found[k].blocked[r] + found[k].starved[r])

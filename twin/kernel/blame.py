"""Why a line stands still: who waits for whom."""

from collections.abc import Container

import numpy as np

from twin.kernel.arrays import Model, State
from twin.kernel.model import Line
from twin.kernel.states import NodeKind
from twin.kernel.stops import Stop


def livelock(line: Line, state: State) -> Stop:
    """Return the stop of a run that does not get beyond an instant."""
    now = int(state.glob["now"][0])
    members = np.flatnonzero(state.res["ended"] == now)
    names = tuple(line.resources[r] for r in members)
    return Stop(
        kind="livelock",
        at=now,
        members=names,
        blocked_since=(),
        waits=tuple(f"{name} works again and again in no time" for name in names),
    )


def deadlock(line: Line, model: Model, state: State) -> Stop:
    """Return the stop of a run in which nothing can happen any more.

    The members are those on a cycle of who waits for whom; where there is none, all that wait.
    """
    targets = {
        int(r): _targets(line, state.res[r])
        for r in np.flatnonzero(state.res["offered"] == 1)
        if model.res["kind"][r] != NodeKind.SOURCE
    }
    waits = {
        r: [holder for n in nodes for holder in _holders(line, targets, n)]
        for r, nodes in targets.items()
    }
    members = _on_cycles(waits)
    return Stop(
        kind="deadlock",
        at=int(state.glob["now"][0]),
        members=tuple(line.resources[r] for r in members),
        blocked_since=tuple(int(state.res["offered_since"][r]) for r in members),
        waits=tuple(_sentence(line, r, targets[r]) for r in members),
    )


def _sentence(line: Line, r: int, targets: list[int]) -> str:
    if not targets:
        return f"{line.resources[r]} has no way out for its part"
    return f"{line.resources[r]} waits for {' or '.join(line.node_names[n] for n in targets)}"


def _targets(line: Line, x: np.void) -> list[int]:
    """Return the nodes an offer may go to."""
    if x["row"] < 0:
        return []
    route = line.routes[x["row"]]
    first, count = int(route["first"]), int(route["count"])
    options = [int(x["choice"])] if x["choice"] >= 0 else range(first, first + count)
    return [int(line.options["target"][k]) for k in options]


def _holders(line: Line, waiting: Container[int], n: int) -> list[int]:
    """Return the resources of node n whose parts wait."""
    r = int(line.nodes["resource"][n])
    servers = int(line.nodes["capacity"][n]) if line.nodes["kind"][n] == NodeKind.STATION else 1
    return [holder for holder in range(r, r + servers) if holder in waiting]


def _on_cycles(waits: dict[int, list[int]]) -> list[int]:
    """Return those who wait, directly or through others, for themselves; all if there is none."""
    return sorted(r for r in waits if r in _reached(waits, r)) or sorted(waits)


def _reached(waits: dict[int, list[int]], start: int) -> set[int]:
    """Return those for whom one waits, directly or through others."""
    found: set[int] = set()
    ahead = list(waits[start])
    while ahead:
        r = ahead.pop()
        if r not in found:
            found.add(r)
            ahead.extend(waits[r])
    return found

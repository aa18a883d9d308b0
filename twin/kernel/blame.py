"""Why a line stands still: who waits for whom."""

import numpy as np

from twin.kernel.arrays import FINISHED, Model, State
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
        blocked_since=(now,) * len(names),
        waits=tuple(f"{name} works again and again in no time" for name in names),
    )


def deadlock(line: Line, model: Model, state: State) -> Stop:
    """Return the stop of a run in which nothing can happen any more.

    The members are the first cycle met when who waits is followed to whom it waits for, starting
    from the most downstream; without a cycle they are all that wait.
    """
    waits = _waits(line, model, state)
    members = _cycle(waits, sorted(waits, key=lambda r: int(model.res["order"][r])))
    name = line.resources
    return Stop(
        kind="deadlock",
        at=int(state.glob["now"][0]),
        members=tuple(name[r] for r in members),
        blocked_since=tuple(int(state.res["offered_since"][r]) for r in members),
        waits=tuple(
            f"{name[r]} waits for {' or '.join(dict.fromkeys(name[to] for to in waits[r]))}"
            for r in members
        ),
    )


def _waits(line: Line, model: Model, state: State) -> dict[int, list[int]]:
    """Return for each resource that offers a part inside the line the resources it waits for."""
    found = {}
    for r in np.flatnonzero(state.res["offered"] == 1):
        if model.res["kind"][r] == NodeKind.SOURCE:
            continue
        targets = _targets(line, state.res[r])
        found[int(r)] = [to for n in targets for to in _holders(line, model, state, n)]
    return found


def _targets(line: Line, x: np.void) -> list[int]:
    """Return the nodes an offer may go to."""
    if x["row"] < 0:
        return []
    route = line.routes[x["row"]]
    first, count = int(route["first"]), int(route["count"])
    options = [int(x["choice"])] if x["choice"] >= 0 else range(first, first + count)
    return [int(line.options["target"][k]) for k in options]


def _holders(line: Line, model: Model, state: State, n: int) -> list[int]:
    """Return the resources of node n that hold the parts in the way."""
    r = int(line.nodes["resource"][n])
    if line.nodes["kind"][n] != NodeKind.STATION:
        return [r]
    servers = range(r, r + int(line.nodes["capacity"][n]))
    full = [server for server in servers if state.res["phase"][server] == FINISHED]
    return full or list(servers)


def _cycle(waits: dict[int, list[int]], starts: list[int]) -> list[int]:
    """Return the first cycle met from the starts in order; all that wait if there is none."""
    for start in starts:
        path = [start]
        while waits.get(path[-1]):
            to = waits[path[-1]][0]
            if to in path:
                return sorted(path[path.index(to) :])
            path.append(to)
    return sorted(waits)

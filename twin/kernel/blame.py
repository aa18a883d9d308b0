"""Why a line stands still: who waits for whom."""

from collections.abc import Container

import numpy as np

from twin.kernel import stops
from twin.kernel.arrays import EMPTY, Model, State
from twin.kernel.model import Line
from twin.kernel.shortage import Awaited, short_of, targets_of
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


def overload(line: Line, state: State) -> Stop:
    """Return the stop of a run with more parts than it may have."""
    nodes, kinds = state.nodes, line.nodes["kind"]
    held = np.where(kinds == NodeKind.SOURCE, nodes["parts"], nodes["held"])
    n = int(np.argmax(held))
    now = int(state.glob["now"][0])
    return stops.overload(now, line.most_parts, (line.node_names[n], int(held[n])))


def deadlock(line: Line, model: Model, state: State) -> Stop:
    """Return the stop of a run in which nothing can happen any more.

    The members are those on a cycle of who waits for whom; where there is none, all that wait.
    """
    short = short_of(line, model, state)
    offered = {
        int(r): _awaited(line, state, int(r))
        for r in np.flatnonzero(state.res["offered"] == 1)
        if model.res["kind"][r] != NodeKind.SOURCE
    }
    awaited = short | _called(line, model, state) | offered
    waits = {
        r: [holder for _, nodes in found for n in nodes for holder in _holders(line, awaited, n)]
        for r, found in awaited.items()
    }
    members = _on_cycles(waits)
    return Stop(
        kind="deadlock",
        at=int(state.glob["now"][0]),
        members=tuple(line.resources[r] for r in members),
        blocked_since=tuple(_since(model, state, r) for r in members),
        waits=tuple(
            _sentence(line.resources[r], awaited[r], " and " if r in short else " or ")
            for r in members
        ),
    )


def _called(line: Line, model: Model, state: State) -> dict[int, list[Awaited]]:
    """Return what servers wait for that call for somebody: groups, and where their units are."""
    found: dict[int, list[Awaited]] = {}
    for c in np.flatnonzero(state.calls["since"] >= 0):
        call = line.calls[c]
        for group in line.answers[call["first"] : call["first"] + call["count"]].tolist():
            units = model.res["extra"][line.resource_carrier == group]
            busy = state.extra["task"][units]
            nodes = tuple(sorted(set(line.resource_node[busy[busy >= 0]].tolist())))
            found.setdefault(int(call["server"]), []).append((line.carrier_names[group], nodes))
    return {r: list(dict.fromkeys(awaited)) for r, awaited in found.items()}


def _since(model: Model, state: State, r: int) -> int:
    """Return since when a resource waits with its part, or for somebody or something to come."""
    if state.res["offered"][r] == 1:
        return int(state.res["offered_since"][r])
    since = state.calls["since"][model.calls["server"] == r]
    called = since[since >= 0]
    return int(called[0] if called.size else state.res["since"][r])


def _sentence(name: str, awaited: list[Awaited], joined: str) -> str:
    if not awaited:
        return f"{name} has no way out for its part"
    return f"{name} waits for {joined.join(one for one, _ in awaited)}"


def _awaited(line: Line, state: State, r: int) -> list[Awaited]:
    """Return what an offer waits for: a node, or a card that parts at some nodes hold."""
    origin = int(line.resource_node[r])
    return list(dict.fromkeys(_for(line, state, origin, n) for n in targets_of(line, state, r)))


def _for(line: Line, state: State, origin: int, n: int) -> Awaited:
    """Return what a part at one node waits for that wants to go to node n."""
    if not _would_accept(line, state, n):
        return line.node_names[n], (n,)
    for k, loop in enumerate(line.loops):
        nodes = tuple(line.loop_nodes[loop["first"] : loop["first"] + loop["count"]].tolist())
        lacking = state.loops["used"][k] >= loop["cards"]
        if lacking and n in nodes and origin not in nodes:
            return f"a card of {line.loop_names[k]}", nodes
    return line.node_names[n], (n,)


def _would_accept(line: Line, state: State, n: int) -> bool:
    """Return whether a node has room; in a line that stands still no place is merely reserved."""
    node, held = line.nodes[n], int(state.nodes["held"][n])
    if node["kind"] == NodeKind.STATION:
        servers = state.res[node["resource"] : node["resource"] + node["capacity"]]
        vacant = (servers["phase"] == EMPTY) & (servers["reserved"] < 0) & (servers["down"] < 0)
        return bool(vacant.any())
    if node["kind"] == NodeKind.CONVEYOR and not state.nodes["clear"][n]:
        return False
    return node["kind"] == NodeKind.SINK or node["capacity"] < 0 or held < node["capacity"]


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

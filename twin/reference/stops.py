"""When a line can never go on."""

from dataclasses import dataclass

from twin.kernel.states import Ending, State
from twin.kernel.stops import Stop
from twin.reference.floor import Floor
from twin.reference.parts import Offer
from twin.reference.plant import Node
from twin.reference.shortage import shortages
from twin.reference.source import Source


@dataclass(frozen=True, slots=True, eq=False)
class Wait:
    """Somebody who waits."""

    resource: int
    node: int
    since: int
    awaited: dict[str, frozenset[int]]  # for what, with the nodes where that is held
    joined: str = " or "  # whether for any of it or for all


def deadlock(floor: Floor, nodes: list[Node]) -> Stop | None:
    """Return why nothing can ever happen again; None while something can.

    Parameters
    ----------
    floor : Floor
        A line that has settled.
    nodes : list of Node
        All nodes: a source off shift may have a part to offer later.
    """
    if floor.env.moving or not floor.inside:
        return None
    if not all(server.is_stuck() for server in floor.unstarted) or _may_be_answered(floor):
        return None
    sources = [node.offered for node in nodes if isinstance(node, Source)]
    outside = [offer for offer in sources if offer is not None]
    offers = floor.offers.all()
    if any(_could_go(offer) for offer in outside + offers):
        return None
    waits = _waits(floor, nodes, offers)
    members = [wait for wait in waits if wait in _waited_for(waits, wait)] or waits
    names = floor.line.resources
    return Stop(
        kind="deadlock",
        at=floor.env.now,
        members=tuple(names[wait.resource] for wait in members),
        blocked_since=tuple(wait.since for wait in members),
        waits=tuple(
            f"{names[wait.resource]} waits for {wait.joined.join(wait.awaited)}" for wait in members
        ),
    )


def _may_be_answered(floor: Floor) -> bool:
    """Return whether anybody without a task could answer a call, now or next shift."""
    groups = {group for call in floor.calls for group in call.groups}
    return any(not unit.busy for group in groups for unit in floor.groups[group].units)


def _could_go(offer: Offer) -> bool:
    """Return whether an offer could move if everything and everybody were on shift."""
    group = offer.route.group
    may_be_fetched = group is None or group.may_fetch(offer)
    return may_be_fetched and any(offer.could_go(target) for target in offer.targets)


def _waits(floor: Floor, nodes: list[Node], offers: list[Offer]) -> list[Wait]:
    """Return who waits: for parts to begin with, for somebody, and with parts on offer."""
    found = {
        server.resource: Wait(
            server.resource, server.station.node, server.track.since, awaited, " and "
        )
        for server, awaited in shortages(floor, nodes)
    }
    found |= _callers(floor)
    at = floor.line.resource_node.tolist()
    for offer in offers:
        if not isinstance(offer.holder, Source):
            resource = offer.holder.resource
            found[resource] = Wait(resource, at[resource], offer.since, _awaited(offer))
    return sorted(found.values(), key=lambda wait: wait.resource)


def _callers(floor: Floor) -> dict[int, Wait]:
    """Return the servers that call for somebody."""
    nodes = floor.line.resource_node.tolist()
    found: dict[int, Wait] = {}
    for call in sorted(floor.calls, key=lambda call: call.index):
        assert call.since is not None
        resource = call.caller.resource
        wait = found.setdefault(resource, Wait(resource, nodes[resource], call.since, {}))
        for group in (floor.groups[index] for index in call.groups):
            busy = [unit.visits for unit in group.units if unit.visits is not None]
            wait.awaited[group.name] = frozenset(nodes[server] for server in busy)
    return found


def _waited_for(waits: list[Wait], first: Wait) -> list[Wait]:
    """Return those who are waited for, directly or over others."""
    found: list[Wait] = []
    unseen = [first]
    while unseen:
        nodes = {node for nodes in unseen.pop().awaited.values() for node in nodes}
        more = [wait for wait in waits if wait not in found and wait.node in nodes]
        found += more
        unseen += more
    return found


def livelock(floor: Floor) -> Stop:
    """Return the stop of an instant that does not end."""
    now, done = floor.env.now, set()
    for _, t1, resource, state, _, _, cause in reversed(floor.recorder.closed):
        if t1 < now:
            break
        if state == State.WORKING and cause == Ending.DONE:
            done.add(resource)
    members = tuple(floor.line.resources[resource] for resource in sorted(done))
    waits = tuple(f"{name} works again and again in no time" for name in members)
    return Stop(kind="livelock", at=now, members=members, blocked_since=(), waits=waits)


def _awaited(offer: Offer) -> dict[str, frozenset[int]]:
    """Return what an offered part waits for, with the nodes where that is held."""
    found: dict[str, frozenset[int]] = {}
    for target in offer.targets:
        name, nodes = target.name, frozenset({target.node})
        if target.has_room():
            lacking = [one for one in target.loops if not offer.part.may_enter((one,))]
            if lacking:
                name, nodes = f"a card of {lacking[0].name}", lacking[0].nodes
        found[name] = nodes
    return found

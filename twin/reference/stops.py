"""When a line can never go on."""

from twin.kernel.states import Ending, State
from twin.kernel.stops import Stop
from twin.reference.floor import Floor
from twin.reference.parts import Offer
from twin.reference.source import Source


def deadlock(floor: Floor, sources: list[Source]) -> Stop | None:
    """Return why nothing can ever happen again; None while something can.

    Parameters
    ----------
    floor : Floor
        A line that has settled.
    sources : list of Source
        All sources: one off shift may have a part to offer later.
    """
    if floor.env.moving or floor.unstarted or not floor.inside:
        return None
    outside = [source.offered for source in sources if source.offered is not None]
    offers = floor.offers.all()
    for offer in outside + offers:
        group = offer.route.group
        if group is not None and not group.may_fetch(offer):
            continue
        if any(offer.could_go(target) for target in offer.targets):
            return None
    held = [offer for offer in offers if not isinstance(offer.holder, Source)]
    held.sort(key=lambda offer: offer.holder.resource)
    members = [offer for offer in held if offer in _waited_for(floor, held, offer)] or held
    return Stop(
        kind="deadlock",
        at=floor.env.now,
        members=tuple(_name(floor, offer) for offer in members),
        blocked_since=tuple(offer.since for offer in members),
        waits=tuple(
            f"{_name(floor, offer)} waits for {' or '.join(_awaited(offer))}" for offer in members
        ),
    )


def _waited_for(floor: Floor, held: list[Offer], first: Offer) -> list[Offer]:
    """Return the offers whose leaving a part waits for, directly or over others."""
    found: list[Offer] = []
    unseen = [first]
    while unseen:
        nodes = {node for nodes in _awaited(unseen.pop()).values() for node in nodes}
        more = [o for o in held if o not in found and _node(floor, o) in nodes]
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


def _name(floor: Floor, offer: Offer) -> str:
    return floor.line.resources[offer.holder.resource]


def _node(floor: Floor, offer: Offer) -> int:
    return int(floor.line.resource_node[offer.holder.resource])


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

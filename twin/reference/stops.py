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
    held = [source.offered for source in sources if source.offered is not None]
    offers = floor.offers.all()
    for offer in held + offers:
        if any(target.would_accept() for target in offer.targets):
            return None
    blocked = sorted(
        (offer for offer in offers if not isinstance(offer.holder, Source)),
        key=lambda offer: offer.holder.resource,
    )
    return Stop(
        kind="deadlock",
        at=floor.env.now,
        members=tuple(_name(floor, offer) for offer in blocked),
        blocked_since=tuple(offer.since for offer in blocked),
        waits=tuple(_waits(floor, offer) for offer in blocked),
    )


def livelock(floor: Floor) -> Stop:
    """Return the stop of an instant that does not end."""
    now, done = floor.env.now, set()
    for _, t1, resource, state, _, _, cause in reversed(floor.recorder.closed):
        if t1 < now:
            break
        if state == State.WORKING and cause == Ending.DONE:
            done.add(resource)
    members = tuple(floor.line.resources[resource] for resource in sorted(done))
    return Stop(kind="livelock", at=now, members=members, blocked_since=(), waits=())


def _name(floor: Floor, offer: Offer) -> str:
    return floor.line.resources[offer.holder.resource]


def _waits(floor: Floor, offer: Offer) -> str:
    names = [target.name for target in offer.targets]
    return f"{_name(floor, offer)} waits for {' or '.join(names)}"

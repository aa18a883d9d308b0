"""Carriers: robots and operators that take parts from node to node."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simpy.events import Event

from twin.kernel.model import NONE
from twin.kernel.states import State
from twin.reference.calls import Call
from twin.reference.draws import Variates
from twin.reference.environment import End, Family
from twin.reference.floor import Floor
from twin.reference.parts import Offer, Part, Slot, Target
from twin.reference.recorder import Track
from twin.reference.station import Station

if TYPE_CHECKING:
    from twin.reference.group import Group
    from twin.reference.server import Server

EMPTY, LOADED = 0, 1


@dataclass(frozen=True, slots=True)
class Ahead:
    """A way to where the next part will be picked."""

    place: int
    way: End


@dataclass(frozen=True, slots=True)
class Visit:
    """The answer to the call of a server."""

    call: Call
    way: End


@dataclass(frozen=True, slots=True)
class Leg:
    """One part to take out of where it is, and where it goes."""

    offer: Offer
    target: Target
    slot: Slot  # there


@dataclass(frozen=True, slots=True)
class Task:
    """A part to carry; with a second leg it is exchanged for the part of that, carried on then."""

    legs: list[Leg]
    way: End  # of the empty travel to the first


@dataclass(frozen=True, slots=True)
class Delivery:
    """A part that it has in its hand at the start."""

    part: Part
    target: Target
    slot: Slot  # there
    way: End  # of carrying it, or of placing it
    placing: bool


class Unit:
    """One robot or operator: moves, picks, carries, places, and waits where it is.

    Parameters
    ----------
    floor : Floor
    group : Group
        Whose unit it is.
    resource : int
    """

    def __init__(self, floor: Floor, group: "Group", resource: int) -> None:
        line = floor.line
        name = line.resources[resource]
        self.resource = resource
        self.track = Track(floor.recorder, resource)
        self.busy = False
        self.visits: int | None = None  # the server that called it
        self.turn = 0  # of the sequence in which its group serves nodes, if it does
        self._floor = floor
        self._group = group
        self._at = group.home
        self._pick_luck = Variates(floor.draws, line.pick_stream[resource], name)
        self._place_luck = Variates(floor.draws, line.place_stream[resource], name)
        self._go = floor.env.event()
        self._leaves = floor.env.event()
        floor.env.process(self.run())

    def send(self, offer: Offer, swap: "Server | None" = None) -> None:
        """Send it to fetch an offered part; the place where that goes is reserved at once.

        Parameters
        ----------
        offer : Offer
        swap : Server, optional
            Where to exchange the part for a finished one, whose place is reserved as well.
        """
        legs = []
        if swap is None:
            legs.append(self._promise(offer))
        else:
            assert swap.offered is not None
            second = self._promise(swap.offered)
            legs += [self._promise(offer, swap), second]
        self.busy = True
        way = self._step(
            State.MOVING, offer.part, self.travel_for(offer.part, offer.holder.pick_at)
        )
        self._go.succeed(Task(legs, way))

    def _promise(self, offer: Offer, swap: "Server | None" = None) -> Leg:
        """Have a part and the place where it goes, on a server emptied for it or any free one."""
        awaited = self._group.awaited
        target = offer.find() if swap is None else swap.station
        assert target is not None
        slot = (
            target.reserve(awaited, offer.part) if swap is None else swap.expect_exchange(awaited)
        )
        offer.sent = True
        offer.part.be_served()
        offer.take(target)
        offer.part.take_cards(target.loops)
        return Leg(offer, target, slot)

    def go_ahead(self, place: int) -> None:
        """Send it to where it will pick next, if it is elsewhere."""
        if self._at != place:
            self.busy = True
            way = self._step(State.MOVING, None, self.travel(EMPTY, place))
            self._go.succeed(Ahead(place, way))

    @property
    def group(self) -> int:
        """Index of its group."""
        return self._group.index

    def answer(self, call: Call, left: int | None = None) -> None:
        """Send it to a server that calls; at the start it is ``left`` (ns) from there."""
        self.busy = True
        self.visits = call.caller.resource
        call.answer(self)
        lasts = self.travel(EMPTY, call.place) if left is None else left
        way = self._step(State.MOVING, None, lasts)
        self._go.succeed(Visit(call, way))

    def stand_at(self, place: int) -> None:
        """Be at a place at the start."""
        self._at = place

    def come_to(self, place: int, left: int) -> None:
        """Be on the way to a place at the start, so long (ns) from it, without a part."""
        self.busy = True
        self._go.succeed(Ahead(place, self._step(State.MOVING, None, left)))

    def bring(self, part: Part, target: Target, state: State, left: int) -> None:
        """Have a part in its hand at the start, with so much (ns) left of what it does with it."""
        self.busy = True
        placing = state is State.PLACING
        if placing and target.place_at != NONE:
            self._at = self._group.stand(part, target.place_at)
        awaited = self._group.awaited
        slot: Slot
        if isinstance(target, Station):
            slot = target.keep(awaited, part)
        else:
            slot = target.reserve(awaited, part)
        way = self._step(state, part, left)
        self._go.succeed(Delivery(part, target, slot, way, placing))

    def leave(self) -> None:
        """Let it go from the server at which it is."""
        self._rest()
        self._leaves.succeed()

    def run(self) -> Generator[Event, Any, None]:
        """Do one task after the other."""
        while True:
            task: Task | Ahead | Visit | Delivery = yield self._go
            self._go = self._floor.env.event()
            yield task.way
            if isinstance(task, Visit):
                yield from self._visit(task.call)
                continue
            if isinstance(task, Ahead):
                self._at = task.place
            elif isinstance(task, Delivery):
                yield from self._deliver(task)
            else:
                yield from self._carry(task)
            self._rest()

    def _visit(self, call: Call) -> Generator[Event, Any, None]:
        """Be at a server for as long as it needs the unit; not at all if it was called off."""
        self._at = call.place
        if call.unit is not self:
            self._rest()
            return
        self._leaves = self._floor.env.event()
        self.track.show(call.shows, None)
        call.arrive()
        yield self._leaves

    def _deliver(self, task: Delivery) -> Generator[Event, Any, None]:
        """Place the part that it had in its hand at the start."""
        if not task.placing:
            yield self._placing(task.part, task.target.place_at)
        self._floor.hand_over(task.part, task.slot, self.resource, reserved=True)

    def _placing(self, part: Part, place_at: int) -> End:
        """Begin to place a part; it takes as long as is drawn."""
        group = self._group
        self._at = group.stand(part, place_at)
        lasts = group.time_to(group.place, part, place_at, self._place_luck)
        return self._step(State.PLACING, part, lasts)

    def _rest(self) -> None:
        self.busy, self.visits = False, None
        self.track.end()

    def _carry(self, task: Task) -> Generator[Event, Any, None]:
        """Pick a part, carry it and place it, or exchange it for another and carry that on."""
        group, first = self._group, task.legs[0].offer
        pick_at = first.holder.pick_at
        self._at = group.stand(first.part, pick_at)
        picking = group.time_to(group.pick, first.part, pick_at, self._pick_luck)
        yield self._step(State.PICKING, first.part, picking)
        part = self._take_out(task.legs[0])
        for leg, following in zip(task.legs, [*task.legs[1:], None], strict=True):
            place_at = leg.target.place_at
            stand, load = group.stand(part, place_at), group.hands[part.product][0]
            yield self._step(State.CARRYING, part, self.travel(LOADED + load, stand))
            held = part
            if following is None:
                yield self._placing(part, place_at)
            else:
                self._at = stand
                yield self._step(State.PLACING, part, group.exchange)
                part = self._take_out(following)
            self._floor.hand_over(held, leg.slot, self.resource, reserved=True)

    def _take_out(self, leg: Leg) -> Part:
        part = leg.offer.holder.let_go(self.resource)
        part.keep_cards(leg.target.loops)
        return part

    def travel_for(self, part: Part, place: int) -> int:
        """Return how long it takes to where a part is, ns, empty."""
        return self.travel(EMPTY, self._group.stand(part, place))

    def travel(self, load: int, to: int) -> int:
        """Return how long it takes to a stand from where it is, ns; to or from nowhere: no time."""
        if NONE in (self._at, to):
            return 0
        travel: int = self._group.travel[load][self._at][to]
        return travel

    def look(self) -> None:
        """Show its state when the line has settled."""
        if not self.busy:
            self.track.show(State.IDLE if self._group.on_shift else State.OFF_SHIFT, None)

    def _step(self, state: State, part: Part | None, duration: int) -> End:
        self.track.show(state, part)
        env = self._floor.env
        return End(env, Family.CARRIER, self.resource, env.now + duration)

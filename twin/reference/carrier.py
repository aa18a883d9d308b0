"""Carriers: robots and operators that take parts from node to node."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from simpy.events import Event

from twin.kernel.model import NONE
from twin.kernel.states import CarrierKind, Serve, State
from twin.reference.draws import Variates
from twin.reference.environment import End, Family
from twin.reference.floor import Floor
from twin.reference.parts import Offer, Part, Slot, Target
from twin.reference.recorder import Track
from twin.reference.shifts import Calendar

EMPTY, LOADED = 0, 1


@dataclass(frozen=True, slots=True)
class Ahead:
    """A way to where the next part will be picked."""

    place: int
    way: End


@dataclass(frozen=True, slots=True)
class Task:
    """One part to carry."""

    offer: Offer
    target: Target
    slot: Slot  # there
    way: End  # of the empty travel to it


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
        self.turn = 0  # of the sequence in which its group serves nodes, if it does
        self._floor = floor
        self._group = group
        self._at = group.home
        self._pick_luck = Variates(floor.draws, line.pick_stream[resource], name)
        self._place_luck = Variates(floor.draws, line.place_stream[resource], name)
        self._go = floor.env.event()
        floor.env.process(self.run())

    def send(self, offer: Offer) -> None:
        """Send it to fetch an offered part; the place where that goes is reserved at once."""
        target = offer.find()
        assert target is not None
        slot = target.reserve(self._group.awaited, offer.part)
        offer.sent = True
        offer.part.be_served()
        offer.part.take_cards(target.loops)
        self.busy = True
        way = self._step(State.MOVING, offer.part, self.travel(EMPTY, offer.holder.pick_at))
        self._go.succeed(Task(offer, target, slot, way))

    def go_ahead(self, place: int) -> None:
        """Send it to where it will pick next, if it is elsewhere."""
        if self._at != place:
            self.busy = True
            way = self._step(State.MOVING, None, self.travel(EMPTY, place))
            self._go.succeed(Ahead(place, way))

    def run(self) -> Generator[Event, Any, None]:
        """Do one task after the other."""
        while True:
            task: Task | Ahead = yield self._go
            self._go = self._floor.env.event()
            yield task.way
            if isinstance(task, Ahead):
                self._at = task.place
            else:
                yield from self._carry(task)
            self.busy = False
            self.track.end()

    def _carry(self, task: Task) -> Generator[Event, Any, None]:
        """Pick a part, carry it and place it."""
        group, offer, place_at = self._group, task.offer, task.target.place_at
        self._at = pick_at = offer.holder.pick_at
        picking = group.time_to(group.pick, pick_at, self._pick_luck)
        yield self._step(State.PICKING, offer.part, picking)
        part = offer.holder.let_go(self.resource)
        part.keep_cards(task.target.loops)
        yield self._step(State.CARRYING, part, self.travel(LOADED, place_at))
        self._at = place_at
        placing = group.time_to(group.place, place_at, self._place_luck)
        yield self._step(State.PLACING, part, placing)
        self._floor.hand_over(part, task.slot, self.resource, reserved=True)

    def travel(self, load: int, to: int) -> int:
        """Return how long it takes from where it is, ns; to or from nowhere: no time."""
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


class Group:
    """Robots or operators that share tables, rule and shifts.

    Parameters
    ----------
    floor : Floor
    index : int
        Index of the group.
    calendar : Calendar or None
        Its shifts.
    """

    def __init__(self, floor: Floor, index: int, calendar: Calendar | None) -> None:
        row = floor.line.carriers[index]
        robot = row["kind"] == CarrierKind.ROBOT
        self.awaited = State.WAITING_ROBOT if robot else State.WAITING_OPERATOR
        self.home = int(row["home"])
        self.travel = floor.line.travel[index].tolist()
        self.pick = floor.line.pick[index].tolist()
        self.place = floor.line.place[index].tolist()
        self._env = floor.env
        self._offers = floor.offers
        self._called: dict[Offer, int] = {}  # since when it could be served
        turns, count = int(row["turn_first"]), int(row["turn_count"])
        self._sequence = floor.line.sequences[turns : turns + count].tolist()
        self._pick_at = floor.line.nodes["pick_at"].tolist()
        self._rule = Serve(row["rule"])
        self._calendar = calendar
        first = int(row["resource"])
        self.units = [Unit(floor, self, first + k) for k in range(int(row["units"]))]

    @property
    def on_shift(self) -> bool:
        """Whether its units may take a task."""
        return self._calendar is None or self._calendar.on

    def time_to(self, table: list[int], place: int, luck: Variates) -> int:
        """Return how long picking or placing takes at a place, ns."""
        return 0 if place == NONE or table[place] == NONE else luck.duration(table[place])

    def requests(self) -> list[Offer]:
        """Return the offers it could serve now and nobody is on the way to."""
        return [offer for offer in self._offers.of_group(self) if offer.find() is not None]

    def dispatch(self) -> None:
        """Send idle units until none is left, or nothing to fetch."""
        if self._rule == Serve.SEQUENCE:
            self._serve_in_turn()
            return
        while self.on_shift:
            idle = [unit for unit in self.units if not unit.busy]
            requests = self.requests() if idle else []
            if not requests:
                return
            if self._rule == Serve.NEAREST:
                unit, offer = self._nearest(idle, requests)
            else:
                unit, offer = idle[0], min(requests, key=self._urgency)
            unit.send(offer)

    def _serve_in_turn(self) -> None:
        """Let each unit fetch from the node whose turn it is, or wait there."""
        for unit in self.units:
            if unit.busy or not self.on_shift:
                continue
            node = self._sequence[unit.turn]
            offers = [offer for offer in self.requests() if offer.route.origin == node]
            if offers:
                unit.turn = (unit.turn + 1) % len(self._sequence)
                unit.send(min(offers, key=lambda offer: (offer.since, offer.holder.resource)))
            else:
                unit.go_ahead(self._pick_at[node])

    def may_fetch(self, offer: Offer) -> bool:
        """Return whether the sequence, if there is one, lets a unit fetch a part next."""
        turns = (self._sequence[unit.turn] for unit in self.units if self._sequence)
        return not self._sequence or offer.route.origin in turns

    def note_calls(self) -> list[Offer]:
        """Return the requests still to serve, and remember since when each is one."""
        now, requests = self._env.now, self.requests()
        self._called = {offer: self._called.get(offer, now) for offer in requests}
        return requests

    def look(self) -> None:
        """Show the states of its units."""
        for unit in self.units:
            unit.look()

    def _urgency(self, offer: Offer) -> tuple[int, ...]:
        priority, since, rank, resource = offer.order
        if self._rule == Serve.LONGEST_WAIT:
            return since, rank, resource
        if self._rule == Serve.FIRST_COME:
            return self._called.get(offer, self._env.now), since, rank, resource
        if self._rule == Serve.PRIORITY:
            return priority, since, rank, resource
        return rank, since, resource

    def _nearest(self, idle: list[Unit], requests: list[Offer]) -> tuple[Unit, Offer]:
        pairs = ((unit, offer) for offer in requests for unit in idle)

        def distance(pair: tuple[Unit, Offer]) -> tuple[int, ...]:
            unit, offer = pair
            travel = unit.travel(EMPTY, offer.holder.pick_at)
            return travel, *self._urgency(offer), unit.resource

        return min(pairs, key=distance)

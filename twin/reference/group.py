"""Groups of robots, operators or tools: which unit does what next."""

from twin.kernel.model import NONE
from twin.kernel.states import CarrierKind, Serve, State
from twin.reference.calls import Call
from twin.reference.carrier import EMPTY, Unit
from twin.reference.deciding import worth_of_requests
from twin.reference.draws import Variates
from twin.reference.floor import Floor
from twin.reference.parts import Offer, Part, Target
from twin.reference.server import Server
from twin.reference.shifts import Calendar
from twin.reference.station import Station

Wanted = Offer | Call

_LAST = 1 << 62  # behind all calls


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
        self.name = floor.line.carrier_names[index]
        robot = row["kind"] == CarrierKind.ROBOT
        self.awaited = State.WAITING_ROBOT if robot else State.WAITING_OPERATOR
        self.exchange = int(row["exchange"])  # ns with a dual gripper, NONE: it has none
        self.home = int(row["home"])
        self.hands = [(int(h["load"]), int(h["grip"])) for h in floor.line.hands[index]]
        self.travel = floor.line.travel[index].tolist()
        self.pick = floor.line.pick[index].tolist()
        self.place = floor.line.place[index].tolist()
        self._floor = floor
        self.index = index
        self._env = floor.env
        self._offers = floor.offers
        self._called: dict[Offer, int] = {}  # since when it could be served
        turns, count = int(row["turn_first"]), int(row["turn_count"])
        self._sequence = floor.line.sequences[turns : turns + count].tolist()
        self._pick_at = floor.line.nodes["pick_at"].tolist()
        self._rule = Serve(row["rule"])
        self._worth = worth_of_requests(floor, int(row["function"]))
        self._calendar = calendar
        first = int(row["resource"])
        self.units = [Unit(floor, self, first + k) for k in range(int(row["units"]))]

    @property
    def on_shift(self) -> bool:
        """Whether its units may take a task."""
        return self._calendar is None or self._calendar.on

    def stand(self, part: Part, place: int) -> int:
        """Return where its units stand at a place with the gripper for a part."""
        return NONE if place == NONE else place + self.hands[part.product][1]

    def time_to(self, table: list[list[int]], part: Part, place: int, luck: Variates) -> int:
        """Return how long picking or placing a part takes at a place, ns."""
        dist = NONE if place == NONE else table[self.hands[part.product][0]][place]
        return 0 if dist == NONE else luck.duration(dist)

    def requests(self) -> list[Offer]:
        """Return the offers it could serve now and nobody is on the way to."""
        return [offer for offer in self._offers.of_group(self) if self.can_serve(offer)]

    def can_serve(self, offer: Offer) -> bool:
        """Return whether an offer could be carried on now, or exchanged for a finished part."""
        return offer.find() is not None or self.exchange_for(offer) is not None

    def exchange_for(self, offer: Offer) -> Server | None:
        """Return the server where a dual gripper would exchange a part; None: it has its place."""
        if self.exchange == NONE:
            return None
        found: list[tuple[Target, Server | None]] = []
        for target in offer.targets:
            server = None
            if not offer.part.may_enter(target.loops):
                continue
            if not target.accepts(offer.part):
                server = target.finished_for(self) if isinstance(target, Station) else None
                if server is None or server is offer.holder:
                    continue
            found.append((target, server))
        if not found:
            return None
        first = found[0]
        worth = offer.route.worth
        if worth is not None:
            first = min(found, key=lambda one: worth(offer.part, one[0]))
        return first[1]

    def calls(self) -> list[Call]:
        """Return the open calls that it may answer."""
        return [call for call in self._floor.calls if self.index in call.groups]

    def dispatch(self) -> None:
        """Send idle units until none is left, or nothing to fetch."""
        if self._rule == Serve.SEQUENCE:
            self._serve_in_turn()
            return
        while self.on_shift:
            idle = [unit for unit in self.units if not unit.busy]
            wanted: list[Wanted] = [*self.requests(), *self.calls()] if idle else []
            if not wanted:
                return
            if self._rule not in (Serve.NEAREST, Serve.OWN):
                idle = idle[:1]
            pairs = ((unit, one) for one in wanted for unit in idle)
            unit, chosen = min(pairs, key=self._place_of)
            if self._floor.ties is not None:
                self._floor.ties.chosen([self._urgency(unit, one) for one in wanted])
            if isinstance(chosen, Offer):
                unit.send(chosen, self.exchange_for(chosen))
            else:
                unit.answer(chosen)

    def _place_of(self, pair: tuple[Unit, Wanted]) -> tuple[tuple[int, ...], tuple[int, ...], int]:
        """Return the place of a unit with a request or call: the smallest is next.

        An exchange stands where the first of its two requests does, before that one by itself.
        """
        unit, one = pair
        own = self._urgency(unit, one)
        server = self.exchange_for(one) if isinstance(one, Offer) else None
        if server is None:
            return own, (_LAST,), unit.resource
        assert server.offered is not None
        return min(own, self._urgency(unit, server.offered)), own, unit.resource

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

    def _urgency(self, unit: Unit, wanted: Wanted) -> tuple[int, ...]:
        # Calls of a server come before the part it offers.
        priority, since, rank, resource, which = (*wanted.order, _LAST)[:5]
        key: tuple[int, ...]
        match self._rule:
            case Serve.LONGEST_WAIT:
                key = since, rank, resource
            case Serve.FIRST_COME:
                called = since
                if isinstance(wanted, Offer):
                    called = self._called.get(wanted, self._env.now)
                key = called, since, rank, resource
            case Serve.PRIORITY:
                key = priority, since, rank, resource
            case Serve.NEAREST:
                if isinstance(wanted, Offer):
                    travel = unit.travel_for(wanted.part, wanted.holder.pick_at)
                else:
                    travel = unit.travel(EMPTY, wanted.place)
                key = travel, rank, since, resource
            case Serve.OWN:
                key = self._worth(unit, wanted), rank, since, resource
            case _:
                key = rank, since, resource
        return *key, which

"""Buffers."""

from bisect import insort
from collections import deque
from typing import NamedTuple

from simpy.events import Event

from twin.kernel.model import NONE
from twin.kernel.states import Ending, Order, State
from twin.reference.environment import End, Family
from twin.reference.floor import Floor
from twin.reference.outlet import Outlet
from twin.reference.parts import Offer, Part, run_length
from twin.reference.patience import Patience
from twin.reference.place import Place
from twin.reference.recorder import Activity

NEVER = 2**63 - 1


class Stay(NamedTuple):
    """A part in a buffer; the smallest goes first."""

    urgency: int
    entry: int  # how many lined up before it; of the last in, first out: how many less
    part: Part
    since: int  # ns


class Buffer(Place):
    """Keeps parts until they are ripe, then offers the first of them in its order.

    Parameters
    ----------
    floor : Floor
    node : int
        Index of the node.
    """

    def __init__(self, floor: Floor, node: int) -> None:
        super().__init__(floor, node)
        row = floor.line.nodes[node]
        self._capacity = int(row["capacity"])
        self._order = Order(row["order"])
        self._times: list[int] = floor.line.mean_time[node].tolist()
        self._outlet = Outlet(floor, node)
        self._dwell = int(row["dwell"])
        self._unripe: deque[tuple[Part, int]] = deque()  # and since when it is here
        self._parts: list[Stay] = []  # ripe, in order
        self._lined_up = 0  # how many ever were
        self._taken_back = 0
        self._patience = Patience(floor, row, self._waiting, self._lose)
        self._reserved = 0
        self._offer: Offer | None = None
        floor.recorder.watch(self._still_open)

    def has_room(self) -> bool:
        """Return whether a waiting place is neither taken nor reserved."""
        return self._capacity == NONE or self.holds() < self._capacity

    def holds(self) -> int:
        """Return how many parts are here or on their way."""
        return len(self._unripe) + len(self._parts) + self._reserved

    def reserve(self, kind: State, part: Part) -> "Buffer":
        """Keep a place for a carried part."""
        self._reserved += 1
        return self

    def give_up(self) -> None:
        """Keep a place no longer."""
        self._reserved -= 1

    def take(self, part: Part, by: int, *, reserved: bool = False) -> None:
        """Take a part; it may leave when it is ripe."""
        self._reserved -= reserved
        if not self._dwell:
            self._line_up(part, self._floor.env.now)
            return
        self._unripe.append((part, self._floor.env.now))
        if len(self._unripe) == 1:
            self._await_ripeness()

    def let_go(self, by: int) -> Part:
        """Let the offered part go."""
        assert self._offer is not None
        part = self._offer.part
        part.be_served()
        self._remove(part, by)
        return part

    def _await_ripeness(self) -> None:
        _, since = self._unripe[0]
        end = End(self._floor.env, Family.RIPE, self.resource, since + self._dwell)
        end.callbacks.append(self._ripen)

    def _ripen(self, _: Event) -> None:
        part, since = self._unripe.popleft()
        if self._unripe:
            self._await_ripeness()
        self._line_up(part, since)

    def _line_up(self, part: Part, since: int) -> None:
        """Offer a part if it comes to stand first, unless a carrier is on its way."""
        entry = -self._lined_up if self._order is Order.LIFO else self._lined_up
        self._lined_up += 1
        self._insert(Stay(self._urgency(part), entry, part, since))
        self._patience.begins(part)

    def take_back(self, part: Part) -> None:
        """Take a part back that was here before: it goes before those that are as urgent."""
        floor = self._floor
        if floor.arrivals is not None:
            floor.arrivals(self.resource, part)
        self._taken_back += 1
        self._insert(Stay(self._urgency(part), -self._taken_back, part, floor.env.now))

    def _insert(self, stay: Stay) -> None:
        insort(self._parts, stay)
        if self._offer is None:
            self._offer_first()
        elif self._parts[0] is stay and not self._offer.sent:
            self._floor.offers.withdraw(self._offer)
            self._offer_first()

    def _remove(self, part: Part, cause: int) -> None:
        """Let a part leave; if it was on offer, the next is."""
        at = next(k for k, stay in enumerate(self._parts) if stay.part is part)
        stay = self._parts.pop(at)
        self._floor.recorder.stay(stay.since, State.WAITING, self.resource, part, cause)
        if self._offer is not None and self._offer.part is part:
            self._floor.offers.withdraw(self._offer)
            self._offer = None
            if self._parts:
                self._offer_first()

    def _lose(self, part: Part) -> None:
        self._remove(part, Ending.EXPIRED)

    def parts(self) -> list[Part]:
        """Return the parts here, ripe or not."""
        return [*self._waiting(), *(part for part, _ in self._unripe)]

    def in_a_row(self) -> int:
        """Return how many parts of one product come first."""
        products = [stay.part.product for stay in self._parts]
        return run_length(products)

    def _urgency(self, part: Part) -> int:
        match self._order:
            case Order.PRIORITY:
                return part.priority
            case Order.SHORTEST:
                return self._times[part.product]
            case Order.EARLIEST_DUE:
                return NEVER if part.due == NONE else part.due
            case _:
                return 0

    def _offer_first(self) -> None:
        self._offer = self._outlet.offer(self, self._parts[0].part)
        self._floor.offers.add(self._offer)

    def _waiting(self) -> list[Part]:
        return [stay.part for stay in self._parts]

    def _still_open(self) -> list[Activity]:
        recorder = self._floor.recorder
        stays = [*self._unripe, *((stay.part, stay.since) for stay in self._parts)]
        return [recorder.cut(since, State.WAITING, self.resource, part) for part, since in stays]

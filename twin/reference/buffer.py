"""Buffers."""

from bisect import insort
from typing import NamedTuple

from twin.kernel.model import NONE
from twin.kernel.states import Order, State
from twin.reference.floor import Floor
from twin.reference.outlet import Outlet
from twin.reference.parts import Offer, Part, run_length
from twin.reference.recorder import Activity

NEVER = 2**63 - 1


class Stay(NamedTuple):
    """A part in a buffer; the smallest goes first."""

    urgency: int
    entry: int  # how many entered before it; of the last in, first out: how many less
    part: Part
    since: int  # ns


class Buffer:
    """Keeps parts and offers the first of them in its order.

    Parameters
    ----------
    floor : Floor
    node : int
        Index of the node.
    """

    def __init__(self, floor: Floor, node: int) -> None:
        row = floor.line.nodes[node]
        self.resource = int(row["resource"])
        self.node = node
        self.name = floor.line.node_names[node]
        self.loops = floor.loops_at(node)
        self.rank = int(row["rank"])
        self.pick_at = int(row["pick_at"])
        self.place_at = int(row["place_at"])
        self._capacity = int(row["capacity"])
        self._order = Order(row["order"])
        self._times: list[int] = floor.line.mean_time[node].tolist()
        self._floor = floor
        self._outlet = Outlet(floor, node)
        self._parts: list[Stay] = []
        self._entered = 0
        self._reserved = 0
        self._offer: Offer | None = None
        floor.recorder.watch(self._still_open)

    def has_room(self) -> bool:
        """Return whether a waiting place is neither taken nor reserved."""
        return self._capacity == NONE or self.holds() < self._capacity

    def accepts(self, part: Part) -> bool:
        """Return whether there is room for it: any part is taken."""
        return self.has_room()

    def would_accept(self, part: Part) -> bool:
        """Return whether there is room for it: there are no shifts here."""
        return self.has_room()

    def holds(self) -> int:
        """Return how many parts are here or on their way."""
        return len(self._parts) + self._reserved

    def slot(self, part: Part) -> "Buffer":
        """Return itself: any waiting place is as good."""
        return self

    def reserve(self, kind: State, part: Part) -> "Buffer":
        """Keep a place for a carried part."""
        self._reserved += 1
        return self

    def take(self, part: Part, by: int, *, reserved: bool = False) -> None:
        """Take a part; if it comes to stand first it is offered, unless a carrier is on its way."""
        self._reserved -= reserved
        entry = -self._entered if self._order is Order.LIFO else self._entered
        self._entered += 1
        insort(self._parts, Stay(self._urgency(part), entry, part, self._floor.env.now))
        if self._offer is None:
            self._offer_first()
        elif self._parts[0].part is part and not self._offer.sent:
            self._floor.offers.withdraw(self._offer)
            self._offer_first()

    def let_go(self, by: int) -> Part:
        """Let the offered part go."""
        offer = self._offer
        assert offer is not None
        self._floor.offers.withdraw(offer)
        at = next(k for k, stay in enumerate(self._parts) if stay.part is offer.part)
        stay = self._parts.pop(at)
        self._floor.recorder.stay(stay.since, State.WAITING, self.resource, stay.part, by)
        self._offer = None
        if self._parts:
            self._offer_first()
        return stay.part

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

    def _still_open(self) -> list[Activity]:
        recorder = self._floor.recorder
        return [
            recorder.cut(stay.since, State.WAITING, self.resource, stay.part)
            for stay in self._parts
        ]

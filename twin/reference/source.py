"""Sources: where parts come from."""

from collections import deque
from math import inf

from twin.kernel.log import PART_SHIFT
from twin.kernel.model import NONE
from twin.kernel.states import Ending, State
from twin.reference.arrivals import Arrivals, Lot
from twin.reference.draws import Variates
from twin.reference.floor import Floor
from twin.reference.outlet import Outlet
from twin.reference.parts import Offer, Part, run_length
from twin.reference.patience import Patience
from twin.reference.shifts import Calendar

_ONE = Lot(1)


class Source:
    """Offers its oldest waiting part; saturated it always has one.

    Parameters
    ----------
    floor : Floor
    node : int
        Index of the node.
    calendar : Calendar or None
        Its shifts; off shift it offers nothing.
    """

    def __init__(self, floor: Floor, node: int, calendar: Calendar | None) -> None:
        row = floor.line.nodes[node]
        name = floor.line.node_names[node]
        self.resource = int(row["resource"])
        self.rank = int(row["rank"])
        self.pick_at = int(row["pick_at"])
        self.waiting: deque[Part] = deque()
        self._saturated = bool(row["saturated"])
        self._external = bool(row["external"])
        self._floor = floor
        self._node = node
        self._made = 0
        self._left = int(row["limit"])  # parts still to make; NONE: no end of them
        self._outlet = Outlet(floor, node)
        self._arrivals = Arrivals(floor, row, self._bring)
        self._patience = Patience(floor, row, lambda: self.waiting, self._lose)
        self._mix_luck = Variates(floor.draws, row["mix_stream"], name)
        mix = floor.line.mix[row["mix_first"] : row["mix_first"] + row["mix_count"]]
        self._products = mix["product"].tolist()
        self._shares = mix["cumulative"].tolist()
        self.offered: Offer | None = None
        self._on_shift = True
        if calendar is not None:
            self._on_shift = calendar.on
            calendar.workers.append(self)

    def open(self) -> None:
        """Have parts to offer from now on."""
        if self._saturated:
            self._arrive(_ONE)
        elif self._external:
            self._floor.env.moving += 1  # more parts may come at any time
        elif self._left != 0:
            self._arrivals.open(self._on_shift)

    def put(self, product: int | None, count: int) -> None:
        """Let parts arrive now, of the mix where no product is named."""
        self._bring(Lot(product=NONE if product is None else product, quantity=count))

    @property
    def outside(self) -> int:
        """Parts waiting outside; what a saturated source has ready does not count."""
        return 0 if self._saturated else len(self.waiting)

    def let_go(self, by: int) -> Part:
        """Let the oldest part enter the line, taken by the resource ``by``."""
        floor = self._floor
        part = self.waiting.popleft()
        part.be_served()
        assert self.offered is not None
        floor.offers.withdraw(self.offered)
        self.offered = None
        self._enter(part, by)
        if self.waiting:
            self._offer_oldest()
        elif self._saturated and self._left != 0:
            self._arrive(_ONE)
        return part

    def in_a_row(self) -> float:
        """Return how many parts of one product come first; saturated: how many it may yet make."""
        waiting = run_length([part.product for part in self.waiting])
        if self._saturated and len(self._products) == 1:
            return inf if self._left == NONE else waiting + self._left
        return waiting

    def _enter(self, part: Part, by: int) -> None:
        floor = self._floor
        part.entered = floor.env.now
        floor.inside += 1
        floor.recorder.fact(part.since, State.ENTERED, self.resource, part, by)

    def _lose(self, part: Part) -> None:
        """Let a part go whose patience is over."""
        self.waiting.remove(part)
        if self.offered is not None and self.offered.part is part:
            if self._on_shift:
                self._floor.offers.withdraw(self.offered)
            self.offered = None
            if self.waiting:
                self._offer_oldest()
        self._enter(part, Ending.EXPIRED)

    def shift_begins(self) -> None:
        """Offer again."""
        self._on_shift = True
        self._arrivals.shift_begins()
        if self.offered is not None and not self.offered.sent:
            self._floor.offers.absent.remove(self.offered)
            self._floor.offers.add(self.offered)

    def shift_ends(self) -> None:
        """Offer nothing; a carrier on its way still gets its part."""
        if self.offered is not None and not self.offered.sent:
            self._floor.offers.withdraw(self.offered)
            self._floor.offers.absent.append(self.offered)
        self._on_shift = False
        self._arrivals.shift_ends()

    def _bring(self, lot: Lot) -> bool:
        """Let parts arrive together; return whether more may come."""
        for _ in range(lot.quantity):
            if self._left != 0:
                self._arrive(lot)
        return self._left != 0

    def _arrive(self, lot: Lot) -> None:
        product = lot.product
        if product == NONE:
            product = self._products[0]
            if len(self._products) > 1:
                product = self._products[self._mix_luck.pick(self._shares)]
        number = (self._node << PART_SHIFT) + self._made
        self._made += 1
        if self._left != NONE:
            self._left -= 1
        priority = lot.priority
        if priority is None:
            priority = int(self._floor.line.product_priority[product])
        part = Part(number, product, self._floor.env.now, priority, due=lot.due)
        self.waiting.append(part)
        if len(self.waiting) == 1:
            self._offer_oldest()
        self._patience.begins(part)

    def _offer_oldest(self) -> None:
        self.offered = self._outlet.offer(self, self.waiting[0])
        if self._on_shift:
            self._floor.offers.add(self.offered)
        else:
            self._floor.offers.absent.append(self.offered)

"""Sources: where parts come from."""

from collections import deque
from collections.abc import Generator

from simpy.events import Event

from twin.kernel.log import PART_SHIFT
from twin.kernel.model import NONE
from twin.kernel.states import State
from twin.reference.draws import Variates
from twin.reference.environment import End, Family
from twin.reference.floor import Floor
from twin.reference.outlet import Outlet
from twin.reference.parts import Offer, Part
from twin.reference.shifts import Calendar


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
        self._floor = floor
        self._node = node
        self._made = 0
        self._every = int(row["every"])
        self._first_at = int(row["first_at"])
        self._batch = int(row["batch"])
        self._left = int(row["limit"])  # parts still to make; NONE: no end of them
        self._outlet = Outlet(floor, node)
        self._intervals = Variates(floor.draws, row["every_stream"], name)
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
            self._arrive()
        else:
            self._floor.env.process(self.run())

    def run(self) -> Generator[Event, None, None]:
        """Let parts arrive, a batch at a time."""
        env = self._floor.env
        due = self._first_at
        if due == NONE:
            due = self._intervals.duration(self._every)
        while True:
            yield End(env, Family.ARRIVAL, self.resource, due)
            for _ in range(self._batch):
                if self._left != 0:
                    self._arrive()
            if self._left == 0:
                return
            due = env.now + self._intervals.duration(self._every)

    @property
    def outside(self) -> int:
        """Parts waiting outside; what a saturated source has ready does not count."""
        return 0 if self._saturated else len(self.waiting)

    def let_go(self, by: int) -> Part:
        """Let the oldest part enter the line, taken by the resource ``by``."""
        floor = self._floor
        part = self.waiting.popleft()
        assert self.offered is not None
        floor.offers.withdraw(self.offered)
        self.offered = None
        part.entered = floor.env.now
        floor.inside += 1
        floor.recorder.fact(part.since, State.ENTERED, self.resource, part, by)
        if self.waiting:
            self._offer_oldest()
        elif self._saturated and self._left != 0:
            self._arrive()
        return part

    def shift_begins(self) -> None:
        """Offer again."""
        self._on_shift = True
        if self.offered is not None and not self.offered.sent:
            self._floor.offers.add(self.offered)

    def shift_ends(self) -> None:
        """Offer nothing; a carrier on its way still gets its part."""
        if self.offered is not None and not self.offered.sent:
            self._floor.offers.withdraw(self.offered)
        self._on_shift = False

    def _arrive(self) -> None:
        product = self._products[0]
        if len(self._products) > 1:
            product = self._products[self._mix_luck.pick(self._shares)]
        number = (self._node << PART_SHIFT) + self._made
        self._made += 1
        if self._left != NONE:
            self._left -= 1
        priority = int(self._floor.line.product_priority[product])
        self.waiting.append(Part(number, product, self._floor.env.now, priority))
        if len(self.waiting) == 1:
            self._offer_oldest()

    def _offer_oldest(self) -> None:
        self.offered = self._outlet.offer(self, self.waiting[0])
        if self._on_shift:
            self._floor.offers.add(self.offered)

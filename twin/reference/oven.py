"""Ovens: parts gather on a server and are worked on together."""

from typing import TYPE_CHECKING

from simpy.events import Event

from twin.kernel.model import NONE
from twin.reference.environment import End, Family
from twin.reference.floor import Floor
from twin.reference.gathering import Gatherer
from twin.reference.parts import Part
from twin.reference.selective import Selective
from twin.reference.shifts import Calendar

if TYPE_CHECKING:
    from twin.reference.stages import Stage


class Chamber(Gatherer):
    """Loads a batch and works on it; its parts leave one after the other.

    Parameters
    ----------
    floor : Floor
    station : Oven
    resource : int
    """

    def __init__(self, floor: Floor, station: "Oven", resource: int) -> None:
        super().__init__(floor, station, resource)
        self.gathered, self.coming = [], {}
        self._oven = station
        self._drawn: list[Stage] = []  # for the batch that is loaded
        self._patience: End | None = None  # until it waits no longer for more

    def has_place(self, part: Part, *, shifts: bool) -> bool:
        """Return whether it takes a part into its batch."""
        batch = [*self.gathered, *self.coming]
        fits = not batch or not self._oven.same or batch[0].product == part.product
        return self.may_gather(shifts=shifts) and fits and len(batch) < self._oven.most

    def take(self, part: Part, by: int, *, reserved: bool = False) -> None:
        """Put a part to the batch; with the first the times of the batch are drawn."""
        if not self.gathered:
            self._drawn = self._draw(part.product)
            if self._oven.wait > 0:
                env = self._floor.env
                due = env.now + self._oven.wait
                self._patience = End(env, Family.TIMEOUT, self.resource, due)
                self._patience.callbacks.append(self._waited)
        super().take(part, by, reserved=reserved)

    def has_all(self) -> bool:
        """Return whether the batch is full, or large enough and has waited for more."""
        full = len(self.gathered) >= self._oven.most
        return full or (len(self.gathered) >= self._oven.least and self._patience is None)

    def prepare(self) -> None:
        """Close the batch if it is time."""
        if self.part is None and not self.coming and self.may_gather(shifts=True):
            self._close_batch()

    def _is_up(self) -> bool:
        return self.part is not None and super()._is_up()

    def _close_batch(self) -> None:
        if self._patience is not None:
            self._patience.abandon()
            self._patience = None
        self._floor.touched[self] = None  # if it does not start now, that shows
        self.part, *others = self.gathered
        self._more.extend(others)
        self.gathered = []
        self._todo.extend(self._drawn)

    def _waited(self, _: Event) -> None:
        self._patience = None
        if self.has_all():
            self._floor.unstarted[self] = None


class Oven(Selective):
    """A station whose servers work on batches.

    Parameters
    ----------
    floor : Floor
    node : int
        Index of the node.
    calendar : Calendar or None
        Its shifts.
    """

    servers: list[Chamber]  # type: ignore[assignment]

    gathers = True

    def __init__(self, floor: Floor, node: int, calendar: Calendar | None) -> None:
        row = floor.line.nodes[node]
        self.least, self.most = int(row["batch_least"]), int(row["batch_most"])
        self.wait = max(0, int(row["batch_wait"])) if row["batch_wait"] != NONE else 0  # ns
        self.same = bool(row["batch_same"])
        super().__init__(floor, node, calendar)

    def _server(self, floor: Floor, resource: int) -> Chamber:
        return Chamber(floor, self, resource)

    def room_for(self, part: Part) -> Chamber:
        """Return the first server that takes a part at the start, on shift or off."""
        server = self.find(part, shifts=False)
        assert server is not None
        return server

    def find(self, part: Part, *, shifts: bool) -> Chamber | None:
        """Return the first server that takes a part into its batch."""
        return next((one for one in self.servers if one.has_place(part, shifts=shifts)), None)

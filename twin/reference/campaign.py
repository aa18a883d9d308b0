"""Campaigns: one product after the other, each until none of it waits."""

from twin.kernel.model import NONE
from twin.reference.floor import Floor
from twin.reference.parts import Part
from twin.reference.selective import Selective
from twin.reference.server import Server
from twin.reference.shifts import Calendar
from twin.reference.stages import Stage, Step


class Changer(Server):
    """Changes over to the next product whenever it is left without a part.

    Parameters
    ----------
    floor : Floor
    station : Campaigns
    resource : int
    """

    def __init__(self, floor: Floor, station: "Campaigns", resource: int) -> None:
        super().__init__(floor, station, resource)
        self._order = station
        floor.unstarted[self] = None

    def is_for(self, product: int) -> bool:
        """Return whether it is set up for a product."""
        return self._tooled_for == product

    def would_be_free(self) -> bool:
        """Return whether a part might come if it were on shift."""
        return not self._todo and super().would_be_free()

    def prepare(self) -> None:
        """Change over if no part has come."""
        if self.part is None and not self._todo and self._is_up():
            self._tool = self._order.following(self._tooled_for)
            lasts = self._order.recipe.change(self._tooled_for, self._tool)
            self._todo.append(Stage.new(Step.SETUP, lasts))
            self._floor.touched[self] = None

    def let_go(self, by: int) -> Part:
        """Let the finished part go."""
        part = super().let_go(by)
        self._floor.unstarted[self] = None
        return part

    def _finish(self) -> None:
        if self.part is not None:
            super()._finish()
            return
        self._begun = self._overtime = False
        self._floor.unstarted[self] = None
        self.begin_due()

    def _scrap(self) -> None:
        super()._scrap()
        self._floor.unstarted[self] = None


class Campaigns(Selective):
    """A station that serves its products in turn, each until no part of it can come.

    Parameters
    ----------
    floor : Floor
    node : int
        Index of the node.
    calendar : Calendar or None
        Its shifts.
    """

    servers: list[Changer]  # type: ignore[assignment]

    def __init__(self, floor: Floor, node: int, calendar: Calendar | None) -> None:
        times: list[int] = floor.line.process[node].tolist()
        self._products = [product for product, time in enumerate(times) if time != NONE]
        super().__init__(floor, node, calendar)

    def _server(self, floor: Floor, resource: int) -> Changer:
        return Changer(floor, self, resource)

    def following(self, product: int) -> int:
        """Return the product after another one, or the first."""
        return next((one for one in self._products if one > product), self._products[0])

    def find(self, part: Part, *, shifts: bool) -> Changer | None:
        """Return the first free server that is set up for a part."""
        fit = (one for one in self.servers if one.is_for(part.product))
        free = (one for one in fit if (one.is_free() if shifts else one.would_be_free()))
        return next(free, None)

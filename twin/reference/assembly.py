"""Assembly: the components of a kit come together and become one part."""

from typing import TYPE_CHECKING

from twin.reference.floor import Floor
from twin.reference.gathering import Gatherer
from twin.reference.making import use_up
from twin.reference.parts import Part
from twin.reference.selective import Selective
from twin.reference.shifts import Calendar

if TYPE_CHECKING:
    from twin.reference.server import Server


class Assembler(Gatherer):
    """Gathers one kit at a time, makes a part of it and works on that.

    Parameters
    ----------
    floor : Floor
    station : Assembly
    resource : int
    """

    def __init__(self, floor: Floor, station: "Assembly", resource: int) -> None:
        super().__init__(floor, station, resource)
        self.gathered, self.coming = [], {}
        self._kit = station.kit
        self._makes = station.makes

    @property
    def has_begun(self) -> bool:
        """Whether it has any component, or one is on the way."""
        return bool(self.gathered or self.coming)

    def lacks(self, product: int) -> int:
        """Return how many parts of a product it has neither got nor on the way."""
        here = [part.product for part in (*self.gathered, *self.coming)]
        return self._kit.get(product, 0) - here.count(product)

    def has_all(self) -> bool:
        """Return whether the kit is complete."""
        return len(self.gathered) == sum(self._kit.values())

    def prepare(self) -> None:
        """Make the part of a complete kit."""
        if self.part is None:
            self._assemble()

    def _assemble(self) -> None:
        main = next(iter(self._kit))
        like = next(part for part in self.gathered if part.product == main)
        for part in self.gathered:
            use_up(self._floor, self.resource, part)
        self.gathered = []
        self._set_to_work(self._station.make(self.resource, self._makes, like))


class Assembly(Selective):
    """A station whose servers assemble.

    Parameters
    ----------
    floor : Floor
    node : int
        Index of the node.
    calendar : Calendar or None
        Its shifts.
    """

    servers: list[Assembler]  # type: ignore[assignment]

    gathers = True

    def __init__(self, floor: Floor, node: int, calendar: Calendar | None) -> None:
        row = floor.line.nodes[node]
        first, count = int(row["kit_first"]), int(row["kit_count"])
        components = floor.line.kits[first : first + count]
        self.kit: dict[int, int] = dict(
            zip(components["product"].tolist(), components["count"].tolist(), strict=True)
        )
        self.makes = int(row["makes"])
        self._together = bool(row["together"])
        self._floor = floor
        super().__init__(floor, node, calendar)

    def _server(self, floor: Floor, resource: int) -> "Server":
        return Assembler(floor, self, resource)

    def room_for(self, part: Part) -> Assembler:
        """Return the first server that lacks a part at the start, on shift or off."""
        ready = (server for server in self.servers if server.may_gather(shifts=False))
        return next(server for server in ready if server.lacks(part.product) > 0)

    def short_of(self) -> list[tuple[Assembler, list[int]]]:
        """Return who lacks which components: those that have begun, or the first empty one.

        That one waits only if some of its kit is on offer, but not all.
        """
        ready = [server for server in self.servers if server.may_gather(shifts=False)]
        begun = [server for server in ready if server.has_begun]
        if begun:
            return [(one, [k for k in self.kit if one.lacks(k) > 0]) for one in begun]
        here = {product: self._on_offer(product, shifts=False) for product in self.kit}
        lacking = [product for product, count in self.kit.items() if here[product] < count]
        waits = self._together and lacking and any(here.values())
        return [(one, lacking) for one in ready[:1] if waits]

    def find(self, part: Part, *, shifts: bool) -> Assembler | None:
        """Return the server that takes a part for its kit: of those that have begun, or empty."""
        ready = [server for server in self.servers if server.may_gather(shifts=shifts)]
        for server in ready:
            if server.has_begun and server.lacks(part.product) > 0:
                return server
        empty = next((server for server in ready if not server.has_begun), None)
        whole = not self._together or self._whole_kit_on_offer(shifts=shifts)
        return empty if part.product in self.kit and whole else None

    def _whole_kit_on_offer(self, *, shifts: bool) -> bool:
        """Return whether what is on offer is a whole kit, beside what others that began lack."""
        begun = [server for server in self.servers if server.has_begun]
        return all(
            self._on_offer(product, shifts=shifts)
            >= count + sum(server.lacks(product) for server in begun)
            for product, count in self.kit.items()
        )

    def _on_offer(self, product: int, *, shifts: bool) -> float:
        offers = self._floor.offers
        return sum(
            offer.holder.in_a_row()
            for offer in offers.all() + ([] if shifts else offers.absent)
            if offer.part.product == product and not offer.sent and self in offer.targets
        )

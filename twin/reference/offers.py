"""All parts that are offered to move on, the first to move first."""

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from twin.reference.parts import Offer, Route

if TYPE_CHECKING:
    from twin.reference.group import Group

Entry = tuple[int, int, int, int, Offer]


class Offers:
    """Offers in order: those that move by themselves, and those each carrier group is to fetch.

    Attributes
    ----------
    routes : list of dict
        For each node the route of a product.
    direct : list
        Offers without a carrier, each behind its key (priority, since, rank, resource).
    absent : list of Offer
        What sources off shift will offer when they are back.
    """

    def __init__(self) -> None:
        self.routes: list[dict[int, Route]] = []
        self.direct: list[Entry] = []
        self.absent: list[Offer] = []
        self._carried: dict[Group, list[Entry]] = {}

    def add(self, offer: Offer) -> None:
        """Put a part on offer."""
        insort(self._list(offer), (*offer.order, offer))

    def withdraw(self, offer: Offer) -> None:
        """Take an offer back: the part has left, or its source has gone off shift."""
        entries = self._list(offer)
        entries.pop(bisect_left(entries, offer.order))

    def of_group(self, group: "Group") -> list[Offer]:
        """Return the offers a carrier group is to fetch and nobody is on the way to."""
        return [entry[-1] for entry in self._carried.get(group, ()) if not entry[-1].sent]

    def all_direct(self) -> list[Offer]:
        """Return the offers that move by themselves, in order."""
        return [entry[-1] for entry in self.direct]

    def all(self) -> list[Offer]:
        """Return every offer."""
        lists = [self.direct, *self._carried.values()]
        return [entry[-1] for entries in lists for entry in entries]

    def _list(self, offer: Offer) -> list[Entry]:
        group = offer.route.group
        return self.direct if group is None else self._carried.setdefault(group, [])

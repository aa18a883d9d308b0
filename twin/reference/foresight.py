"""Blocking before service: a server begins only when its part has a place to go to."""

from twin.kernel.states import State
from twin.reference.floor import Floor
from twin.reference.parts import Offer, Part, Route, Slot, Target
from twin.reference.server import Server
from twin.reference.station import Station


class Claim(Offer):
    """A finished part for which a place is kept.

    Parameters
    ----------
    holder : Foresighted
        Where it is.
    part : Part
    route : Route
    target : Target
    slot : Slot
        The place.
    """

    __slots__ = ("slot",)

    def __init__(
        self, holder: "Foresighted", part: Part, route: Route, target: Target, slot: Slot
    ) -> None:
        super().__init__(holder, part, route, holder.now, (target,))
        self.slot = slot

    def find(self) -> Target | None:
        """Return where it goes, which is certain."""
        return self.targets[0]

    def take(self, target: Target) -> None:
        """Do nothing: that it goes there was noted when the place was kept."""


class Foresighted(Server):
    """Has a place kept for a part before it begins."""

    _kept: tuple[Target, Slot, Route] | None = None

    @property
    def now(self) -> int:
        """The present, ns."""
        return self._floor.env.now

    def claim(self, offer: Offer, target: Target) -> bool:
        """Have a place kept at a target for a part not yet begun; return whether it was not."""
        if not self._todo:
            return False
        self._floor.offers.withdraw(offer)
        self._offer = None
        offer.take(target)
        offer.part.take_cards(target.loops)
        self._kept = target, target.reserve(State.STARVED, offer.part), offer.route
        self._floor.touched[self] = None
        return True

    def is_stuck(self) -> bool:
        """Return whether it cannot start before somebody comes, or before there is a place."""
        return self._kept is None or super().is_stuck()

    def let_go(self, by: int) -> Part:
        """Let the finished part go."""
        self._kept = None
        return super().let_go(by)

    def _is_up(self) -> bool:
        return self._kept is not None and super()._is_up()

    def _set_to_work(self, part: Part) -> None:
        super()._set_to_work(part)
        self._put_on_offer()

    def _put_on_offer(self) -> None:
        if self._kept is None:
            super()._put_on_offer()
            return
        assert self.part is not None
        target, slot, route = self._kept
        self._offer = Claim(self, self.part, route, target, slot)
        self._floor.offers.add(self._offer)

    def _scrap(self) -> None:
        if self._kept is not None:
            self._kept[1].give_up()
            self._kept = None
        super()._scrap()


class Foresight(Station):
    """A station whose servers begin only when their part has a place to go to."""

    def _server(self, floor: Floor, resource: int) -> Foresighted:
        return Foresighted(floor, self, resource)

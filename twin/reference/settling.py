"""What happens at an instant after everything due has ended: the line settles."""

from dataclasses import dataclass

from twin.kernel.states import State
from twin.reference.floor import Floor
from twin.reference.foresight import Claim, Foresighted
from twin.reference.group import Group
from twin.reference.parts import Offer, Target
from twin.reference.server import Server


@dataclass(slots=True, eq=False)
class Settling:
    """Moves parts, sends carriers and starts operations, until nothing more can be done."""

    floor: Floor
    servers: list[Server]
    groups: list[Group]

    def settle(self) -> None:
        """Let the line settle, once more when somebody is called for servers with nothing to do."""
        calls = self.floor.calls
        before = -1
        while len(calls) != before:
            self._settle_once()
            before = len(calls)
            self._look()

    def _settle_once(self) -> None:
        while (move := self._next_move()) is not None:
            ties = self.floor.ties
            rivals = ties.rivals(*move, self.floor.offers.all_direct()) if ties else []
            self._hand_over(*move)
            if ties:
                ties.moved(rivals)
        for server in self._unstarted():
            server.call_staff()
        for group in self.groups:
            group.dispatch()
        for server in self._unstarted():
            server.start_if_it_can()

    def _unstarted(self) -> list[Server]:
        """Return the servers with something to start or resume, in order."""
        return sorted(self.floor.unstarted, key=lambda one: (one.rank, one.resource))

    def _next_move(self) -> tuple[Offer, Target] | None:
        """Return the first part that can move by itself, and where to."""
        for _, _, _, _, offer in self.floor.offers.direct:
            target = offer.find()
            if target is not None:
                return offer, target
        return None

    def _hand_over(self, offer: Offer, target: Target) -> None:
        holder = offer.holder
        if isinstance(holder, Foresighted) and holder.claim(offer, target):
            return
        kept = isinstance(offer, Claim)
        slot = offer.slot if isinstance(offer, Claim) else target.slot(offer.part)
        part = offer.holder.let_go(slot.resource)
        offer.take(target)
        part.take_cards(target.loops)
        part.keep_cards(target.loops)
        self.floor.hand_over(part, slot, offer.holder.resource, reserved=kept)

    def _look(self) -> None:
        touched = self.floor.touched
        if not self.groups:
            for server in touched:
                server.look(None)
        else:  # any server may begin or cease to wait for a carrier
            called = self._called()
            for server in self.servers:
                server.look(called.get(server.resource))
            for group in self.groups:
                group.look()
        touched.clear()

    def _called(self) -> dict[int, State]:
        """Return which servers would take a part that waits for a carrier, and for which kind."""
        called: dict[int, State] = {}
        for group in self.groups:
            for offer in group.note_calls():
                target = offer.find()
                if target is None or group.exchange_for(offer) is not None:
                    continue  # the server where it would be exchanged is not empty
                called.setdefault(target.slot(offer.part).resource, group.awaited)
        return called

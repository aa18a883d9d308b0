"""Parts, and their offers to move on."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from twin.kernel.model import NONE
from twin.kernel.states import Choose, State

if TYPE_CHECKING:
    from twin.reference.group import Group
    from twin.reference.loops import Loop
    from twin.reference.patience import Patience


@dataclass(slots=True, eq=False)
class Part:
    """A part; its times in ns."""

    number: int
    product: int
    since: int  # when it came to be
    priority: int  # smaller goes first
    entered: int = 0  # when it entered the line
    due: int = NONE  # NONE: whenever
    rest: int = NONE  # work left of an operation it was taken off; NONE: none
    patience: "Patience | None" = None  # where it does not wait for ever
    reworks: "Counter[Target]" = field(default_factory=Counter)  # targets with a limit it took
    cards: "tuple[Loop, ...]" = ()  # of the loops it is in

    def may_enter(self, loops: "tuple[Loop, ...]") -> bool:
        """Return whether every loop it would come into has a card for it."""
        return all(loop in self.cards or loop.has_card for loop in loops)

    def take_cards(self, loops: "tuple[Loop, ...]") -> None:
        """Take a card of each loop it is not in yet."""
        taken = tuple(loop for loop in loops if loop not in self.cards)
        for loop in taken:
            loop.take()
        self.cards += taken

    def be_served(self) -> None:
        """Be certain to be taken from where it waits."""
        if self.patience is not None:
            self.patience.ends(self)

    def keep_cards(self, loops: "tuple[Loop, ...]" = ()) -> None:
        """Give back all cards but those of the given loops."""
        for loop in self.cards:
            if loop not in loops:
                loop.give_back()
        self.cards = tuple(loop for loop in self.cards if loop in loops)


class Slot(Protocol):
    """A place that takes one part."""

    resource: int

    def take(self, part: Part, by: int, *, reserved: bool = False) -> None:
        """Take a part that the resource ``by`` delivers, into the place reserved for it or not."""

    def give_up(self) -> None:
        """Be reserved no longer: the part will not come."""


class Target(Protocol):
    """Where parts can go."""

    node: int
    name: str
    place_at: int  # where carriers place, an index of Line.places
    loops: "tuple[Loop, ...]"

    def has_room(self) -> bool:
        """Return whether a place is free, whoever is on shift and whatever it may be for."""

    def accepts(self, part: Part) -> bool:
        """Return whether a part may come now."""

    def would_accept(self, part: Part) -> bool:
        """Return whether a part might come if everything were on shift."""

    def slot(self, part: Part) -> Slot:
        """Return the place a part that may come takes."""

    def reserve(self, kind: State, part: Part) -> Slot:
        """Keep that place for a carrier; who waits for it there waits in the state ``kind``."""

    def holds(self) -> int:
        """Return how many parts it has, those on the way to it included."""


class Holder(Protocol):
    """Where parts come from; it offers one at a time."""

    resource: int
    rank: int
    pick_at: int  # where carriers pick, an index of Line.places

    def let_go(self, by: int) -> Part:
        """Give the offered part away to the resource ``by``."""

    def in_a_row(self) -> float:
        """Return how many parts like the offered one it would offer one after the other."""


def run_length(products: Sequence[int]) -> int:
    """Return how many products at the beginning are the same."""
    return next((k for k, one in enumerate(products) if one != products[0]), len(products))


@dataclass(slots=True, eq=False)
class Route:
    """Where parts of one product go from one node."""

    origin: int  # that node
    choose: Choose
    targets: tuple[Target, ...]
    cumulative: tuple[float, ...]  # running sums of the targets' weights
    group: "Group | None"  # who carries them; None: they move by themselves
    priority: int
    limits: dict[Target, int]  # how often one part may take a target
    otherwise: Target | None  # for a part that may not take its target again
    overflow: Target | None  # for a part that the target chosen for it does not accept
    # By what the targets that accept a part are compared; None: the first of them takes it.
    worth: Callable[[Part, Target], int] | None
    turn: int = 0  # cyclic: whose turn it is

    def next_in_turn(self) -> Target:
        """Return the target whose turn it is, and pass the turn on."""
        target = self.targets[self.turn]
        self.turn = (self.turn + 1) % len(self.targets)
        return target

    def open_to(self, part: Part, chosen: Target) -> tuple[Target, ...]:
        """Return where a part may go that has been given a target: the first that accepts it."""
        limit = self.limits.get(chosen)
        if limit is not None and part.reworks[chosen] >= limit:
            assert self.otherwise is not None
            chosen = self.otherwise
        return (chosen,) if self.overflow is None else (chosen, self.overflow)


class Offer:
    """A part that may move on.

    Parameters
    ----------
    holder : Holder
        Where it is.
    part : Part
    route : Route
        Where it may go.
    since : int
        Since when, ns.
    targets : sequence of Target
        All of the route; or the one chosen, and where the part goes if that does not accept it.
    """

    __slots__ = ("chosen", "holder", "order", "part", "route", "sent", "since", "targets")

    def __init__(
        self, holder: Holder, part: Part, route: Route, since: int, targets: Sequence[Target]
    ) -> None:
        self.holder = holder
        self.part = part
        self.route = route
        self.since = since
        self.targets = targets
        self.chosen = None if targets is route.targets else targets[0]
        self.sent = False  # a carrier is on its way
        # Its place among all offers: the smallest moves first.
        self.order = (route.priority, since, holder.rank, holder.resource)

    def waits(self) -> State:
        """Return how a server that holds the part waits for it to leave."""
        group = self.route.group
        if group is None or not (self.sent or group.can_serve(self)):
            return State.BLOCKED
        return group.awaited

    def find(self) -> Target | None:
        """Return the target that the part would go to now, if one accepts it."""
        for target in self.targets:
            if self._fits(target):
                return target if self.route.worth is None else self._least(self.route.worth)
        return None

    def take(self, target: Target) -> None:
        """Note that the part goes to a target: to some it may only so often."""
        if self.chosen is target and target in self.route.limits:
            self.part.reworks[target] += 1

    def could_go(self, target: Target) -> bool:
        """Return whether it could go to a target if everything were on shift."""
        return target.would_accept(self.part) and self.part.may_enter(target.loops)

    def _least(self, worth: Callable[[Part, Target], int]) -> Target:
        accepting = (target for target in self.targets if self._fits(target))
        return min(accepting, key=lambda target: worth(self.part, target))

    def _fits(self, target: Target) -> bool:
        return target.accepts(self.part) and (not target.loops or self.part.may_enter(target.loops))

"""How often the order of what happens at one instant decides what comes of it.

Looked for while a line runs: two parts that could move and of which only the order of declaration
says which goes first, when the second then goes elsewhere or stays; two requests or calls between
which a group chooses by nothing else; and a failure, maintenance that comes due, or a change of
shift at the very end of an operation, which is over by the order of ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from twin.kernel.model import NONE, Line
from twin.reference.environment import End, Family
from twin.reference.parts import Offer, Target

Rival = tuple[Offer, Target]

_CLOCKS = (Family.FAILURE, Family.MAINTENANCE)


@dataclass(slots=True)
class Ties:
    """What was found in a run.

    Attributes
    ----------
    instants : int
        At which anything ended.
    decided : dict of str to int
        At how many of them the order decided, by what it decided.
    """

    line: Line
    instants: int = 0
    decided: dict[str, int] = field(default_factory=dict)
    any: int = 0  # instants of any of these kinds
    now: int = NONE  # the last of them, ns
    _kinds: set[str] = field(default_factory=set)  # at this instant
    _ended: set[int] = field(default_factory=set)  # servers that ended a stage at this instant

    def end(self, now: int, end: End) -> None:
        """Note that something ends."""
        if now != self.now:
            self.now = now
            self._kinds, self._ended = set(), set()
            self.instants += 1
        resource = end.index
        if end.family is Family.OPERATION:
            self._ended.add(resource)
        elif end.family in _CLOCKS:
            if resource // self.line.after_stream.shape[1] in self._ended:
                self._decide("whether an operation had ended when its machine stopped")
        elif end.family is Family.SHIFT:
            nodes = self.line.resource_node[sorted(self._ended)]
            if (self.line.nodes["calendar"][nodes] == resource).any():
                self._decide("whether an operation had ended when its shift changed")

    def rivals(self, offer: Offer, target: Target, others: Sequence[Offer]) -> list[Rival]:
        """Return the parts that might have moved in place of one, and where to."""
        order = offer.order[:-1]
        found: list[Rival] = []
        for other in others:
            if other is not offer and other.order[:-1] == order:
                there = other.find()
                if there is target:
                    found.append((other, there))
        return found

    def moved(self, rivals: list[Rival]) -> None:
        """Note that the first of some parts has moved; the others go elsewhere, or stay."""
        if any(offer.find() is not target for offer, target in rivals):
            self._decide("which of two parts moved first")

    def chosen(self, urgencies: Sequence[tuple[int, ...]]) -> None:
        """Note between which requests and calls a unit chose; the last two numbers are of order."""
        first = min(urgencies)
        if sum(one[:-2] == first[:-2] for one in urgencies) > 1:
            self._decide("which of two parts or calls a unit served first")

    def _decide(self, what: str) -> None:
        if not self._kinds:
            self.any += 1
        if what not in self._kinds:
            self._kinds.add(what)
            self.decided[what] = self.decided.get(what, 0) + 1

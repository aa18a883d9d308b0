"""The shop floor: what everything that stands on it shares."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twin.kernel.model import Line
from twin.reference.draws import Draws
from twin.reference.environment import LineEnvironment
from twin.reference.loops import Loop
from twin.reference.offers import Offers
from twin.reference.parts import Part, Slot
from twin.reference.recorder import Recorder

if TYPE_CHECKING:
    from twin.reference.calls import Call
    from twin.reference.group import Group
    from twin.reference.server import Server
    from twin.reference.ties import Ties
    from twin.reference.watched import Watched


@dataclass(slots=True, eq=False)
class Floor:
    """Time, luck, memory and the offers of parts to move, for one run of a line."""

    line: Line
    env: LineEnvironment
    recorder: Recorder
    draws: Draws
    offers: Offers = field(default_factory=Offers)
    loops: list[Loop] = field(default_factory=list)
    arrivals: Callable[[int, Part], None] | None = None  # who is told of parts coming to nodes
    calls: "list[Call]" = field(default_factory=list)  # open
    groups: "list[Group]" = field(default_factory=list)
    inside: int = 0  # parts in the line
    ties: "Ties | None" = None  # while it is looked for what order decides
    # Used as ordered sets.
    unstarted: "dict[Server, None]" = field(default_factory=dict)  # hold a part to start or resume
    touched: "dict[Watched, None]" = field(default_factory=dict)  # may be seen to do something new

    def hand_over(self, part: Part, slot: Slot, by: int, *, reserved: bool = False) -> None:
        """Put a part that the resource ``by`` delivers into a place."""
        if self.arrivals is not None:
            self.arrivals(slot.resource, part)
        slot.take(part, by, reserved=reserved)

    def loops_at(self, node: int) -> tuple[Loop, ...]:
        """Return the loops a node belongs to."""
        return tuple(loop for loop in self.loops if node in loop.nodes)

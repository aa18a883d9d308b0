"""Sinks: where parts leave the line."""

from twin.kernel.states import State
from twin.reference.floor import Floor
from twin.reference.parts import Part
from twin.reference.place import Place


class Sink(Place):
    """Where parts leave the line.

    Parameters
    ----------
    floor : Floor
    node : int
        Index of the node.
    """

    def __init__(self, floor: Floor, node: int) -> None:
        super().__init__(floor, node)
        row = floor.line.nodes[node]
        self._state = State.FINISHED if row["good"] else State.SCRAPPED
        self._reserved = 0

    def has_room(self) -> bool:
        """Return that a sink always does."""
        return True

    def holds(self) -> int:
        """Return how many parts are on their way here."""
        return self._reserved

    def reserve(self, kind: State, part: Part) -> "Sink":
        """Expect a carried part."""
        self._reserved += 1
        return self

    def give_up(self) -> None:
        """Keep a place no longer."""
        self._reserved -= 1

    def take(self, part: Part, by: int, *, reserved: bool = False) -> None:
        """Let a part leave the line."""
        self._reserved -= reserved
        self._floor.inside -= 1
        self._floor.recorder.fact(part.entered, self._state, self.resource, part, by)

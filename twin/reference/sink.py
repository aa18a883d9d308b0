"""Sinks: where parts leave the line."""

from twin.kernel.states import State
from twin.reference.floor import Floor
from twin.reference.parts import Part


class Sink:
    """Where parts leave the line.

    Parameters
    ----------
    floor : Floor
    node : int
        Index of the node.
    """

    def __init__(self, floor: Floor, node: int) -> None:
        row = floor.line.nodes[node]
        self.resource = int(row["resource"])
        self.node = node
        self.name = floor.line.node_names[node]
        self.loops = floor.loops_at(node)
        self.place_at = int(row["place_at"])
        self._state = State.FINISHED if row["good"] else State.SCRAPPED
        self._floor = floor
        self._reserved = 0

    def has_room(self) -> bool:
        """Return that a sink always does."""
        return True

    def accepts(self, part: Part) -> bool:
        """Return whether there is room for it: any part is taken."""
        return self.has_room()

    def would_accept(self, part: Part) -> bool:
        """Return whether there is room for it: there are no shifts here."""
        return self.has_room()

    def holds(self) -> int:
        """Return how many parts are on their way here."""
        return self._reserved

    def slot(self, part: Part) -> "Sink":
        """Return itself."""
        return self

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

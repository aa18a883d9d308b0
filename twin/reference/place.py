"""Nodes of one resource that take any part while they have room."""

from typing import Self

from twin.reference.floor import Floor
from twin.reference.parts import Part


class Place:
    """What a buffer, a conveyor and a sink have in common.

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
        self.rank = int(row["rank"])
        self.pick_at = int(row["pick_at"])
        self.place_at = int(row["place_at"])
        self._floor = floor

    def has_room(self) -> bool:
        """Return whether one more part may come."""
        raise NotImplementedError

    def accepts(self, part: Part) -> bool:
        """Return whether there is room for a part: any part is taken."""
        return self.has_room()

    def would_accept(self, part: Part) -> bool:
        """Return whether there is room for a part: there are no shifts here."""
        return self.has_room()

    def slot(self, part: Part) -> Self:
        """Return itself: one place is as good as another."""
        return self

"""Buffers and sinks."""

from collections import deque

from twin.kernel.model import NONE
from twin.kernel.states import State
from twin.reference.floor import Floor
from twin.reference.outlet import Outlet
from twin.reference.parts import Offer, Part
from twin.reference.recorder import Activity


class Buffer:
    """Keeps parts and offers the oldest.

    Parameters
    ----------
    floor : Floor
    node : int
        Index of the node.
    """

    def __init__(self, floor: Floor, node: int) -> None:
        row = floor.line.nodes[node]
        self.resource = int(row["resource"])
        self.name = floor.line.node_names[node]
        self.rank = int(row["rank"])
        self.pick_at = int(row["pick_at"])
        self.place_at = int(row["place_at"])
        self._capacity = int(row["capacity"])
        self._floor = floor
        self._outlet = Outlet(floor, node)
        self._parts: deque[tuple[Part, int]] = deque()  # and since when it is here
        self._reserved = 0
        self._offer: Offer | None = None
        floor.recorder.watch(self._still_open)

    def accepts(self) -> bool:
        """Return whether a waiting place is neither taken nor reserved."""
        return self._capacity == NONE or self.holds() < self._capacity

    def would_accept(self) -> bool:
        """Return whether it accepts: it has no shifts."""
        return self.accepts()

    def holds(self) -> int:
        """Return how many parts are here or on their way."""
        return len(self._parts) + self._reserved

    def slot(self) -> "Buffer":
        """Return itself: any waiting place is as good."""
        return self

    def reserve(self, kind: State) -> "Buffer":
        """Keep a place for a carried part."""
        self._reserved += 1
        return self

    def take(self, part: Part, by: int, *, reserved: bool = False) -> None:
        """Take a part at the end of the queue."""
        self._reserved -= reserved
        self._parts.append((part, self._floor.env.now))
        if len(self._parts) == 1:
            self._offer_oldest()

    def let_go(self, by: int) -> Part:
        """Let the oldest part go."""
        part, since = self._parts.popleft()
        assert self._offer is not None
        self._floor.offers.withdraw(self._offer)
        self._floor.recorder.stay(since, State.WAITING, self.resource, part, by)
        if self._parts:
            self._offer_oldest()
        return part

    def _offer_oldest(self) -> None:
        self._offer = self._outlet.offer(self, self._parts[0][0])
        self._floor.offers.add(self._offer)

    def _still_open(self) -> list[Activity]:
        recorder = self._floor.recorder
        return [
            recorder.cut(since, State.WAITING, self.resource, part) for part, since in self._parts
        ]


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
        self.name = floor.line.node_names[node]
        self.place_at = int(row["place_at"])
        self._state = State.FINISHED if row["good"] else State.SCRAPPED
        self._floor = floor
        self._reserved = 0

    def accepts(self) -> bool:
        """Return that a sink always does."""
        return True

    def would_accept(self) -> bool:
        """Return whether it accepts: it has no shifts."""
        return self.accepts()

    def holds(self) -> int:
        """Return how many parts are on their way here."""
        return self._reserved

    def slot(self) -> "Sink":
        """Return itself."""
        return self

    def reserve(self, kind: State) -> "Sink":
        """Expect a carried part."""
        self._reserved += 1
        return self

    def take(self, part: Part, by: int, *, reserved: bool = False) -> None:
        """Let a part leave the line."""
        self._reserved -= reserved
        self._floor.inside -= 1
        self._floor.recorder.fact(part.entered, self._state, self.resource, part, by)

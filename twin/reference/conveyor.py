"""Accumulating conveyors."""

from collections import deque

from simpy.events import Event

from twin.kernel.states import State
from twin.reference.environment import End, Family
from twin.reference.floor import Floor
from twin.reference.outlet import Outlet
from twin.reference.parts import Offer, Part, run_length
from twin.reference.place import Place
from twin.reference.recorder import Activity


class Conveyor(Place):
    """Moves parts to its end, where they queue up.

    Parameters
    ----------
    floor : Floor
    node : int
        Index of the node.
    """

    def __init__(self, floor: Floor, node: int) -> None:
        super().__init__(floor, node)
        row = floor.line.nodes[node]
        self._capacity = int(row["capacity"])
        self._transit = int(row["transit"])
        self._gap = int(row["gap"])
        self._outlet = Outlet(floor, node)
        self._parts: deque[tuple[Part, int]] = deque()  # and when it entered
        self._arrivals: deque[int] = deque()  # of its parts at the end, if nothing is in their way
        self._reserved = False
        self._clearing: End | None = None  # while the entry is not clear
        self._next_at_end = 0  # earliest instant at which a part can reach the end
        self._coming: End | None = None  # while a part is to reach the end
        self._offer: Offer | None = None
        floor.recorder.watch(self._still_open)

    def has_room(self) -> bool:
        """Return whether there is a place, the entry is clear, and nobody else was promised it."""
        full = len(self._parts) >= self._capacity
        return not full and not self._reserved and self._clearing is None

    def holds(self) -> int:
        """Return how many parts are here or on their way."""
        return len(self._parts) + self._reserved

    def reserve(self, kind: State, part: Part) -> "Conveyor":
        """Keep the next place for a carried part."""
        self._reserved = True
        return self

    def give_up(self) -> None:
        """Keep a place no longer."""
        self._reserved = False

    def take(self, part: Part, by: int, *, reserved: bool = False) -> None:
        """Take a part at the entry."""
        if reserved:
            self._reserved = False
        self._parts.append((part, self._floor.env.now))
        self._arrivals.append(self._floor.env.now + self._transit)
        self._clear_after(self._gap)
        if len(self._parts) == 1:
            self._head_travels()

    def move_along(self, travelled: int) -> None:
        """Let the part that got on last be so far (ns) from the entry already, at the start."""
        self._arrivals[-1] = self._transit - travelled
        self._clear_after(self._gap - travelled)
        if len(self._parts) == 1:
            self._head_travels()

    def let_go(self, by: int) -> Part:
        """Let the head part go; the others move up."""
        now = self._floor.env.now
        if len(self._parts) == self._capacity:
            self._clear_after(
                self._gap
            )  # all move up together, so the entry too clears a gap later
        part, entered = self._parts.popleft()
        self._arrivals.popleft()
        assert self._offer is not None
        self._floor.offers.withdraw(self._offer)
        self._floor.recorder.stay(entered, State.CONVEYED, self.resource, part, by)
        self._next_at_end = now + self._gap
        if self._parts:
            self._head_travels()
        return part

    def parts(self) -> list[Part]:
        """Return the parts on it."""
        return [part for part, _ in self._parts]

    def in_a_row(self) -> int:
        """Return how many parts of one product come first, those still on the way included."""
        return run_length([part.product for part, _ in self._parts])

    def _head_travels(self) -> None:
        self._await_head(max(self._arrivals[0], self._next_at_end))

    def _await_head(self, due: int) -> None:
        """Let the first part reach the end at an instant, whatever was to be before."""
        if self._coming is not None:
            self._coming.abandon()
        self._coming = End(self._floor.env, Family.HEAD, self.resource, due)
        self._coming.callbacks.append(self._head_arrives)

    def _head_arrives(self, _: Event) -> None:
        self._coming = None
        self._offer = self._outlet.offer(self, self._parts[0][0])
        self._floor.offers.add(self._offer)

    def _clear_after(self, wait: int) -> None:
        """Let the entry be barred for so long (ns), whatever was to be before."""
        if self._clearing is not None:
            self._clearing.abandon()
            self._clearing = None
        if wait > 0:
            env = self._floor.env
            self._clearing = End(env, Family.ENTRY, self.resource, env.now + wait)
            self._clearing.callbacks.append(self._entry_clears)

    def _entry_clears(self, end: Event) -> None:
        self._clearing = None

    def _still_open(self) -> list[Activity]:
        recorder = self._floor.recorder
        return [recorder.cut(t, State.CONVEYED, self.resource, part) for part, t in self._parts]

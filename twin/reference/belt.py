"""Conveyors that do not accumulate."""

from simpy.events import Event

from twin.kernel.states import State
from twin.reference.conveyor import Conveyor
from twin.reference.environment import End, Family
from twin.reference.floor import Floor
from twin.reference.parts import Part


class Belt(Conveyor):
    """Stands still while the part at its end is not taken.

    Positions on it follow from its running time: how long it has run since the start.  In that it
    counts when its parts arrive at the end.
    """

    def __init__(self, floor: Floor, node: int) -> None:
        super().__init__(floor, node)
        self._stood = 0  # ns, up to when it began to stand last
        self._stands_since: int | None = None  # None: it runs
        self._clear = True
        self._clear_at = 0  # in running time

    def has_room(self) -> bool:
        """Return whether there is a place, the entry is clear, and nobody else was promised it."""
        return len(self._parts) < self._capacity and not self._reserved and self._clear

    def take(self, part: Part, by: int, *, reserved: bool = False) -> None:
        """Take a part at the entry, on a belt that stands as well."""
        if reserved:
            self._reserved = False
        now = self._floor.env.now
        runs = self._stands_since is None
        ran = (now if self._stands_since is None else self._stands_since) - self._stood
        entry = max(ran, self._clear_at)
        self._parts.append((part, now))
        self._arrivals.append(entry + self._transit)
        self._clear, self._clear_at = False, entry + self._gap
        if runs:
            self._await_clear_entry()
            if len(self._parts) == 1:
                self._head_travels()

    def move_along(self, travelled: int) -> None:
        """Let the part that got on last be so far (ns) from the entry already, at the start."""
        self._arrivals[-1] = self._transit - travelled
        self._clear_at = self._gap - travelled
        self._clear = self._clear_at <= 0
        self._await_clear_entry()
        if len(self._parts) == 1:
            self._head_travels()

    def let_go(self, by: int) -> Part:
        """Let the part at the end go; the belt runs again."""
        assert self._offer is not None
        assert self._stands_since is not None
        part, entered = self._parts.popleft()
        self._arrivals.popleft()
        self._floor.offers.withdraw(self._offer)
        self._floor.recorder.stay(entered, State.CONVEYED, self.resource, part, by)
        self._stood += self._floor.env.now - self._stands_since
        self._stands_since = None
        if not self._clear:
            self._await_clear_entry()
        if self._parts:
            self._head_travels()
        return part

    def _when(self, running_time: int) -> int:
        """Return when a belt that runs on will have run for so long; now if it has already."""
        return max(running_time + self._stood, self._floor.env.now)

    def _head_travels(self) -> None:
        self._await_head(self._when(self._arrivals[0]))

    def _head_arrives(self, event: Event) -> None:
        self._stands_since = self._floor.env.now
        if self._clearing is not None and self._clearing.at > self._floor.env.now:
            self._clearing.abandon()
            self._clearing = None
        super()._head_arrives(event)

    def _await_clear_entry(self) -> None:
        if self._clearing is not None:
            self._clearing.abandon()
            self._clearing = None
        if not self._clear:
            due = self._when(self._clear_at)
            self._clearing = End(self._floor.env, Family.ENTRY, self.resource, due)
            self._clearing.callbacks.append(self._entry_clears)

    def _entry_clears(self, end: Event) -> None:
        self._clearing = None
        self._clear = True

"""Servers that gather several parts before they begin."""

from twin.kernel.states import State
from twin.reference.parts import Part
from twin.reference.server import Server


class Gatherer(Server):
    """Keeps parts, and expects some that carriers bring, until they suffice to begin."""

    gathered: list[Part]
    coming: dict[Part, State]  # and how it waits for the carrier

    def may_gather(self, *, shifts: bool) -> bool:
        """Return whether it is empty and up, and on shift if ``shifts`` are looked at."""
        return self.part is None and not self._down and (self._on_shift or not shifts)

    def expect(self, part: Part, kind: State) -> None:
        """Keep a place for a part that a carrier brings."""
        self.coming[part] = kind
        self._await_carriers()

    def take(self, part: Part, by: int, *, reserved: bool = False) -> None:
        """Put a part to the others."""
        if reserved:
            del self.coming[part]
            self._await_carriers()
        self._close(by)
        self.gathered.append(part)
        if self.has_all():
            self._floor.unstarted[self] = None

    def parts(self) -> list[Part]:
        """Return the parts it has, those that it gathers too."""
        return [*super().parts(), *self.gathered]

    def has_all(self) -> bool:
        """Return whether it can begin with what it has."""
        raise NotImplementedError

    def holds(self) -> int:
        """Return how many parts it has, those on the way to it included."""
        at_work = (self.part is not None) + len(self._more)
        return at_work + len(self.gathered) + len(self.coming)

    def _await_carriers(self) -> None:
        kinds = self.coming.values()
        robot = State.WAITING_ROBOT in kinds
        self.awaits = State.WAITING_ROBOT if robot else next(iter(kinds), None)

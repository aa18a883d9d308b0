"""Maintenance of a server, one plan for each of its reasons."""

from collections.abc import Generator

from simpy.events import Event

from twin.kernel.states import Clock
from twin.reference.calls import Call
from twin.reference.environment import End, Family
from twin.reference.failures import Failure, Machine, crew_of
from twin.reference.floor import Floor


class Plan(Failure):
    """Maintenance that comes due, begins when no operation is to end first, and comes due anew.

    Parameters
    ----------
    floor : Floor
    machine : Machine
        The server.
    mode : int
        Index of the plan in Line.modes.
    column : int
        Its index among the modes of the station.
    crew : Call or None
        For somebody to do it; None: it needs nobody.
    """

    def __init__(
        self, floor: Floor, machine: Machine, mode: int, column: int, crew: Call | None
    ) -> None:
        row = floor.line.modes[mode]
        self.due = False
        self.when_idle = row["clock"] == Clock.IDLE
        self._by_parts = row["clock"] == Clock.PARTS
        self._parts = int(row["parts"])
        self._lasts = 0  # ns, once it has begun
        super().__init__(floor, machine, mode, column, crew)

    def run(self) -> Generator[Event, None, None]:
        """Let its clock run for the first time."""
        self._renew()
        yield from ()

    def strike(self, left: int) -> None:
        """Let the server be in maintenance at the start, with so much of it left, ns."""
        self._break_down()
        self._lasts = left
        if self.crew is None:
            self.begin_repair()

    def begin(self) -> None:
        """Begin, or call for somebody who has to be there."""
        self.due = False
        self._lasts = self._break_down()
        if self.crew is None:
            self.begin_repair()

    def begin_repair(self) -> None:
        """Let the work begin: everybody is there."""
        due = self._env.now + self._lasts
        end = End(self._env, Family.REPAIR, self._machine.resource, due)
        end.callbacks.append(self._over)

    def go_on(self) -> None:
        """Let a calendar clock run (on), unless it has run out."""
        if not self.due:
            super().go_on()

    def work_begins(self, until: int) -> None:
        """Let an operating clock run on, unless it has run out."""
        if not self.due and not self._by_parts and not self.when_idle:
            super().work_begins(until)

    def count(self) -> None:
        """Count a part that was worked on."""
        if self._by_parts:
            self._left -= 1
            self.due = self._left <= 0

    def _over(self, _: Event) -> None:
        if self.crew is not None:
            self.crew.call_off()
        self._machine.repaired(self)
        self._renew()
        self._machine.begin_due()

    def _renew(self) -> None:
        self._left = self._parts
        if not self._by_parts and not self.when_idle:
            self._left = self._after_luck.duration(self._after)
            self.go_on()

    def _set_alarm(self, due: int) -> None:
        self._alarm = End(self._env, Family.MAINTENANCE, self._place, due)
        self._alarm.callbacks.append(self._ring)

    def _ring(self, _: Event) -> None:
        self._alarm = self._due = None
        self.due = True
        self._machine.begin_due()


def plans_of(floor: Floor, node: int, machine: Machine, calls: list[Call]) -> list[Plan]:
    """Return all maintenance of a server of the station at a node; ``calls`` are its own."""
    row = floor.line.nodes[node]
    first, count = int(row["mode_first"]), int(row["mode_count"])
    modes = floor.line.modes[first : first + count]
    return [
        Plan(floor, machine, first + k, k, crew_of(mode, calls))
        for k, mode in enumerate(modes)
        if mode["planned"]
    ]

"""Time as the line has it: what ends precedes what begins.

A SimPy environment counts whole nanoseconds here.  Timed ends carry a priority, so that at one
instant they happen in the order of docs/conventions.md; interrupts keep SimPy's own (they come at
once), and an event behind all ends lets the line settle.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Any

import simpy
from simpy.events import Event, EventPriority, Timeout


class Family(IntEnum):
    """What can end, in the order in which ends at one instant happen."""

    OPERATION = 0  # and wake-ups
    CARRIER = 1
    HEAD = 2  # a conveyor's head part reaches the end
    ENTRY = 3  # a conveyor's entry clears
    REPAIR = 4
    SHIFT = 5
    FAILURE = 6
    MAINTENANCE = 7  # comes due
    SLEEP = 8
    TIMEOUT = 9  # an oven has waited for more parts
    RIPE = 10  # a part has been in a buffer for long enough
    PATIENCE = 11  # a part has waited for too long
    CARD = 12  # a card is back
    ARRIVAL = 13


# Noticed at the next scan of the controller only.
SCANNED = {Family.OPERATION, Family.CARRIER, Family.HEAD, Family.ENTRY, Family.REPAIR}
# While one of these is to come, the line is alive.
MOVING = SCANNED | {
    *(Family.TIMEOUT, Family.RIPE, Family.PATIENCE),
    *(Family.CARD, Family.ARRIVAL),
}

WIDTH = 1 << 40  # more than (resources x failure modes) of any line
AT_ONCE = 0  # SimPy's own for what cannot wait
HALT = 2  # behind SimPy's own priorities, before all ends
FIRST = 3
SETTLE = FIRST + len(Family) * WIDTH


class Planned(Event):
    """An event that is certain to happen at its instant, in its place."""

    def __init__(
        self, env: "LineEnvironment", at: int, priority: int, then: Callable[[Event], Any]
    ) -> None:
        # As in simpy.Timeout, without the call of the base class: this runs for every event.
        self.env = env
        self.callbacks = [then]
        self._ok = True
        self._value = None
        env.schedule(self, EventPriority(priority), at - env.now)


class End(Planned):
    """A timed end; whoever yields it goes on when it has happened.

    Parameters
    ----------
    env : LineEnvironment
    family : Family
        What ends.
    index : int
        Its place among ends of the same family: resource, failure mode, or calendar.
    due : int
        When, ns; happens at the next scan where the controller has to notice it.
    """

    def __init__(self, env: "LineEnvironment", family: Family, index: int, due: int) -> None:
        self.family = family
        self.index = index
        self.due = due
        self.at = env.noticed(due) if family in SCANNED else due
        env.moving += family in MOVING
        super().__init__(env, self.at, FIRST + family * WIDTH + index, env.happens)

    def abandon(self) -> None:
        """Let it pass unnoticed: what would have ended was stopped before."""
        self.callbacks.clear()
        self.env.moving -= self.family in MOVING  # type: ignore[attr-defined]


class LineEnvironment(simpy.Environment):
    """A SimPy environment in whole nanoseconds in which each instant has two phases.

    Parameters
    ----------
    scan : int
        Cycle of the controller, ns; 0: it notices ends at once.
    limit : int
        Most ends at one instant.
    """

    _now: int

    def __init__(self, scan: int, limit: int) -> None:
        super().__init__(0)
        self.total = 0  # ends so far
        self.moving = 0  # ends to come that can move parts
        self.settle: Callable[[], None] = lambda: None
        self.stuck: Callable[[], None] = lambda: None  # called when an instant does not end
        self.noted: Callable[[Any], None] | None = None  # who is told of each end
        self._scan = scan
        self._limit = limit
        self.halted = False  # the line has stopped by itself
        self._instant = -1
        self._ends = 0  # at this instant
        self._settling = False
        self.settle_soon()

    @property
    def now(self) -> int:
        """The present, ns."""
        return self._now

    def timeout(self, delay: float = 0, value: Any = None) -> Timeout:
        """Return an event ``delay`` ns from now: whole nanoseconds, for processes of the user."""
        if delay != int(delay):
            raise ValueError(f"time is counted in whole nanoseconds; got {delay}")
        return Timeout(self, int(delay), value)

    def noticed(self, due: int) -> int:
        """Return when the controller notices what is due."""
        return due if self._scan == 0 else -(-due // self._scan) * self._scan

    def happens(self, end: Event) -> None:
        """Take note that an end happens: the line is to settle after it."""
        if self._instant != self._now:
            self._instant, self._ends = self._now, 0
        self._ends += 1
        self.total += 1
        if self.noted is not None:
            self.noted(end)
        if end.family in MOVING:  # type: ignore[attr-defined]
            self.moving -= 1
        self.settle_soon()
        if self._ends > self._limit:
            Planned(self, self._now, HALT, self._halt)

    def settle_soon(self) -> None:
        """Let the line settle when all that is due now has ended."""
        if not self._settling:
            self._settling = True
            Planned(self, self._now, SETTLE, self._settle)

    def run_through(self, until: int) -> None:
        """Run until all that is due at ``until`` has happened, or the line stops."""
        queue = self._queue
        while queue and queue[0][0] <= until and not self.halted:
            self.step()
        if not self.halted:
            self._now = until
            return
        # Processes of the user still learn what happened at this instant.
        while queue and queue[0][0] == self._now and queue[0][1] < HALT:
            self.step()

    def _settle(self, _: Event) -> None:
        self._settling = False
        self.settle()

    def _halt(self, _: Event) -> None:
        self.halted = True
        self.stuck()

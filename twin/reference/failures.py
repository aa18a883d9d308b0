"""Failures of a server, one process a mode."""

from collections.abc import Generator
from typing import Protocol

import numpy as np
from simpy.events import Event

from twin.kernel.model import NONE
from twin.kernel.states import Clock, OnFailure
from twin.reference.calls import Call
from twin.reference.draws import Variates
from twin.reference.environment import End, Family
from twin.reference.floor import Floor


class Machine(Protocol):
    """What can fail."""

    resource: int

    def break_down(self, failure: "Failure") -> None:
        """Go down."""

    def repaired(self, failure: "Failure") -> None:
        """Be up again."""

    def begin_due(self) -> None:
        """Begin maintenance that is due."""


class Failure:
    """One mode in which a server fails: its clock runs out, it strikes, it is repaired, and so on.

    Parameters
    ----------
    floor : Floor
    machine : Machine
        The server.
    mode : int
        Index of the mode in Line.modes.
    column : int
        Its index among the modes of the station.
    crew : Call or None
        For somebody to repair it; None: it needs nobody.
    """

    def __init__(
        self, floor: Floor, machine: Machine, mode: int, column: int, crew: Call | None
    ) -> None:
        line = floor.line
        row = line.modes[mode]
        resource = machine.resource
        name = line.resources[resource]
        self.fate = OnFailure(row["on_failure"])
        self._calendar = row["clock"] == Clock.CALENDAR
        self._env = floor.env
        self._machine = machine
        self._place = resource * line.after_stream.shape[1] + column
        self._after = int(row["after"])
        self._repair = int(row["repair"])
        self._after_luck = Variates(floor.draws, line.after_stream[resource, column], name)
        self._repair_luck = Variates(floor.draws, line.repair_stream[resource, column], name)
        self._left = 0  # on its clock, ns
        self._due: int | None = None  # when it runs out; None: it stands still
        self._alarm: End | None = None
        self.crew = crew
        self.column = column
        self._remaining: int | None = None  # of a repair that was under way at the start, ns
        self._comes = floor.env.event()  # somebody, to repair it
        self._strikes = floor.env.event()
        floor.env.process(self.run())

    def run(self) -> Generator[Event, None, None]:
        """Strike whenever the clock has run out."""
        while True:
            self._left = self._after_luck.duration(self._after)
            self.go_on()
            self._machine.begin_due()
            yield self._strikes
            self._strikes = self._env.event()
            lasts, self._remaining = self._remaining, None
            if lasts is None:
                lasts = self._break_down()
            if self.crew is not None:
                yield self._comes
            yield End(self._env, Family.REPAIR, self._machine.resource, self._env.now + lasts)
            if self.crew is not None:
                self.crew.call_off()
            self._machine.repaired(self)

    def strike(self, left: int) -> None:
        """Let the server be down at the start, with so much of the repair left, ns."""
        self._break_down()
        self._remaining = left
        self._strikes.succeed()

    def _break_down(self) -> int:
        """Go down and call for the crew; return how long the repair takes, ns."""
        self._machine.break_down(self)
        lasts = self._repair_luck.duration(self._repair)
        if self.crew is not None:
            self.crew.make()
        return lasts

    def begin_repair(self) -> None:
        """Let the repair begin: somebody has come."""
        comes, self._comes = self._comes, self._env.event()
        comes.succeed()

    def go_on(self) -> None:
        """Let a calendar clock run (on)."""
        if self._calendar:
            self._due = self._env.now + self._left
            self._set_alarm(self._due)

    def work_begins(self, until: int) -> None:
        """Let an operating clock run on; the work ends at ``until`` if nothing happens."""
        if not self._calendar:
            self._due = self._env.now + self._left
            if self._due <= until:
                self._set_alarm(self._due)

    def work_ends(self) -> None:
        """Stop an operating clock; if it has just run out, the failure strikes nevertheless."""
        if self._calendar or self._due is None:
            return
        self._left = self._due - self._env.now
        self._due = None
        if self._left > 0:
            self._drop_alarm()

    def hold(self) -> None:
        """Stop any clock while the server is down."""
        if self._due is not None:
            self._left = self._due - self._env.now
            self._due = None
        self._drop_alarm()

    def _set_alarm(self, due: int) -> None:
        self._alarm = End(self._env, Family.FAILURE, self._place, due)
        self._alarm.callbacks.append(self._ring)

    def _drop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.abandon()
            self._alarm = None

    def _ring(self, _: Event) -> None:
        self._alarm = self._due = None
        self._strikes.succeed()


def crew_of(mode: np.void, calls: list[Call]) -> Call | None:
    """Return the call for whoever a row of Line.modes needs, of those of a server."""
    return None if mode["call"] == NONE else calls[mode["call"]]


def failures_of(floor: Floor, node: int, machine: Machine, calls: list[Call]) -> list[Failure]:
    """Return all failure modes of a server of the station at a node; ``calls`` are its own."""
    row = floor.line.nodes[node]
    first, count = int(row["mode_first"]), int(row["mode_count"])
    modes = floor.line.modes[first : first + count]
    return [
        Failure(floor, machine, first + k, k, crew_of(mode, calls))
        for k, mode in enumerate(modes)
        if not mode["planned"]
    ]

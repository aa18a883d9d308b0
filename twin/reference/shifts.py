"""Shift calendars."""

from collections.abc import Generator
from typing import Protocol

from simpy.events import Event

from twin.reference.environment import End, Family
from twin.reference.floor import Floor


class Worker(Protocol):
    """Who keeps the hours of a calendar."""

    def shift_begins(self) -> None:
        """Learn that the shift begins."""

    def shift_ends(self) -> None:
        """Learn that the shift is over."""


class Calendar:
    """A calendar that tells everyone who keeps it when shifts begin and end.

    Attributes
    ----------
    on : bool
        Whether it is on shift now.
    until : int or None
        When that changes next, ns; None: never.
    """

    def __init__(self, floor: Floor, index: int) -> None:
        row = floor.line.calendars[index]
        first, count = int(row["first"]), int(row["count"])
        self.on = bool(row["starts_on"])
        self.until: int | None = None
        self.workers: list[Worker] = []
        self._env = floor.env
        self._index = index
        self._period = int(row["period"])
        self._toggles = [int(toggle) for toggle in floor.line.toggles[first : first + count]]
        if self._toggles:
            self.until = self._toggles[0]
            floor.env.process(self.run())

    def run(self) -> Generator[Event, None, None]:
        """Toggle for ever."""
        period_start = 0
        while True:
            for toggle in self._toggles:
                self.until = period_start + toggle
                yield End(self._env, Family.SHIFT, self._index, self.until)
                self.on = not self.on
                self.until = self._after(period_start, toggle)
                for worker in self.workers:
                    if self.on:
                        worker.shift_begins()
                    else:
                        worker.shift_ends()
            period_start += self._period

    def _after(self, period_start: int, toggle: int) -> int:
        later = [t for t in self._toggles if t > toggle]
        return period_start + (later[0] if later else self._period + self._toggles[0])

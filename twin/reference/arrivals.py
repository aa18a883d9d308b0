"""When parts arrive at a source."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from simpy.events import Event

from twin.kernel.model import NONE
from twin.kernel.states import OffShift
from twin.reference.draws import Variates
from twin.reference.environment import End, Family
from twin.reference.floor import Floor


class Lot(NamedTuple):
    """Parts that arrive together."""

    quantity: int
    product: int = NONE  # NONE: as the source makes them
    due: int = NONE
    priority: int | None = None  # None: that of the product


class Arrivals:
    """The clock of a source: rings when parts arrive, pauses off shift if they are to.

    Parameters
    ----------
    floor : Floor
    row : record of NODE
        The source.
    bring : callable
        Takes a lot that has arrived; returns whether more may come.
    """

    def __init__(self, floor: Floor, row: np.void, bring: Callable[[Lot], bool]) -> None:
        self._floor = floor
        self._resource = int(row["resource"])
        self._policy = OffShift(row["off_shift"])
        self._bring = bring
        self._on_shift = True
        self._plan = self._listed(row) if row["list_count"] != NONE else self._drawn(row)
        self._lot = Lot(0)
        self._end: End | None = None
        self._left: int | None = None  # ns to the next arrival while the clock stands still

    def open(self, on_shift: bool) -> None:
        """Let the first parts be due."""
        self._on_shift = on_shift
        self._next()
        if not on_shift:
            self.shift_ends()

    def shift_begins(self) -> None:
        """Let the clock go on."""
        self._on_shift = True
        if self._left is not None:
            self._floor.env.moving -= 1
            self._await(self._floor.env.now + self._left)
            self._left = None

    def shift_ends(self) -> None:
        """Stop the clock if arrivals pause."""
        self._on_shift = False
        if self._policy is OffShift.PAUSE and self._end is not None:
            self._left = self._end.due - self._floor.env.now
            self._end.abandon()
            self._end = None
            self._floor.env.moving += 1  # parts are still to come

    def _next(self) -> None:
        due, self._lot = next(self._plan, (NONE, self._lot))
        if due != NONE:
            self._await(due)

    def _await(self, due: int) -> None:
        self._end = End(self._floor.env, Family.ARRIVAL, self._resource, due)
        self._end.callbacks.append(self._ring)

    def _ring(self, _: Event) -> None:
        self._end = None
        lost = self._policy is OffShift.LOST and not self._on_shift
        if lost or self._bring(self._lot):
            self._next()

    def _drawn(self, row: np.void) -> Iterator[tuple[int, Lot]]:
        """Yield arrivals after drawn intervals."""
        floor, lot = self._floor, Lot(int(row["batch"]))
        name = floor.line.resources[self._resource]
        intervals = Variates(floor.draws, row["every_stream"], name)
        if row["first_at"] != NONE:
            yield int(row["first_at"]), lot
        while True:
            yield floor.env.now + intervals.duration(int(row["every"])), lot

    def _listed(self, row: np.void) -> Iterator[tuple[int, Lot]]:
        """Yield the rows of a list, again and again if it repeats."""
        first, count = int(row["list_first"]), int(row["list_count"])
        rows = self._floor.line.arrivals[first : first + count]
        period, begin = int(row["list_period"]), 0
        while True:
            for at, product, quantity, due, own_priority, priority in rows.tolist():
                yield begin + at, Lot(quantity, product, due, priority if own_priority else None)
            if period == NONE:
                return
            begin += period

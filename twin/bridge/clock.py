"""Clocks that are handed to whoever needs the time."""

import time
from typing import Protocol


class Clock(Protocol):
    """Tells time in whole nanoseconds and never goes back."""

    def now(self) -> int:
        """Return the present, ns since some fixed moment."""

    def sleep_until(self, moment: int) -> None:
        """Return at `moment` ns, at once if it has passed."""


class MonotonicClock:
    """The machine's monotonic clock: jumps of the wall clock do not touch it."""

    now = staticmethod(time.monotonic_ns)  # itself: it is asked ten times a message

    def sleep_until(self, moment: int) -> None:
        """Return at `moment` ns, at once if it has passed."""
        # A loop, because a sleep may end early.
        while (left := moment - time.monotonic_ns()) > 0:
            time.sleep(left / 1e9)


class VirtualClock:
    """A clock that stands still unless moved; for tests and for simulated conversations."""

    def __init__(self, start: int = 0) -> None:
        self._now = start

    def now(self) -> int:
        """Return the present, ns."""
        return self._now

    def advance(self, by: int) -> None:
        """Let `by` ns pass."""
        if by < 0:
            raise ValueError(f"time does not go back: advance by {by} ns")
        self._now += by

    def sleep_until(self, moment: int) -> None:
        """Jump to `moment` ns, unless it has passed."""
        self._now = max(self._now, moment)

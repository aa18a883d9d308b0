"""How far the simulated time may have come by now."""

from dataclasses import dataclass

NS_PER_S = 1_000_000_000


@dataclass(slots=True)
class Pace:
    """Simulated time against a clock, from the first call of `allowed` on.

    A controller that was held up catches up at most `slack` of the clock's time: a burst after a
    long stall would be no pace.
    """

    factor: float | None  # simulated seconds a second; None: as fast as possible
    slack: int = NS_PER_S  # ns
    lateness: int = 0  # ns of the clock that `time` was behind at the last call
    worst: int = 0  # the largest since it was last told
    _started: int | None = None
    _origin: int = 0

    def allowed(self, time: int, now: int) -> int | None:
        """Return how far it may go, ns, if it has come to `time` at clock time `now`; None: any."""
        if self.factor is None:
            return None
        if self._started is None:
            self._started, self._origin = now, time
        self.lateness = max(0, now - self._started - int((time - self._origin) / self.factor))
        self.worst = max(self.worst, self.lateness)
        if self.lateness > self.slack:
            self._started, self._origin = now, time
        return self._origin + int((now - self._started) * self.factor)

    def tell(self) -> int:
        """Return the largest lateness since the last call, ns."""
        worst, self.worst = self.worst, 0
        return worst

"""Time of a user's environment, and of the line in whole nanoseconds."""

from dataclasses import dataclass
from math import inf

UNITS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "min": 60 * 10**9, "h": 3_600 * 10**9}
LATEST = 2**62 - 1  # ns


@dataclass(frozen=True, slots=True)
class Clock:
    """What one unit of the environment's time is, and when the line began."""

    scale: int  # ns a unit
    origin: float  # in the environment, where the line has 0

    def line(self, moment: float) -> int:
        """Return an instant of the line, ns, from one of the environment; LATEST at most."""
        if moment == inf:
            return LATEST
        return min(LATEST, round((moment - self.origin) * self.scale))

    def env(self, instant: int) -> float:
        """Return an instant of the environment from one of the line, ns."""
        if self.scale == 1:
            return self.origin + instant
        return self.origin + instant / self.scale


def clock_of(unit: str, origin: float) -> Clock:
    """Return a clock whose environment counts in a unit of time.

    Raises
    ------
    ValueError
        If the unit is none of UNITS.
    """
    if unit not in UNITS:
        raise ValueError(f"expected a unit of time, one of {', '.join(UNITS)}; found {unit!r}")
    return Clock(UNITS[unit], origin)

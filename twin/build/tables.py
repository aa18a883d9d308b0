"""Tables shared by all parts of a line: distributions and calendars."""

import numpy as np
from numpy.typing import NDArray

from cells import shifts
from cells.distributions import Distribution
from cells.schema import Cycle, Shifts
from twin.kernel.model import CALENDAR, DIST, NONE
from twin.kernel.states import Dist

# Which parameters of a distribution become a, b and c of its row.
_PARAMETERS: dict[str, tuple[str, ...]] = {
    "constant": ("value",),
    "exponential": ("mean",),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "pert": ("low", "mode", "high"),
    "erlang": ("mean", "k"),
    "gamma": ("mean", "shape"),
    "weibull": ("scale", "shape"),
    "normal": ("mean", "sd"),
    "lognormal": ("mu", "sigma"),
    "hyperexponential": (),
    "geometric": ("slot", "probability"),
    "empirical": (),
    "sequence": (),
}


class DistributionTable:
    """Collects distributions and the values some of them list; equal constants share a row."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, float, float, float, int, int]] = []
        self._values: list[float] = []
        self._constants: dict[float, int] = {}

    def add(self, distribution: Distribution) -> int:
        """Return the row of a distribution."""
        if distribution.family == "constant":
            return self.constant(float(distribution.parameters["value"]))
        names = _PARAMETERS[distribution.family]
        a, b, c = (*(float(distribution.parameters[name]) for name in names), 0.0, 0.0, 0.0)[:3]
        first, count = len(self._values), len(distribution.values)
        self._values.extend(float(value) for value in distribution.values)
        self._rows.append((Dist[distribution.family.upper()], a, b, c, first, count))
        return len(self._rows) - 1

    def constant(self, ns: float) -> int:
        """Return the row of a duration that never varies, ns."""
        if ns not in self._constants:
            self._rows.append((Dist.CONSTANT, ns, 0.0, 0.0, 0, 0))
            self._constants[ns] = len(self._rows) - 1
        return self._constants[ns]

    def rows(self) -> NDArray[np.void]:
        """Return all distributions, dtype DIST."""
        return np.array(self._rows, dtype=DIST)

    def values(self) -> NDArray[np.float64]:
        """Return the values listed by the distributions, ns; never empty."""
        return np.array(self._values or [0.0], dtype=np.float64)


class CalendarTable:
    """Collects shift patterns, one calendar a name."""

    def __init__(self, patterns: dict[str, Shifts | list[Shifts] | Cycle], start: str) -> None:
        self._patterns = patterns
        self._start = start
        self._index: dict[str, int] = {}
        self._rows: list[tuple[int, int, int, int]] = []
        self._toggles: list[int] = []

    def add(self, name: str | None) -> int:
        """Return the calendar of a shift pattern, NONE without one."""
        if name is None:
            return NONE
        if name not in self._index:
            period, intervals = shifts.intervals(self._patterns[name], self._start)
            starts_on, toggles = _toggles(period, intervals)
            self._rows.append((period, starts_on, len(self._toggles), len(toggles)))
            self._toggles.extend(toggles)
            self._index[name] = len(self._rows) - 1
        return self._index[name]

    def rows(self) -> NDArray[np.void]:
        """Return all calendars, dtype CALENDAR."""
        return np.array(self._rows, dtype=CALENDAR)

    def toggles(self) -> NDArray[np.int64]:
        """Return the instants at which calendars flip, ns; never empty."""
        return np.array(self._toggles or [0], dtype=np.int64)


def _toggles(period: int, intervals: tuple[tuple[int, int], ...]) -> tuple[int, list[int]]:
    """Return whether a period starts on, and when it flips, as instants in (0, period]."""
    starts_on = int(bool(intervals) and intervals[0][0] == 0)
    edges = [edge for interval in intervals for edge in interval]
    toggles = edges[1:] if starts_on else edges
    if len(toggles) % 2:
        # On at the start but not at the end, or the reverse: it flips where a new period begins.
        toggles = toggles[:-1] if toggles[-1] == period else [*toggles, period]
    return starts_on, toggles


def cumulative(weights: list[float]) -> list[float]:
    """Return running sums of weights, scaled so that the last is exactly 1."""
    sums = np.cumsum(np.array(weights, dtype=np.float64))
    shares: list[float] = (sums / sums[-1]).tolist()
    return [*shares[:-1], 1.0]

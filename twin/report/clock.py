"""Times of a run as people say them: `Tue 14:00`, or `day 2, 14:00 h` without a known start."""

import math
from dataclasses import dataclass

HOUR, DAY, WEEK = 3_600.0, 86_400.0, 604_800.0
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_STEPS = tuple(
    hours * HOUR
    for hours in (1 / 12, 1 / 6, 1 / 4, 1 / 2, 1, 2, 4, 6, 8, 12, 24, 48, 168, 336, 672)
)
_MOST = 14  # labels on an axis


@dataclass(frozen=True, slots=True)
class Clock:
    """When in the week a run begins, s after Monday 00:00; None: not known."""

    start: float | None

    def time(self, at: float) -> str:
        """Return the time of day and the day `at` s into the run."""
        seconds = at if self.start is None else at + self.start
        minutes = round(seconds / 60)
        days, minutes = divmod(minutes, 24 * 60)
        of_day = f"{minutes // 60:02d}:{minutes % 60:02d}"
        if self.start is None:
            return f"day {days + 1}, {of_day} h"
        week = f" week {days // 7 + 1}" if days >= 7 else ""
        return f"{_DAYS[days % 7]}{week} {of_day}"

    def ticks(self, begin: float, end: float, period: float) -> tuple[list[float], list[str]]:
        """Return round times from `begin` to `end`, s into the run, and their labels.

        The step is at least a period: labels finer than the data would mislead.
        """
        length = end - begin
        step = next((s for s in _STEPS if s >= period - 1e-6 and length / s <= _MOST), None)
        step = step or max(period, WEEK * max(1, round(length / _MOST / WEEK)))
        offset = self.start or 0.0
        first = math.ceil((begin + offset) / step - 1e-9)
        last = math.floor((end + offset) / step + 1e-9)
        times = [k * step - offset for k in range(first, last + 1)]
        return times, [self._label(at + offset, step, at) for at in times]

    def _label(self, of_week: float, step: float, at: float) -> str:
        day = round(of_week // DAY)
        midnight = abs(of_week - day * DAY) < 1.0
        if step >= WEEK:
            return f"week {round(at // WEEK) + 1}"
        if midnight or step >= DAY:
            return f"day {day + 1}" if self.start is None else _DAYS[day % 7]
        minutes = round(of_week / 60) % (24 * 60)
        return (
            f"{minutes // 60:02d}:{minutes % 60:02d}"
            if self.start is not None or step < HOUR
            else f"{minutes // 60} h"
        )

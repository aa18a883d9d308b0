"""When a line is on shift: the time in which its output is due."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernel.model import NONE, NS_PER_S, Line
from twin.kernel.states import NodeKind

HOUR = 3600 * NS_PER_S
DAY = 24 * HOUR
WEEK = 7 * DAY

Ints = NDArray[np.int64]


def on_intervals(line: Line, calendar: int, end: int) -> Ints:
    """Return the working intervals of one calendar from 0 to `end`.

    Parameters
    ----------
    line : Line
    calendar : int
        Row in `line.calendars`; NONE: always on.
    end : int
        ns.

    Returns
    -------
    ndarray, shape (k, 2)
        Begin and end, ns, in order, apart from each other.
    """
    if calendar == NONE or end <= 0:
        return np.array([[0, end]] if end > 0 else [], dtype=np.int64).reshape(-1, 2)
    row = line.calendars[calendar]
    period, first, count = int(row["period"]), int(row["first"]), int(row["count"])
    toggles = line.toggles[first : first + count]
    base = np.arange(-(-end // period), dtype=np.int64) * period
    edges = (base[:, None] + toggles[None, :]).ravel()
    if row["starts_on"]:
        edges = np.concatenate([[0], edges])
    edges = edges[edges < end]
    if edges.size % 2:
        edges = np.append(edges, end)
    pairs: Ints = edges.astype(np.int64).reshape(-1, 2)
    return pairs


def union(parts: list[Ints]) -> Ints:
    """Return the union of lists of intervals, in order and apart from each other.

    Parameters
    ----------
    parts : list of ndarray, shape (k, 2)
    """
    edges = np.concatenate(parts)
    edges = edges[np.argsort(edges[:, 0], kind="stable")]
    merged: list[list[int]] = []
    for begin, end in edges.tolist():
        if merged and begin <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([begin, end])
    return np.array(merged, dtype=np.int64).reshape(-1, 2)


def calendars_in_charge(line: Line) -> tuple[int, ...]:
    """Return the calendars that make the line's schedule: those of stations, else of carriers.

    A line is on shift while any of its stations is; a line without stations, while any carrier is.
    """
    stations = line.nodes[line.nodes["kind"] == NodeKind.STATION]
    rows = stations if stations.size else line.carriers
    return tuple(sorted({int(c) for c in rows["calendar"]})) or (NONE,)


class Schedule(NamedTuple):
    """Working intervals of a line from 0 on."""

    intervals: Ints  # (k, 2) ns

    def elapsed(self, at: NDArray[np.int64] | int) -> Ints:
        """Return the time on shift from 0 to each instant, ns."""
        t = np.atleast_1d(np.asarray(at, dtype=np.int64))
        begins, ends = self.intervals[:, 0], self.intervals[:, 1]
        whole = np.concatenate([[0], np.cumsum(ends - begins)])
        k = np.searchsorted(begins, t, side="right")
        last = np.maximum(k - 1, 0)
        if not begins.size:
            return np.zeros_like(t)
        partial = np.clip(t - begins[last], 0, ends[last] - begins[last])
        return np.where(k > 0, whole[last] + partial, 0)

    def between(self, start: int, end: int) -> int:
        """Return the time on shift within (start, end], ns."""
        a, b = self.elapsed(np.array([start, end], dtype=np.int64))
        return int(b - a)


def schedule(line: Line, end: int) -> Schedule:
    """Return when a line is on shift up to `end`, ns."""
    return Schedule(union([on_intervals(line, c, end) for c in calendars_in_charge(line)]))


def has_shifts(line: Line) -> bool:
    """Return whether the line is ever off shift."""
    return NONE not in calendars_in_charge(line)


def weekly_time(line: Line, fallback: int) -> int:
    """Return the time on shift in a week, ns.

    Parameters
    ----------
    line : Line
    fallback : int
        Time over which to average when a calendar does not repeat with the week, ns.
    """
    charge = calendars_in_charge(line)
    periods = [int(line.calendars[c]["period"]) for c in charge if c != NONE]
    span = WEEK if all(WEEK % p == 0 for p in periods) else fallback
    return schedule(line, span).between(0, span) * WEEK // span

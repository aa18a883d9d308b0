"""Working hours: patterns of the week, or of any repeating period, as intervals of the run."""

from collections.abc import Iterable

from cells.errors import shown
from cells.schema import Cycle, Shifts
from cells.units import read_clock
from cells.weekdays import DAY, WEEK, read_days, read_start

Interval = tuple[int, int]


def read_hours(text: str) -> Interval:
    """Return begin and end, ns since midnight, from `09:00-09:20`; the end may be next day.

    Raises
    ------
    ValueError
        If it is not two times of day, or takes no time.
    """
    begin, dash, end = text.partition("-")
    try:
        t0, t1 = read_clock(begin), read_clock(end)
    except ValueError:
        dash = ""
    if not dash or t0 == t1:
        raise ValueError(f"expected hours, such as 09:00-09:20; found {shown(text)}")
    return t0, t1 if t1 > t0 else t1 + DAY


def intervals(
    pattern: Shifts | list[Shifts] | Cycle, start: str = "mon 00:00"
) -> tuple[int, tuple[Interval, ...]]:
    """Return the period of a pattern and when it is on, from the start of the run.

    Parameters
    ----------
    pattern : Shifts, list of Shifts or Cycle
        Blocks of the week (their union counts), or a cycle, which begins with the run.
    start : str
        Day and time at which the run begins.

    Returns
    -------
    period : int
        ns.
    on : tuple of (int, int)
        Intervals ``0 <= on < off <= period``, ns, rising, with gaps between them.  Time that runs
        over the end of the period is split: it goes on at 0.
    """
    if isinstance(pattern, Cycle):
        return pattern.period, ((0, min(pattern.on, pattern.period)),)
    blocks = pattern if isinstance(pattern, list) else [pattern]
    week = [part for block in blocks for part in _block(block)]
    origin = read_start(start)
    moved = [((on - origin) % WEEK, off - on) for on, off in week]
    split = [part for on, length in moved for part in _split(on, on + length)]
    return WEEK, _merged(split)


def hours(block: Shifts) -> Interval:
    """Return begin and end of a block, ns since midnight of its day; equal times are 24 hours."""
    return block.from_, block.to if block.to > block.from_ else block.to + DAY


def breaks(block: Shifts) -> list[Interval]:
    """Return its breaks in order, ns since midnight of the day on which the block begins.

    Raises
    ------
    ValueError
        If a break is badly written or not inside the block.
    """
    begin, end = hours(block)
    found = []
    for text in block.breaks:
        t0, t1 = read_hours(text)
        if t0 < begin:  # after midnight of a night shift
            t0, t1 = t0 + DAY, t1 + DAY
        if t1 > end:
            raise ValueError(f"the break {text} is not inside the shift")
        found.append((t0, t1))
    return sorted(found)


def _block(block: Shifts) -> list[Interval]:
    begin, end = hours(block)
    edges = [begin, *(t for pause in _merged(breaks(block)) for t in pause), end]
    worked = [(t0, t1) for t0, t1 in zip(edges[::2], edges[1::2], strict=True) if t0 < t1]
    return [(d * DAY + t0, d * DAY + t1) for d in read_days(block.days) for t0, t1 in worked]


def _split(on: int, off: int) -> list[Interval]:
    return [(on, off)] if off <= WEEK else [(on, WEEK), (0, off - WEEK)]


def _merged(parts: Iterable[Interval]) -> tuple[Interval, ...]:
    merged: list[Interval] = []
    for on, off in sorted(parts):
        if merged and on <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(off, merged[-1][1]))
        else:
            merged.append((on, off))
    return tuple(merged)


def longest(pattern: Shifts | list[Shifts] | Cycle) -> int:
    """Return the longest stretch of working hours without a break, ns; two periods if always on."""
    period, on = intervals(pattern)
    # Twice around, so that a stretch over the end of the period counts as one.
    twice = _merged([*on, *((t0 + period, t1 + period) for t0, t1 in on)])
    return max((t1 - t0 for t0, t1 in twice), default=0)

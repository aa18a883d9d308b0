"""Days of the week and times of day."""

import re

from cells.errors import shown
from cells.units import read_clock

DAY = 86_400 * 10**9  # ns
WEEK = 7 * DAY
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DAYS = re.compile(r"[a-z]{3}(-[a-z]{3})?")


def read_days(text: str) -> tuple[int, ...]:
    """Return days of the week, 0 is Monday, from `mon-fri`, `mon,wed,fri` or `daily`.

    Raises
    ------
    ValueError
        If it names anything else.

    Examples
    --------
    >>> read_days("fri-mon")
    (0, 4, 5, 6)
    """
    found: set[int] = set()
    for piece in ("mon-sun" if text.strip() == "daily" else text).split(","):
        first, _, last = piece.strip().partition("-")
        last = last or first
        if first not in DAYS or last not in DAYS or not _DAYS.fullmatch(piece.strip()):
            raise ValueError(f"expected days, such as mon-fri or mon,wed; found {shown(text)}")
        begin, end = DAYS.index(first), DAYS.index(last)
        found.update((begin + k) % 7 for k in range((end - begin) % 7 + 1))
    return tuple(sorted(found))


def read_start(text: str) -> int:
    """Return ns since Monday 00:00 from `mon 06:00`.

    Raises
    ------
    ValueError
        If it is no day and time of day.
    """
    day, _, clock = text.strip().partition(" ")
    if day not in DAYS:
        raise ValueError(f"expected a day and a time, such as mon 06:00; found {shown(text)}")
    return DAYS.index(day) * DAY + read_clock(clock)


def read_times(text: str) -> tuple[int, ...]:
    """Return ns since Monday 00:00 from `06:00` (daily) or `mon-fri 06:00`, in order.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> [time // DAY for time in read_times("mon,sun 24:00")]
    [0, 1]
    """
    days, _, clock = text.strip().rpartition(" ")
    try:
        times = [day * DAY + read_clock(clock) for day in read_days(days or "daily")]
    except ValueError:
        raise ValueError(
            f"expected a time of day, such as 06:20 or mon-fri 06:20; found {shown(text)}"
        ) from None
    return tuple(sorted(time % WEEK for time in times))

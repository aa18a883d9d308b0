"""What a followed cell will have made by the end of the shift, from what it does now.

Of many runs of the twin up to now those are kept that stand as the cell stands: the same stations
at work, waiting or down, as many parts inside.  They go on with new luck.
"""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.kernel.arrays import Model
from twin.kernel.arrays import State as RunState
from twin.kernel.layout import model_of, state_of
from twin.kernel.log import Log
from twin.kernel.model import NONE, Line
from twin.kernel.run import replicate
from twin.kernel.single import Run
from twin.kernel.states import Ending, State
from twin.results.estimates import wilson
from twin.results.model import Estimate

_HOUR = 3_600_000_000_000  # ns
_SETTLED = 8 * _HOUR  # a line without calendars is looked back at for so long at least
_MOST_TRIED = 960 * _HOUR  # of simulated time in all, to find runs that stand as the cell does
_DOWN = (State.FAILED, State.UNDER_REPAIR, State.MAINTENANCE)
# A station that is up in the one and down in the other counts like so many parts.
_WRONG_DOWN = 10.0
_WRONG_STATE = 1.0
_PLACES = (State.WAITING, State.CONVEYED)  # of parts, not of resources
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is seen of a cell at one instant."""

    now: int  # ns since the start of production
    states: Mapping[str, State]  # by resource; what is not known is left out
    inside: int | None  # parts in the line; None: not known
    finished: int  # good parts so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Good parts by an instant, those already made included."""

    until: int  # ns
    low: float  # 5 % of the futures make fewer
    middle: float
    high: float  # 5 % make more
    chance: Estimate | None  # of making the order, with Wilson's interval; None: there is none
    order: int | None
    kept: int  # runs of the twin that stand as the cell does

    @property
    def sentence(self) -> str:
        """Say it as one reads it."""
        return self.by(f"{self.until / _HOUR:.4g} h")

    def by(self, when: str) -> str:
        """Say it with the end in the reader's words, such as `14:00`."""
        parts = f"{self.low:.0f}-{self.high:.0f} good parts by {when}"
        if self.chance is None or self.order is None:
            return parts
        mean, low, high = (100 * x for x in (self.chance.mean, self.chance.low, self.chance.high))
        sure = f"{mean:.0f} % chance to make the order of {self.order}"
        return f"{parts}, {sure} ({low:.0f}-{high:.0f} %)"


def seen_in(log: Log) -> Sight:
    """Return what a whole log shows at its end; what was cut there is what goes on."""
    rows = log.activities
    cut = rows[rows["cause"] == Ending.CUT]
    states = {log.resources[int(r["resource"])]: State(int(r["state"])) for r in cut}
    counts = {state: int((rows["state"] == state).sum()) for state in State}
    came = counts[State.ENTERED] + counts[State.MADE]
    left = counts[State.FINISHED] + counts[State.SCRAPPED] + counts[State.CONSUMED]
    return Sight(
        now=log.end,
        states=states,
        inside=came - left,
        finished=counts[State.FINISHED],
    )


def forecast(
    line: Line,
    sight: Sight,
    *,
    until: int,
    seed: int,
    order: int | None = None,
    runs: tuple[int, int, int] = (120, 12, 1000),
) -> Forecast:
    """Return what will have been made by `until`.

    A cell that has been running for long is not run through from its start: whole periods of its
    calendars are left out, and fewer runs are tried.

    Parameters
    ----------
    line : Line
        The twin.
    sight : Sight
    until : int
        ns since the start of production, after `sight.now`.
    seed : int
    order : int, optional
        Good parts wanted by then.
    runs : (int, int, int)
        Runs of the twin up to now, at most; how many of them are kept; futures in all.

    Raises
    ------
    ValueError
        If `until` is not after now.
    """
    if until <= sight.now:
        raise ValueError(f"a forecast to {until} ns, which is not after now, {sight.now} ns")
    tried, keep, futures = runs
    skipped = _whole_periods(line, sight.now)
    now = sight.now - skipped
    tried = max(keep, min(tried, _MOST_TRIED // max(now, 1)))
    model = model_of(line)
    states = [_stood(line, model, now, (seed, k)) for k in range(tried)]
    far = [_distance(line, sight, state) for state in states]
    nearest = np.argsort(far, kind="stable")[:keep].tolist()
    each = -(-futures // keep)
    made = [_futures(line, states[k], until - skipped, (seed + 1 + k, each)) for k in nearest]
    return _summary(sight.finished + np.concatenate(made), until, order, len(nearest))


def shift_end(line: Line, now: int) -> int:
    """Return when the shift that is on, or comes next, ends, ns; without shifts 8 h make one.

    A pause of less than an hour ends no shift.

    Parameters
    ----------
    line : Line
    now : int
        ns since the start of production.
    """
    found = [_next_end(line, calendar, now) for calendar in line.calendars]
    ends = [end for end in found if end is not None]
    return min(ends, default=(now // _SETTLED + 1) * _SETTLED)


def _next_end(line: Line, calendar: np.void, now: int) -> int | None:
    period, first, count = (int(calendar[name]) for name in ("period", "first", "count"))
    toggles: list[int] = line.toggles[first : first + count].tolist()
    begun = now - now % period
    times = [begun + turn * period + toggle for turn in range(2) for toggle in toggles]
    on = bool(calendar["starts_on"])
    for at, following in itertools.pairwise(times):
        on = not on
        if not on and at > now and following - at >= _HOUR:
            return at
    return None


def _summary(parts: Ints, until: int, order: int | None, kept: int) -> Forecast:
    low, middle, high = np.quantile(parts, [0.05, 0.5, 0.95])
    chance = None if order is None else wilson(int((parts >= order).sum()), parts.size)
    return Forecast(
        until=until,
        low=float(low),
        middle=float(middle),
        high=float(high),
        chance=chance,
        order=order,
        kept=kept,
    )


def _whole_periods(line: Line, now: int) -> int:
    """Return whole periods, ns, after which a line stands at `now` much as it would without them.

    At least one period stays, and all of it for a line that works off a list of orders.
    """
    lists = line.nodes["list_period"][line.nodes["list_count"] > 0]
    if (lists == NONE).any():
        return 0
    periods = [*line.calendars["period"].tolist(), *lists.tolist()]
    period = math.lcm(*periods) if periods else _SETTLED
    return max(0, now // period - 1) * period


def _stood(line: Line, model: Model, now: int, luck: tuple[int, int]) -> RunState:
    """Return the state of a run of the twin at an instant."""
    state = state_of(line, model, seed=luck[0], replication=luck[1], end=now)
    run = Run(line, model, state, end=now)
    run.advance(now)
    return run.state


def _distance(line: Line, sight: Sight, state: RunState) -> float:
    inside = int(state.glob["inside"][0])
    distance = 0.0 if sight.inside is None else float(abs(sight.inside - inside))
    shown = dict(zip(line.resources, state.res["state"].tolist(), strict=True))
    for name, seen in sight.states.items():
        other = shown.get(name)
        if other is None or seen in _PLACES or other == seen:
            continue
        down = (seen in _DOWN) != (other in _DOWN)
        distance += _WRONG_DOWN if down else _WRONG_STATE
    return distance


def _futures(line: Line, origin: RunState, until: int, luck: tuple[int, int]) -> Ints:
    """Return how many good parts each future of one run makes from now on, shape (n,)."""
    seed, count = luck
    tally = replicate(
        line,
        seed=seed,
        replications=count,
        end=until,
        start=int(origin.glob["now"][0]),
        origin=origin,
        threads=1,
    )
    parts: Ints = tally.finished.sum(axis=1)
    return parts

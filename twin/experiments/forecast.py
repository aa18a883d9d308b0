"""What a followed cell will have made by the end of the shift, from what it does now.

Of many runs of the twin up to now those are kept that stand as the cell stands: the same stations
at work, waiting or down, as many parts inside.  They go on with new luck.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from twin.kernel.layout import model_of, state_of
from twin.kernel.log import Log
from twin.kernel.model import Line
from twin.kernel.run import replicate, simulate
from twin.kernel.single import Run
from twin.kernel.states import Ending, State

_DOWN = (State.FAILED, State.UNDER_REPAIR, State.MAINTENANCE)
_WRONG_DOWN = (
    10.0  # a station that is up in the one and down in the other counts like so many parts
)
_WRONG_STATE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is seen of a cell at one instant."""

    now: int  # ns since the start of production
    states: Mapping[str, State]  # by resource; what is not known is left out
    inside: int  # parts in the line
    finished: int  # good parts so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Good parts by an instant, those already made included."""

    until: int  # ns
    low: float  # 5 % of the futures make fewer
    middle: float
    high: float  # 5 % make more
    chance: float | None  # of making the order, 0 to 1; None: there is none
    order: int | None
    kept: int  # runs of the twin that stand as the cell does

    @property
    def sentence(self) -> str:
        """Say it as one reads it."""
        hours = self.until / 3.6e12
        chance = "" if self.chance is None else f", {100 * self.chance:.0f} % chance to make the"
        order = "" if self.order is None else f" order of {self.order}"
        return f"{self.low:.0f}-{self.high:.0f} good parts by {hours:.4g} h{chance}{order}"


def seen_in(log: Log) -> Sight:
    """Return what a whole log shows at its end; what was cut there is what goes on."""
    rows = log.activities
    cut = rows[rows["cause"] == Ending.CUT]
    states = {log.resources[int(r["resource"])]: State(int(r["state"])) for r in cut}
    counts = {state: int((rows["state"] == state).sum()) for state in State}
    left = counts[State.FINISHED] + counts[State.SCRAPPED]
    return Sight(
        now=log.end,
        states=states,
        inside=counts[State.ENTERED] - left,
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
        Runs of the twin up to now; how many of them are kept; futures in all.

    Raises
    ------
    ValueError
        If `until` is not after now.
    """
    if until <= sight.now:
        raise ValueError(f"a forecast to {until} ns, which is not after now, {sight.now} ns")
    tried, keep, futures = runs
    logs = (simulate(line, seed=seed, replication=k, end=sight.now).log for k in range(tried))
    far = [_distance(sight, seen_in(log)) for log in logs if log is not None]
    nearest = np.argsort(far, kind="stable")[:keep].tolist()
    made = [
        sight.finished + _futures(line, sight.now, until, (seed, k, -(-futures // keep)))
        for k in nearest
    ]
    parts = np.concatenate(made)
    low, middle, high = np.quantile(parts, [0.05, 0.5, 0.95])
    return Forecast(
        until=until,
        low=float(low),
        middle=float(middle),
        high=float(high),
        chance=None if order is None else float((parts >= order).mean()),
        order=order,
        kept=len(nearest),
    )


def _distance(sight: Sight, run: Sight) -> float:
    distance = float(abs(sight.inside - run.inside))
    for name, state in sight.states.items():
        other = run.states.get(name)
        if other is None or other is state:
            continue
        down = (state in _DOWN) != (other in _DOWN)
        distance += _WRONG_DOWN if down else _WRONG_STATE
    return distance


def _futures(
    line: Line, now: int, until: int, luck: tuple[int, int, int]
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Return how many good parts each future of one run makes from now on, shape (n,)."""
    seed, replication, count = luck
    model = model_of(line)
    state = state_of(line, model, seed=seed, replication=replication, end=now)
    run = Run(line, model, state, end=now)
    run.advance(now)
    tally = replicate(
        line,
        seed=seed + 1 + replication,
        replications=count,
        end=until,
        start=now,
        origin=run.state,
        threads=1,
    )
    parts: np.ndarray[tuple[int], np.dtype[np.int64]] = tally.finished.sum(axis=1)
    return parts

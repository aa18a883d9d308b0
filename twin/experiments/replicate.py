"""Run a cell as often as its figures need, and sum it up."""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, TypedDict, Unpack

import numpy as np

from cells.schema import Cell
from twin.kernel.log import Log
from twin.kernel.model import NS_PER_S, Line
from twin.kernel.run import replicate, simulate
from twin.kernel.stops import RunError
from twin.kernel.tally import Tally
from twin.results.kpi import needed_replications, summarise
from twin.results.model import Estimate, Results, WarmUp
from twin.results.schedule import DAY, HOUR, has_shifts, schedule
from twin.results.warmup import find_warm_up

Progress = Callable[[int, int], None]  # (replications done, of how many)

_PILOT = 30  # replications of the pilot run that looks for the warm-up
_PERIODS = 500  # of the pilot run; 100 batches of five
_FIRST = 10  # replications before the first look at the precision
_MOST = 10_000  # replications, however precise the answer should be
_LOG = 8 * HOUR  # of work shown in full
_DAYS = 20  # from this horizon on, days are the periods


class Options(TypedDict, total=False):
    """How to run a cell; what is left out or None is as the cell's `run` says."""

    seed: int | None
    replications: int | None
    # Run until the 95 % interval of throughput has this half-width, a share of the mean;
    # `replications` is then where to begin.
    precision: float | None
    horizon: int | None  # ns
    warm_up: int | None  # ns
    threads: int | None  # results do not depend on it
    progress: Progress | None  # called with (done, total) replications


class Run(NamedTuple):
    """What came of running a cell."""

    results: Results
    tally: Tally  # stacked over replications
    log: Log  # the first hours of replication 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How often and how long a line is run; times in ns."""

    seed: int
    replications: int
    horizon: int
    warm_up: WarmUp
    window: int  # length of the periods of the series
    precision: float | None  # relative half-width of throughput; None: `replications` it is
    threads: int | None
    progress: Progress | None

    @property
    def start(self) -> int:
        """Where observation begins, ns."""
        return round(self.warm_up.length * NS_PER_S)


def run_cell(cell: Cell, line: Line, **options: Unpack[Options]) -> Run:
    """Return the results of a cell, its tally, and a log of its first hours.

    Parameters
    ----------
    cell : Cell
    line : Line
        Built from the cell.
    **options
        See `Options`.

    Raises
    ------
    twin.kernel.stops.RunError
        If a sample is bad, or the line stops for ever before anything can be observed.
    """
    return run_plan(cell, line, make_plan(cell, line, **options))


def make_plan(cell: Cell, line: Line, **options: Unpack[Options]) -> Plan:
    """Return how a cell is to be run; looks for the warm-up if need be.

    Parameters
    ----------
    cell : Cell
    line : Line
    **options
        See `Options`.
    """
    run = cell.run
    precision, threads = options.get("precision"), options.get("threads")
    seed = _or(options.get("seed"), run.seed)
    count = _or(options.get("replications"), run.replications if precision is None else _FIRST)
    end = _or(options.get("horizon"), run.horizon)
    length = options.get("warm_up")
    if length is None and run.warm_up != "auto":
        length = run.warm_up
    if length is None:
        begin = pilot(line, seed=seed, replications=min(count, _PILOT), end=end, threads=threads)
    else:
        begin = _as_asked(length, end)
    return Plan(
        seed=seed,
        replications=count,
        horizon=end,
        warm_up=begin,
        window=period_of(end - round(begin.length * NS_PER_S)),
        precision=precision,
        threads=threads,
        progress=options.get("progress"),
    )


def _or(given: int | None, default: int) -> int:
    return default if given is None else given


def _as_asked(length: int, end: int) -> WarmUp:
    if length >= end:
        raise RunError(
            f"run: a warm-up of {length / NS_PER_S:g} s leaves nothing of a horizon of"
            f" {end / NS_PER_S:g} s; shorten it or lengthen the horizon"
        )
    minutes = length / NS_PER_S / 60
    left_out = f"{minutes / 60:.4g} h" if minutes >= 6 else f"{minutes:.4g} min"
    how = f"{left_out} are left out, as the cell file says."
    return WarmUp(length=length / NS_PER_S, found=True, how=how)


def pilot(
    line: Line, *, seed: int, replications: int, end: int, threads: int | None = None
) -> WarmUp:
    """Return the warm-up that a pilot run from an empty line shows.

    Parameters
    ----------
    line : Line
    seed, replications : int
    end : int
        Horizon, ns.
    threads : int, optional
    """
    window = _pilot_window(line, end)
    tally = replicate(
        line, seed=seed, replications=replications, end=end, window=window, threads=threads
    )
    found = find_warm_up(tally.finished_per_window, window, schedule(line, end))
    return _to_the_hour(found, end) if has_shifts(line) else found


def _to_the_hour(found: WarmUp, end: int) -> WarmUp:
    """Return a warm-up that ends on the hour, so that the periods of the series do as well."""
    hours = math.ceil(found.length / 3600)
    if hours * 3600 == found.length or hours * HOUR >= end:
        return found
    return replace(found, length=hours * 3600.0, how=f"{found.how} Rounded up to {hours} h.")


def _pilot_window(line: Line, end: int) -> int:
    if not has_shifts(line):
        return max(1, end // _PERIODS)
    # Output swings with the day: whole days are alike, if there are enough of them.
    return DAY if end >= _DAYS * DAY else HOUR // 6


def period_of(span: int) -> int:
    """Return the length of the periods in which a window of `span` ns is shown, ns."""
    if span > _DAYS * DAY:
        return DAY
    return HOUR if span >= 8 * HOUR else max(1, span // 12)


def run_plan(cell: Cell, line: Line, plan: Plan) -> Run:
    """Return the results of a cell run as planned.

    Parameters
    ----------
    cell : Cell
    line : Line
    plan : Plan

    Raises
    ------
    twin.kernel.stops.RunError
        If a sample is bad or the line stops for ever.
    """
    shown = simulate(line, seed=plan.seed, replication=0, end=_log_end(line, plan.horizon))
    if shown.stop is not None:
        raise RunError(f"{line.name}: the line cannot go on: {shown.stop}")
    assert shown.log is not None  # asked for
    tally = _replicated(line, plan, range(plan.replications))
    while True:
        results = summarise(cell, line, tally, seed=plan.seed, warm_up=plan.warm_up)
        needed = _needed(results.throughput, plan)
        if needed <= results.replications:
            return Run(results, tally, shown.log)
        tally = _joined(tally, _replicated(line, plan, range(results.replications, needed)))


def _replicated(line: Line, plan: Plan, which: range) -> Tally:
    return replicate(
        line,
        seed=plan.seed,
        replications=which,
        end=plan.horizon,
        start=plan.start,
        window=plan.window,
        threads=plan.threads,
        progress=plan.progress,
    )


def _joined(first: Tally, second: Tally) -> Tally:
    """Return two stacked tallies of the same line and window as one."""
    pairs = {f.name: (getattr(first, f.name), getattr(second, f.name)) for f in fields(Tally)}
    arrays: dict[str, Any] = {
        name: np.concatenate(pair) for name, pair in pairs.items() if np.ndim(pair[0])
    }
    return replace(first, **arrays)


def _needed(found: Estimate, plan: Plan) -> int:
    """Return how many replications the precision asks for, given what was found so far."""
    if plan.precision is None or found.mean == 0 or found.relative <= plan.precision:
        return found.n
    # A tenth more than the estimate, so that the next look is nearly always the last.
    asked = math.ceil(1.1 * needed_replications(found, plan.precision)) + 1
    return max(found.n, min(asked, _MOST))


def _log_end(line: Line, horizon: int) -> int:
    """Return the end of the part of a run that is shown in full: some hours of work."""
    intervals = schedule(line, horizon).intervals
    first = int(intervals[0, 0]) if len(intervals) else 0
    return min(horizon, first + _LOG)

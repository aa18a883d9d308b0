"""Run a cell as often as its figures need, and sum it up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

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

_PILOT = 10  # replications of the pilot run that looks for the warm-up
_PERIODS = 250  # of the pilot run; 50 batches of five
_FIRST = 10  # replications before the first look at the precision
_MOST = 10_000  # replications, however precise the answer should be
_LOG = 8 * HOUR  # of work shown in full


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


def run_cell(
    cell: Cell,
    line: Line,
    *,
    seed: int | None = None,
    replications: int | None = None,
    precision: float | None = None,
    horizon: int | None = None,
    warm_up: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Return the results of a cell, its tally, and a log of its first hours.

    Parameters
    ----------
    cell : Cell
    line : Line
        Built from the cell.
    seed, replications : int, optional
        Default: what the cell's `run` says.
    precision : float, optional
        Run until the 95 % interval of throughput has this half-width, a share of the mean; then
        `replications` is the least.
    horizon, warm_up : int, optional
        ns; default: what the cell's `run` says.  A warm-up of `auto` is looked for by a pilot run.
    threads : int, optional
        Results do not depend on it.
    progress : callable, optional
        Called with (done, total) replications.

    Raises
    ------
    twin.kernel.stops.RunError
        If a sample is bad, or the line stops for ever before anything can be observed.
    """
    plan = make_plan(
        cell,
        line,
        seed=seed,
        replications=replications,
        precision=precision,
        horizon=horizon,
        warm_up=warm_up,
        threads=threads,
        progress=progress,
    )
    return run_plan(cell, line, plan)


def make_plan(
    cell: Cell,
    line: Line,
    *,
    seed: int | None = None,
    replications: int | None = None,
    precision: float | None = None,
    horizon: int | None = None,
    warm_up: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Return how a cell is to be run; looks for the warm-up if need be.

    Parameters
    ----------
    See `run_cell`.
    """
    run = cell.run
    seed = run.seed if seed is None else seed
    least = _FIRST if precision is not None else run.replications
    count = least if replications is None else replications
    end = run.horizon if horizon is None else horizon
    asked = run.warm_up if warm_up is None else warm_up
    if asked == "auto":
        begin = pilot(line, seed=seed, replications=min(count, _PILOT), end=end, threads=threads)
    else:
        begin = _as_asked(int(asked), end)
    return Plan(
        seed=seed,
        replications=count,
        horizon=end,
        warm_up=begin,
        window=period_of(line, end - round(begin.length * NS_PER_S)),
        precision=precision,
        threads=threads,
        progress=progress,
    )


def _as_asked(length: int, end: int) -> WarmUp:
    if length >= end:
        raise RunError(
            f"run: a warm-up of {length / NS_PER_S:g} s leaves nothing of a horizon of"
            f" {end / NS_PER_S:g} s; shorten it or lengthen the horizon"
        )
    how = f"{length / NS_PER_S / 3600:.4g} h are left out, as the cell file says."
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
    # With shifts the output swings with the day and the week: only whole days are alike.
    window = DAY if has_shifts(line) else max(1, end // _PERIODS)
    tally = replicate(
        line, seed=seed, replications=replications, end=end, window=window, threads=threads
    )
    return find_warm_up(tally.finished_per_window.sum(axis=1), window, schedule(line, end))

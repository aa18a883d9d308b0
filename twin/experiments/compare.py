"""Two cells on the same luck: what the difference is, and how sure."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple, Unpack

import numpy as np

from cells.currencies import currency_of
from cells.schema import Cell
from twin.experiments.replicate import Options, Plan, Run, make_plan, run_plan
from twin.kernel.model import Line
from twin.results.costs import costs_by_replication
from twin.results.energy import energy_by_replication
from twin.results.estimates import Difference, Floats, estimate, holm
from twin.results.model import SHARE, Comparison, ComparisonRow, Estimate
from twin.results.observed import Observed, observe
from twin.results.schedule import HOUR, weekly_time
from twin.results.student import t_quantile

Subject = tuple[Cell, Line]


class Pair(NamedTuple):
    """A comparison and the two runs behind it."""

    comparison: Comparison
    candidate: Run
    baseline: Run


def compare_cells(candidate: Subject, baseline: Subject, **options: Unpack[Options]) -> Comparison:
    """Return the differences of two cells on common random numbers, with paired intervals.

    Parameters
    ----------
    candidate, baseline : (Cell, Line)
    **options
        See `twin.experiments.replicate.Options`; default: what the candidate's `run` says.

    Raises
    ------
    twin.kernel.stops.RunError
        If a line cannot be run to its end.
    """
    return compare_runs(candidate, baseline, **options).comparison


def compare_runs(candidate: Subject, baseline: Subject, **options: Unpack[Options]) -> Pair:
    """Return the comparison of two cells together with their runs.

    Both are run with the candidate's seed, replications and horizon and observed over the same
    window, from the longer of their warm-ups on.  The parameters are those of `compare_cells`.
    """
    first = make_plan(*candidate, **options)
    same: Options = {
        "seed": first.seed,
        "replications": first.replications,
        "horizon": first.horizon,
    }
    second = make_plan(*baseline, **(options | same))
    plans = _aligned(first, second)
    runs = [
        run_plan(*subject, plan) for subject, plan in zip((candidate, baseline), plans, strict=True)
    ]
    return Pair(compared(candidate, baseline, (runs[0], runs[1])), runs[0], runs[1])


def _aligned(first: Plan, second: Plan) -> tuple[Plan, Plan]:
    """Return both plans with the longer warm-up, so that both are observed over one window."""
    longer = max(first, second, key=lambda plan: plan.warm_up.length)

    def moved(plan: Plan) -> Plan:
        if plan is longer:
            return plan
        hours = longer.warm_up.length / 3600
        how = f"{plan.warm_up.how} For the comparison {hours:.4g} h are left out."
        warm_up = replace(plan.warm_up, length=longer.warm_up.length, how=how)
        return replace(plan, warm_up=warm_up, window=longer.window)

    return moved(first), moved(second)


def compared(candidate: Subject, baseline: Subject, runs: tuple[Run, Run]) -> Comparison:
    """Return the comparison of two runs with equal seed, replications and window.

    Parameters
    ----------
    candidate, baseline : (Cell, Line)
    runs : (Run, Run)
        Of the candidate and of the baseline.

    Raises
    ------
    ValueError
        If the runs cannot be paired.
    """
    a, b = (
        observe(*subject, run.tally)
        for subject, run in zip((candidate, baseline), runs, strict=True)
    )
    if (a.n, a.tally.start, a.end) != (b.n, b.tally.start, b.end):
        raise ValueError("comparison: the runs differ in replications or window; run both alike")
    rows = judged_together(list(_rows(a, b)))
    names = (candidate[0].name, baseline[0].name)
    return Comparison(
        candidate=names[0],
        baseline=names[1],
        seed=runs[0].results.seed,
        replications=a.n,
        rows=rows,
        verdict=_verdict(names, rows[0]),
        notes=tuple(_notes(a, b)),
    )


def _rows(a: Observed, b: Observed) -> Iterator[ComparisonRow]:
    ours, theirs = _figures(a), _figures(b)
    for (kpi, unit), values in ours.items():
        if (kpi, unit) in theirs:
            yield compare_values(kpi, unit, values, theirs[kpi, unit], more_is_better=kpi in _MORE)


def judged_together(rows: list[ComparisonRow]) -> tuple[ComparisonRow, ...]:
    """Return rows in which only the first is judged by itself, the others as one of many (Holm).

    Parameters
    ----------
    rows : list of ComparisonRow
        The one the decision hangs on first.
    """
    chances = holm([_chance(row.difference) for row in rows[1:]])
    others = (
        row if p < 0.05 else replace(row, better=None)
        for row, p in zip(rows[1:], chances, strict=True)
    )
    return (*rows[:1], *others)


def _chance(found: Estimate) -> float:
    """Return the two-sided p value of a mean of 0, from the estimate's own interval."""
    if found.n < 2:
        return 1.0
    error = found.half_width / t_quantile((1 + found.confidence) / 2, found.n - 1)
    return Difference(found.mean, error, found.n - 1).p_two_sided()


_MORE = ("good parts per week", "good parts per scheduled hour")


def _figures(seen: Observed) -> dict[tuple[str, str], Floats]:
    """Return the figures that are compared, by name and unit, one value a replication."""
    tally = seen.tally
    good, left = tally.finished.sum(axis=1), np.maximum(seen.left, 1.0)
    at_least_one = np.maximum(good, 1)
    hours = max(seen.scheduled / 3600, 1e-9)
    week = weekly_time(seen.line, seen.end) / HOUR
    figures = {
        ("good parts per week", "parts/week"): good / hours * week,
        ("good parts per scheduled hour", "parts/h"): good / hours,
        ("lead time", "s"): tally.lead_seconds().sum(axis=1) / at_least_one,
        ("work in process", "parts"): tally.wip_seconds() / seen.seconds,
        ("share scrapped", SHARE): tally.scrapped.sum(axis=1) / left,
    }
    energy = energy_by_replication(seen)
    if energy is not None:
        figures["energy per good part", "kWh/part"] = energy / at_least_one
    costs = costs_by_replication(seen)
    if costs:
        unit = f"{currency_of(seen.cell)}/part"
        figures["cost per good part", unit] = sum(costs.values()) / at_least_one
    return {key: np.asarray(values, dtype=np.float64) for key, values in figures.items()}


def compare_values(
    kpi: str, unit: str, candidate: Floats, baseline: Floats, *, more_is_better: bool
) -> ComparisonRow:
    """Return one row of a comparison from one value a replication of each side.

    Parameters
    ----------
    kpi, unit : str
    candidate, baseline : ndarray, shape (n,)
        Replication k of both met the same luck.
    more_is_better : bool
    """
    gap = candidate - baseline
    difference = estimate(gap, unit)
    base = float(baseline.mean())
    unpaired = float(candidate.var(ddof=1) + baseline.var(ddof=1)) if gap.size > 1 else np.nan
    paired = float(gap.var(ddof=1)) if gap.size > 1 else np.nan
    sure = difference.low > 0 or difference.high < 0
    return ComparisonRow(
        kpi=kpi,
        candidate=estimate(candidate, unit),
        baseline=estimate(baseline, unit),
        difference=difference,
        relative=_scaled(difference, base),
        variance_reduction=unpaired / paired if paired else np.nan,
        better=(difference.mean > 0) == more_is_better if sure else None,
    )


def _scaled(difference: Estimate, base: float) -> Estimate:
    factor = 1 / base if base else np.nan
    return replace(
        difference,
        mean=difference.mean * factor,
        low=difference.low * factor,
        high=difference.high * factor,
        unit=SHARE,
    )


def _verdict(names: tuple[str, str], row: ComparisonRow) -> str:
    ours, theirs = row.candidate, row.baseline
    figures = f"{ours.mean:.0f} against {theirs.mean:.0f} {theirs.unit}"
    r = row.relative
    interval = f"{100 * r.low:+.1f} to {100 * r.high:+.1f} %"
    if row.better is None:
        return (
            f"No difference in good parts per week can be told between {names[0]} and {names[1]}:"
            f" {figures} ({interval})."
        )
    word = "more" if row.better else "fewer"
    return (
        f"{names[0]} makes {100 * abs(r.mean):.1f} % {word} good parts per week than {names[1]}:"
        f" {figures} ({interval})."
    )


def _notes(a: Observed, b: Observed) -> Iterator[str]:
    yield (
        "Both met the same luck: same seed and replications, common random numbers. Intervals are"
        " of the paired differences, 95 %, each for itself; but for the first figure, what counts"
        " as a difference is decided for all together (Holm)."
    )
    hours = [weekly_time(seen.line, seen.end) / HOUR for seen in (a, b)]
    if abs(hours[0] - hours[1]) > 1e-9:
        yield (
            f"Their weeks differ: {hours[0]:.4g} against {hours[1]:.4g} scheduled hours. Judge by"
            " good parts per week: per scheduled hour, the hours only one works are left out."
        )

"""The candidate against its baseline, on the same luck."""

from twin.report import estimates, numbers
from twin.report.charts.intervals import IntervalRow, Mark, intervals
from twin.report.figure import figure
from twin.report.markup import Markup, element
from twin.report.sections.notes import notes
from twin.report.table import Column, table
from twin.results.model import Comparison, ComparisonRow, Estimate

_WORDS = {True: "better", False: "worse", None: "no difference shown"}
_TONES = {True: "good", False: "bad", None: "faint"}


def comparison(found: Comparison) -> Markup:
    """Return throughput side by side, every difference with its interval, and the figures."""
    rows = found.rows
    parts = [
        element("h2", f"{found.candidate} against {found.baseline}"),
        element("p", found.verdict, class_="lead"),
    ]
    if rows:
        parts += [_outputs(found, rows[0]), _differences(found), _table(found)]
    how = (
        f"{numbers.number(found.replications)} replications, seed {found.seed}; both candidates met"
        " the same luck (common random numbers), so intervals of differences are paired."
    )
    return element("section", *parts, element("p", how, class_="detail"), notes(found.notes))


def _outputs(found: Comparison, row: ComparisonRow) -> Markup:
    rows = [
        _row(found.candidate, row.candidate, row.candidate),
        _row(found.baseline, row.baseline, row.candidate, "faint"),
    ]
    unit = estimates.unit(row.candidate)
    return figure(
        lambda width: intervals(rows, width, row.kpi, unit),
        _capital(row.kpi),
        f"Each with its own {numbers.percent(row.candidate.confidence)} interval.",
    )


def _differences(found: Comparison) -> Markup:
    rows = [_difference(row) for row in found.rows]
    zero = Mark(low=0.0, high=0.0, name="no change")
    return figure(
        lambda width: intervals(rows, width, "differences in per cent", "%", zero),
        "Difference to the baseline",
        "Share of the baseline's mean, with paired interval; an interval that holds 0 shows no"
        " difference.",
    )


def _difference(row: ComparisonRow) -> IntervalRow:
    shown = estimates.quantity(row.relative)
    return IntervalRow(
        name=row.kpi,
        mean=shown.mean,
        low=shown.low,
        high=shown.high,
        words=f"{estimates.change(row.relative)}, {_WORDS[row.better]}",
        tone=_TONES[row.better],
    )


def _row(name: str, estimate: Estimate, like: Estimate, tone: str = "plain") -> IntervalRow:
    shown = estimates.quantity(estimate, like)
    return IntervalRow(
        name=name,
        mean=shown.mean,
        low=shown.low,
        high=shown.high,
        words=estimates.short(estimate, like),
        tone=tone,
    )


def _table(found: Comparison) -> Markup:
    columns = (
        Column("", numeric=False),
        Column(found.candidate),
        Column(found.baseline),
        Column("Difference", tip="candidate minus baseline, paired"),
        Column("Relative"),
        Column("Variance reduced", tip="variance of an unpaired difference over the paired one"),
        Column("Verdict", numeric=False),
    )
    return table(
        columns,
        [
            [
                _capital(row.kpi),
                estimates.short(row.candidate, row.candidate),
                estimates.short(row.baseline, row.candidate),
                estimates.change(row.difference, row.candidate),
                estimates.change(row.relative),
                f"{numbers.significant(row.variance_reduction, 2)} ×",
                _WORDS[row.better],
            ]
            for row in found.rows
        ],
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

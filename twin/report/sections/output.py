"""Good parts: over time, by product, and what a week brings."""

from dataclasses import replace

from twin.report import estimates
from twin.report.charts.series import series_chart
from twin.report.figure import figure
from twin.report.markup import Markup, element
from twin.report.study import Study
from twin.report.table import Column, table
from twin.results.model import Results, Series

_HOUR = 3_600.0
_COLUMNS = (
    Column("Product", numeric=False),
    Column("Good parts per scheduled hour"),
    Column("Scrap"),
    Column("Lead time, mean"),
)


def output(study: Study) -> Markup:
    """Return the series of good parts and the products; nothing where neither says more."""
    results = study.results
    series = _whole(results.series, results.window.end) if results.series else None
    parts = [_series(study, series)] if series and series.mean else []
    if len(results.products) > 1:
        parts.append(_products(results))
    return element("section", element("h2", "Output"), *parts) if parts else Markup()


def _series(study: Study, series: Series) -> Markup:
    takt = study.results.takt
    # The takt is owed on shift: a line at full hours is what each period on shift is held against.
    needed = takt.needed * max(series.scheduled, default=0.0) / _HOUR if takt else None
    shaded = " Shaded: off shift." if any(s <= 0 for s in series.scheduled) else ""
    return figure(
        lambda width: series_chart(series, width, study.clock, needed),
        f"Good parts over time, {series.unit}",
        f"Mean over {study.results.replications} replications; the band is the 95 % interval of"
        f" that mean. From {study.clock.time(series.start)} on.{shaded}",
    )


def _whole(series: Series, end: float) -> Series:
    """Return the series without a last period cut by the window: it would look like a fall."""
    last = series.start + len(series.mean) * series.period
    count = len(series.mean) - (last > end + 1e-6)
    values = {f: getattr(series, f)[:count] for f in ("scheduled", "mean", "low", "high")}
    return replace(series, **values)


def _products(results: Results) -> Markup:
    rows = [
        [
            p.name,
            estimates.short(p.throughput),
            estimates.short(p.scrap_share),
            estimates.short(p.lead_time),
        ]
        for p in results.products
    ]
    return element("div", element("h3", "Products"), table(_COLUMNS, rows))

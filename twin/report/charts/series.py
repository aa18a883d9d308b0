"""Good parts in each hour, shift or day, with its interval."""

import math
from collections.abc import Iterator

from twin.report import axes, numbers, svg
from twin.report.clock import Clock
from twin.report.markup import Markup, join
from twin.report.typeset import SMALL, fit, text_width
from twin.results.model import Series

_HEIGHT, _AXIS, _TOP = 200.0, 24.0, 22.0


def series_chart(series: Series, width: float, clock: Clock, needed: float | None) -> Markup:
    """Return a stepped line with its interval as a band; hours off shift are shaded.

    Parameters
    ----------
    series : Series
    width : float
        Width of the picture, px.
    clock : Clock
        Writes times of the run as people of the shop floor do.
    needed : float, optional
        Parts in a period that keep the takt, drawn as a line.
    """
    unit = series.unit
    low, high = axes.outward(0.0, _peak(series, needed), 4)
    values = axes.ticks(low, high, 4)
    left = max(text_width(text, SMALL) for text in axes.tick_labels(values)) + 10.0
    bottom = _TOP + _HEIGHT
    up = axes.Scale(low, high, bottom, _TOP)
    end = series.start + len(series.mean) * series.period
    along = axes.Scale(series.start, end, left, width - axes.RIGHT)
    times, labels = clock.ticks(series.start, end, series.period)
    parts = [
        _off_shift(series, along, bottom),
        axes.y_axis(up, left, along.stop, values),
        axes.x_axis(along, bottom, bottom + 4.0, "", times, labels),
        svg.text(0.0, 12.0, unit, size=SMALL, class_="axis"),
        *(_stretch(series, first, last, along, up) for first, last in _stretches(series)),
        _needed(needed, unit, along, up),
        _tips(series, along, bottom, clock),
    ]
    return svg.drawing(width, bottom + _AXIS, f"good parts over time in {unit}", *parts)


def _peak(series: Series, needed: float | None) -> float:
    values = [value for value in (*series.mean, *series.high) if math.isfinite(value)]
    return max([*values, needed or 0.0, 1.0])


def _stretches(series: Series) -> Iterator[tuple[int, int]]:
    """Yield runs of periods, first and last + 1, that have time on shift."""
    first = None
    for k, scheduled in enumerate((*series.scheduled, 0.0)):
        if scheduled > 0 and first is None:
            first = k
        elif scheduled <= 0 and first is not None:
            yield first, k
            first = None


def _stretch(series: Series, first: int, last: int, along: axes.Scale, up: axes.Scale) -> Markup:
    def steps(values: tuple[float, ...]) -> list[tuple[float, float]]:
        return [
            (
                along(series.start + (k + edge) * series.period),
                up(values[k] if math.isfinite(values[k]) else 0.0),
            )
            for k in range(first, last)
            for edge in (0, 1)
        ]

    bounded = all(math.isfinite(v) for v in (*series.low[first:last], *series.high[first:last]))
    band = [*steps(series.high), *reversed(steps(series.low))] if bounded else []
    return join(
        [
            svg.polygon(band, "band") if band else Markup(),
            svg.polyline(steps(series.mean), "curve"),
        ]
    )


def _off_shift(series: Series, along: axes.Scale, bottom: float) -> Markup:
    shaded: list[Markup] = []
    first = None
    for k, scheduled in enumerate((*series.scheduled, 1.0)):
        if scheduled <= 0 and first is None:
            first = k
        elif scheduled > 0 and first is not None:
            x = along(series.start + first * series.period)
            room = along(series.start + k * series.period) - x
            shaded.append(svg.rect(x, _TOP, room, bottom - _TOP, class_="shade", tip="off shift"))
            first = None
    return join(shaded)


def _needed(needed: float | None, unit: str, along: axes.Scale, up: axes.Scale) -> Markup:
    if needed is None:
        return Markup()
    words = fit(f"takt needs {numbers.significant(needed)} {unit}", along.stop - 100.0, SMALL)
    return join(
        [
            svg.line(along.start, up(needed), along.stop, up(needed), "mark"),
            svg.text(along.stop, 12.0, words, at="right", size=SMALL, class_="axis"),
        ]
    )


def _tips(series: Series, along: axes.Scale, bottom: float, clock: Clock) -> Markup:
    width = along(series.start + series.period) - along.start
    return join(
        svg.rect(
            along(series.start + k * series.period),
            _TOP,
            width,
            bottom - _TOP,
            class_="touch",
            tip=f"{clock.time(series.start + k * series.period)}: {numbers.significant(mean)}"
            f" {series.unit} ({numbers.interval(series.low[k], series.high[k])})",
        )
        for k, mean in enumerate(series.mean)
    )

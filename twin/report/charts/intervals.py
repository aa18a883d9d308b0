"""Estimates as dots with whiskers on one scale, beside their numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from twin.report import axes, svg
from twin.report.charts.names import column_width, row_name
from twin.report.markup import Markup, join
from twin.report.typeset import SMALL, fit, text_width

_PITCH = 40.0
_AXIS = 24.0
_NUMBERS = 0.36  # of the width at most for the column of numbers
_ROOMY = 600.0  # px: from here on the numbers stand beside the plot, below it under the name


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalRow:
    """One estimate, in the unit of the axis."""

    name: str
    mean: float
    low: float  # NaN: not known
    high: float
    words: str  # the estimate written out
    tone: str = "plain"  # `plain`, `good`, `bad` or `faint`


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A line or a band to compare with."""

    low: float
    high: float  # equal to `low`: a line
    name: str


def intervals(
    rows: Sequence[IntervalRow], width: float, name: str, unit: str, mark: Mark | None = None
) -> Markup:
    """Return one row an estimate: name, dot with whiskers, number.

    Parameters
    ----------
    rows : sequence of IntervalRow
    width : float
        Width of the picture, px.
    name : str
        What the picture shows, for those who cannot see it.
    unit : str
        Unit of the axis.
    mark : Mark, optional
        What the estimates are to be compared with.
    """
    roomy = width >= _ROOMY
    left = column_width([row.name for row in rows], width) if roomy else 8.0
    numbers = min(max(text_width(row.words, SMALL) for row in rows) + 12.0, _NUMBERS * width)
    right = numbers if roomy else 0.0
    low, high = _range(rows, mark)
    scale = axes.Scale(low, high, left + 6.0, width - axes.RIGHT - right)
    top, bottom = 4.0 + 18.0 * bool(mark), 4.0 + 18.0 * bool(mark) + _PITCH * len(rows)
    parts = [axes.x_axis(scale, top, bottom, unit, axes.ticks(low, high, 6))]
    if mark:
        parts.append(_mark(mark, scale, top, bottom, width))
    for k, row in enumerate(rows):
        y = top + (k + 0.5) * _PITCH
        parts.append(_words(row, y, left, width, roomy=roomy))
        parts.append(_whisker(row, scale, y if roomy else y + 9.0))
    return svg.drawing(width, bottom + _AXIS, name, *parts)


def _range(rows: Sequence[IntervalRow], mark: Mark | None) -> tuple[float, float]:
    values = [value for row in rows for value in (row.mean, row.low, row.high)]
    values += [mark.low, mark.high] if mark else []
    values = [value for value in values if math.isfinite(value)] or [0.0]
    return axes.outward(min(values), max(values))


def _words(row: IntervalRow, y: float, left: float, width: float, *, roomy: bool) -> Markup:
    if roomy:
        room = _NUMBERS * width
        words = svg.text(
            width,
            y + 4.0,
            fit(row.words, room, SMALL),
            at="right",
            size=SMALL,
            class_=f"number {row.tone}",
        )
        return join([row_name(row.name, y, left), words])
    words_width = min(text_width(row.words, SMALL), 0.55 * width)
    words = svg.text(
        width,
        y - 6.0,
        fit(row.words, words_width, SMALL),
        at="right",
        size=SMALL,
        class_=f"number {row.tone}",
    )
    return join([row_name(row.name, y - 10.5, width - words_width), words])


def _whisker(row: IntervalRow, scale: axes.Scale, y: float) -> Markup:
    if not math.isfinite(row.mean):
        return Markup()
    tip = f"{row.name}: {row.words}"
    dot = svg.circle(scale(row.mean), y, 4.5, f"dot {row.tone}", tip)
    if not (math.isfinite(row.low) and math.isfinite(row.high)):
        return dot
    x1, x2 = scale(row.low), scale(row.high)
    ends = [svg.line(x, y - 5.0, x, y + 5.0, f"whisker {row.tone}") for x in (x1, x2)]
    return join([svg.line(x1, y, x2, y, f"whisker {row.tone}"), *ends, dot])


def _mark(mark: Mark, scale: axes.Scale, top: float, bottom: float, width: float) -> Markup:
    x1, x2 = scale(mark.low), scale(mark.high)
    text = fit(mark.name, width, SMALL)
    half = text_width(text, SMALL) / 2
    x = min(max((x1 + x2) / 2, half), width - half)
    words = svg.text(x, top - 6.0, text, at="middle", size=SMALL, class_="axis")
    if x1 == x2:
        return join([svg.line(x1, top, x1, bottom, "mark"), words])
    return join([svg.rect(x1, top, x2 - x1, bottom - top, class_="band"), words])

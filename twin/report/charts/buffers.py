"""Mean content of buffers and conveyors against what they hold."""

import math
from collections.abc import Sequence

from twin.report import axes, estimates, numbers, svg
from twin.report.charts.names import column_width, row_name
from twin.report.markup import Markup, join
from twin.report.typeset import SMALL, fit, text_width
from twin.results.model import BufferResult

_PITCH, _AXIS = 28.0, 24.0
_MOST = 4.0  # x the fullest mean: a larger capacity runs off the axis instead of squeezing the rest


def buffers_chart(buffers: Sequence[BufferResult], width: float) -> Markup:
    """Return one bar a buffer: filled to its mean content, outlined to its capacity.

    Parameters
    ----------
    buffers : sequence of BufferResult
    width : float
        Width of the picture, px.
    """
    left = column_width([buffer.name for buffer in buffers], width)
    words = [_words(buffer) for buffer in buffers]
    right = min(max(text_width(text, SMALL) for text in words) + 10.0, 0.4 * width)
    low, high = axes.outward(0.0, _longest(buffers), 4)
    scale = axes.Scale(low, high, left, width - max(right, axes.RIGHT))
    bottom = 4.0 + _PITCH * len(buffers)
    parts = [axes.x_axis(scale, 4.0, bottom, "parts", axes.ticks(low, high, 5))]
    for k, (buffer, text) in enumerate(zip(buffers, words, strict=True)):
        y = 4.0 + k * _PITCH
        parts += [
            row_name(buffer.name, y + _PITCH / 2, left),
            _bar(buffer, scale, y + 4.0, _PITCH - 8.0),
            svg.text(
                width,
                y + _PITCH / 2 + 4.0,
                fit(text, right - 6.0, SMALL),
                at="right",
                size=SMALL,
                class_="number",
            ),
        ]
    return svg.drawing(width, bottom + _AXIS, "mean content of buffers and conveyors", *parts)


def _longest(buffers: Sequence[BufferResult]) -> float:
    contents = [
        value
        for b in buffers
        for value in (b.mean_content.mean, b.mean_content.high)
        if math.isfinite(value)
    ]
    fullest = max([*contents, 0.25])
    capacities = [b.capacity for b in buffers if b.capacity and b.capacity <= _MOST * fullest]
    return max([fullest, *capacities])


def _words(buffer: BufferResult) -> str:
    content = estimates.short(buffer.mean_content).removesuffix(numbers.THIN + "parts")
    return f"{content} of {numbers.number(buffer.capacity)}" if buffer.capacity else content


def _bar(buffer: BufferResult, scale: axes.Scale, y: float, height: float) -> Markup:
    content, start = buffer.mean_content, scale(0.0)
    state = "conveyed" if buffer.kind == "conveyor" else "waiting"
    parts: list[Markup] = []
    if buffer.capacity:
        parts.append(svg.rect(start, y, scale(buffer.capacity) - start, height, class_="room"))
    if math.isfinite(content.mean):
        tip = f"{buffer.name}: {_words(buffer)} parts"
        parts.append(
            svg.rect(
                start, y, scale(content.mean) - start, height, class_=f"bar s-{state}", tip=tip
            )
        )
    if estimates.has_interval(content):
        middle = y + height / 2
        parts.append(svg.line(scale(content.low), middle, scale(content.high), middle, "whisker"))
    return join(parts)

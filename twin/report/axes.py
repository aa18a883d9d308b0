"""Scales, round tick values and the lines of an axis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from twin.report import numbers, svg
from twin.report.markup import Markup, join
from twin.report.typeset import SMALL, text_width

RIGHT = 38.0  # px, margin a chart leaves at its right for the last label
_GAP = 10.0  # px, least space between the labels of two ticks


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight map from values `low` to `high` onto pixels `start` to `stop`."""

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        """Return the pixel of a value, kept between `start` and `stop`."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.stop - self.start)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most `most` + 1 round values from `low` to `high`, steps of 1, 2 or 5 x 10^k."""
    if not high > low:
        return [low]
    step = _round_up((high - low) / max(most, 1))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [count * step for count in range(first, last + 1)]


def outward(low: float, high: float, most: int = 5) -> tuple[float, float]:
    """Return the round values that enclose both; never an empty range."""
    if not high > low:
        low, high = low - (abs(low) * 0.1 or 1.0), high + (abs(high) * 0.1 or 1.0)
    step = _round_up((high - low) / most)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def tick_labels(values: Sequence[float]) -> list[str]:
    """Return the values written with as many decimals as their step needs."""
    step = min((b - a for a, b in pairwise(values)), default=1.0)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    return [numbers.number(value, decimals) for value in values]


def x_axis(
    scale: Scale,
    top: float,
    bottom: float,
    unit: str,
    at: Sequence[float] | None = None,
    labels: Sequence[str] | None = None,
) -> Markup:
    """Return grid lines from `top` to `bottom` with labels below, thinned until none touch.

    The unit follows the last label, so it needs no line of its own.
    """
    values = list(at) if at is not None else ticks(scale.low, scale.high, 8)
    texts = list(labels) if labels is not None else tick_labels(values)
    every = _every(values, [numbers.with_unit(text, unit) for text in texts], scale)
    shown = [
        (value, text)
        for k, (value, text) in enumerate(zip(values, texts, strict=True))
        if k % every == 0
    ]
    parts: list[Markup] = []
    for k, (value, text) in enumerate(shown):
        written = numbers.with_unit(text, unit) if k == len(shown) - 1 else text
        x = scale(value)
        parts += [
            svg.line(x, top, x, bottom, "grid"),
            svg.text(
                _inside(x, written, scale),
                bottom + 15,
                written,
                at="middle",
                size=SMALL,
                class_="axis",
            ),
        ]
    return join(parts)


def y_axis(scale: Scale, left: float, right: float, values: Sequence[float]) -> Markup:
    """Return grid lines from `left` to `right` with labels at their left."""
    parts: list[Markup] = []
    for value, text in zip(values, tick_labels(values), strict=True):
        y = scale(value)
        parts += [
            svg.line(left, y, right, y, "grid"),
            svg.text(left - 6, y + 4, text, at="right", size=SMALL, class_="axis"),
        ]
    return join(parts)


def _every(values: Sequence[float], texts: Sequence[str], scale: Scale) -> int:
    if len(values) < 2:
        return 1
    room = min(scale(b) - scale(a) for a, b in pairwise(values))
    widest = max(text_width(text, SMALL) for text in texts)
    shift = max(0.0, widest / 2 - min(scale.start, RIGHT))  # of labels at the ends of the axis
    return max(1, math.ceil((widest + shift + _GAP) / max(room, 1e-3)))


def _inside(x: float, text: str, scale: Scale) -> float:
    """Return where to centre a label so that it stays in the picture."""
    half = text_width(text, SMALL) / 2
    return max(min(x, scale.stop + RIGHT - half), half)


def _round_up(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    for factor in (1.0, 2.0, 5.0):
        if step <= factor * power * (1 + 1e-9):
            return factor * power
    return 10.0 * power

"""Stacked bars of what resources did with their time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twin.report import axes, numbers, palette, svg
from twin.report.charts.legend import legend
from twin.report.charts.names import column_width, row_name
from twin.report.markup import Markup, join
from twin.report.typeset import SMALL, text_width

_AXIS = 24.0  # px below the bars
_CROWD = 24  # from so many rows on the bars are thinner
_PAD = 8.0  # px, least room around a number in a bar


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow:
    """One resource and the share of its time in each state."""

    name: str
    shares: Mapping[str, float]  # state -> share, adding up to 1


def state_bars(rows: Sequence[StateRow], width: float, name: str) -> Markup:
    """Return one stacked bar a row; the bars of a row fill it whole.

    Parameters
    ----------
    rows : sequence of StateRow
    width : float
        Width of the picture, px.
    name : str
        What the picture shows, for those who cannot see it.
    """
    key, top = legend({s for row in rows for s, share in row.shares.items() if share > 0}, width)
    left = column_width([row.name for row in rows], width)
    pitch = 19.0 if len(rows) > _CROWD else 30.0
    scale = axes.Scale(0.0, 100.0, left, width - axes.RIGHT)
    top, bottom = top + 6.0, top + 6.0 + pitch * len(rows)
    parts = [key, axes.x_axis(scale, top, bottom, "%", axes.ticks(0.0, 100.0, 5))]
    for k, row in enumerate(rows):
        y = top + k * pitch
        parts.append(row_name(row.name, y + pitch / 2, left))
        parts.append(_bar(row, scale, y + 2.0, pitch - 4.0))
    return svg.drawing(width, bottom + _AXIS, name, *parts)


def _bar(row: StateRow, scale: axes.Scale, y: float, height: float) -> Markup:
    whole = sum(row.shares.values())
    parts: list[Markup] = []
    before = 0.0
    for state in palette.ordered(set(row.shares)):
        share = row.shares[state] / whole if whole > 0 else 0.0
        if share <= 0:
            continue
        x = scale(100.0 * before)
        before += share
        length = scale(100.0 * before) - x
        tip = f"{row.name}: {palette.label(state)} {numbers.percent(share, 1)}"
        parts.append(palette.bar(state, x, y, length, height, tip))
        parts.append(_written(state, share, x + length / 2, y + height / 2, length))
    return join(parts)


def _written(state: str, share: float, x: float, y: float, room: float) -> Markup:
    text = numbers.percent(share)
    if text_width(text, SMALL) + _PAD > room:
        return Markup()
    return svg.text(x, y + 4.0, text, at="middle", size=SMALL, class_=palette.text_class(state))

"""The key to the colours of a chart, wrapped to its width."""

from collections.abc import Iterable

from twin.report import palette, svg
from twin.report.markup import Markup, join
from twin.report.typeset import SMALL, text_width

_SWATCH, _ROW, _GAP = 14.0, 20.0, 16.0  # px


def legend(states: Iterable[str], width: float) -> tuple[Markup, float]:
    """Return the key to some states and its height, px."""
    x, y = 0.0, 0.0
    parts: list[Markup] = []
    for state in palette.ordered(set(states)):
        words = palette.label(state)
        needed = _SWATCH + 6.0 + text_width(words, SMALL)
        if x > 0.0 and x + needed > width:
            x, y = 0.0, y + _ROW
        parts += [
            palette.bar(state, x, y + 2.0, _SWATCH, _SWATCH),
            svg.text(x + _SWATCH + 6.0, y + 13.0, words, size=SMALL, class_="axis"),
        ]
        x += needed + _GAP
    return join(parts), (y + _ROW if parts else 0.0)

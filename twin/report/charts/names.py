"""The column of names at the left of a chart with rows."""

from collections.abc import Sequence

from twin.report import svg
from twin.report.markup import Markup
from twin.report.typeset import fit, text_width

_MOST = 0.30  # of the width of the chart
_GAP = 10.0  # px between names and plot


def column_width(names: Sequence[str], width: float) -> float:
    """Return how wide the column of names is, gap included, px."""
    return min(max((text_width(name) for name in names), default=0.0), _MOST * width) + _GAP


def row_name(name: str, middle: float, column: float) -> Markup:
    """Return a name at the left of its row, shortened to its column; in full when pointed at."""
    short = fit(name, column - _GAP)
    return svg.text(0.0, middle + 4.5, short, tip=name if short != name else None, class_="name")

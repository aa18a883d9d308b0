"""A chart on the page: drawn once for wide screens and paper, once for phones."""

from collections.abc import Callable

from twin.report.markup import Markup, element

WIDE = 880.0  # px, width of charts on a screen or on A4
NARROW = 400.0  # px, width of charts on a phone

Draw = Callable[[float], Markup]


def figure(draw: Draw, title: str, caption: object = "") -> Markup:
    """Return a titled chart; a style sheet shows the drawing that suits the screen."""
    return element(
        "figure",
        element("h3", title),
        element("div", draw(WIDE), class_="wide"),
        element("div", draw(NARROW), class_="narrow"),
        element("figcaption", caption) if caption else Markup(),
    )

"""The few shapes the charts are made of."""

from collections.abc import Sequence

from twin.report.markup import Markup, element
from twin.report.typeset import FONT

ANCHORS = {"left": "start", "middle": "middle", "right": "end"}


def drawing(width: float, height: float, name: str, *content: object) -> Markup:
    """Return a whole picture, `width` x `height` px; `name` is what a screen reader says."""
    return element(
        "svg",
        *content,
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_label=name,
    )


def rect(  # noqa: PLR0913 - a rectangle has four numbers
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    class_: str | None = None,
    fill: str | None = None,
    radius: float | None = None,
    tip: str | None = None,
) -> Markup:
    """Return a rectangle; `tip` is shown when the pointer rests on it."""
    shape = element(
        "rect", x=x, y=y, width=width, height=height, rx=radius, class_=class_, fill=fill
    )
    return with_tip(shape, tip)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """Return a straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def polyline(points: Sequence[tuple[float, float]], class_: str) -> Markup:
    """Return a line through points."""
    return element("polyline", points=_points(points), class_=class_)


def polygon(points: Sequence[tuple[float, float]], class_: str) -> Markup:
    """Return a filled outline through points."""
    return element("polygon", points=_points(points), class_=class_)


def circle(x: float, y: float, radius: float, class_: str, tip: str | None = None) -> Markup:
    """Return a disc."""
    return with_tip(element("circle", cx=x, cy=y, r=radius, class_=class_), tip)


def text(
    x: float,
    y: float,
    content: str,
    *,
    at: str = "left",
    class_: str | None = None,
    size: float = FONT,
    tip: str | None = None,
) -> Markup:
    """Return a text whose baseline starts, centres or ends (`at`) at x, y."""
    title = element("title", tip) if tip else Markup()
    return element(
        "text", content, title, x=x, y=y, font_size=size, text_anchor=ANCHORS[at], class_=class_
    )


def group(*content: object, class_: str | None = None) -> Markup:
    """Return shapes that belong together."""
    return element("g", *content, class_=class_)


def with_tip(shape: Markup, tip: str | None) -> Markup:
    """Return a shape that shows a text when the pointer rests on it."""
    return element("g", element("title", tip), shape) if tip else shape


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)

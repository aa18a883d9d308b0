"""One colour and one pattern a state, the same in every chart and told apart without colour.

Hues follow Okabe and Ito (2008), which people with any common colour deficiency can tell apart; the
colours themselves stand in `style.css`, where the dark scheme changes them.
"""

from twin.report import svg
from twin.report.markup import Markup, element
from twin.results.model import STATE_LABELS

# Pattern over the colour of a state, drawn in a tile of 6 x 6; what is not here is plain.
_TILE = 6
_RISING, _FALLING = "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", "M-1,5 l2,2 M0,0 l6,6 M5,-1 l2,2"
_UPRIGHT, _LEVEL = "M3,0 v6", "M0,3 h6"
_DOTS = "M1.5,1.5 h0.01 M4.5,4.5 h0.01"
_PATTERNS = {
    "setting_up": _RISING,
    "loading": _UPRIGHT,
    "unloading": _LEVEL,
    "failed": _FALLING,
    "under_repair": _RISING + " " + _FALLING,
    "maintenance": _LEVEL,
    "waiting_robot": _UPRIGHT,
    "waiting_operator": _LEVEL,
    "blocked": _FALLING,
    "starved": _DOTS,
    "asleep": _UPRIGHT,
    "off_shift": _RISING,
    "moving": _FALLING,
    "picking": _UPRIGHT,
    "placing": _LEVEL,
    "attending": _DOTS,
    "repairing": _RISING + " " + _FALLING,
}
_LIGHT_TEXT = frozenset(
    {"working", "failed", "under_repair", "maintenance", "carrying", "placing", "repairing"}
)
_WORDS = str.maketrans("_", " ")


def label(state: str) -> str:
    """Return how people call a state."""
    return STATE_LABELS.get(state, state.translate(_WORDS))


def ordered(states: set[str]) -> list[str]:
    """Return states in the order in which charts stack them, unknown ones last."""
    place = {state: rank for rank, state in enumerate(STATE_LABELS)}
    return sorted(states, key=lambda state: (place.get(state, len(place)), state))


def bar(
    state: str, x: float, y: float, width: float, height: float, tip: str | None = None
) -> Markup:
    """Return a rectangle in the colour and pattern of a state."""
    shape = {"x": x, "y": y, "width": width, "height": height}
    colour = f"s-{state}" if state in STATE_LABELS else "s-other"
    if state in _PATTERNS:
        return svg.with_tip(element("rect", class_="bar", fill=f"url(#p-{state})", **shape), tip)
    return svg.with_tip(element("rect", class_=f"bar {colour}", **shape), tip)


def text_class(state: str) -> str:
    """Return the class of a text that is written on the colour of a state."""
    return "on-dark" if state in _LIGHT_TEXT else "on-light"


def patterns() -> Markup:
    """Return the definitions that `bar` refers to; once a page, before the first chart."""
    tiles = (_pattern(state, path) for state, path in _PATTERNS.items())
    return element(
        "svg", element("defs", *tiles), class_="definitions", width=0, height=0, aria_hidden="true"
    )


def _pattern(state: str, path: str) -> Markup:
    return element(
        "pattern",
        svg.rect(0, 0, _TILE, _TILE, class_=f"s-{state}"),
        element("path", d=path, class_=f"hatch hatch-{state}"),
        id=f"p-{state}",
        width=_TILE,
        height=_TILE,
        patternUnits="userSpaceOnUse",
    )

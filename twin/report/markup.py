"""Elements of HTML and SVG as text that is escaped unless it was made here."""

import math
import re
from collections.abc import Iterable
from html import escape
from typing import SupportsFloat

# Not allowed in XML, or able to reorder the text around a name (bidirectional overrides).
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_SELF_CLOSING = frozenset(
    {"circle", "img", "line", "meta", "path", "polygon", "polyline", "rect"}  # all we ever write
)


class Markup(str):
    """Text that is already markup and is taken as it stands."""

    __slots__ = ()


def clean(text: str) -> str:
    """Return a text without characters that no document may hold."""
    return _FORBIDDEN.sub("\ufffd", text)


def markup(text: object) -> Markup:
    """Return a text as markup, escaped unless it is markup already."""
    return text if isinstance(text, Markup) else Markup(escape(clean(str(text))))


def join(parts: Iterable[object]) -> Markup:
    """Return the parts one after the other, each escaped unless it is markup."""
    return Markup("".join(markup(part) for part in parts))


def attribute(value: object) -> str:
    """Return the text of an attribute; numbers with two decimals at most.

    Raises
    ------
    ValueError
        A number that is not finite: nothing can be drawn there.
    """
    if isinstance(value, str):
        return escape(clean(value))
    if not isinstance(value, SupportsFloat) or not math.isfinite(float(value)):
        raise ValueError(f"an attribute must be text or a finite number, got {value!r}")
    text = f"{float(value):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(tag: str, /, *content: object, **attributes: object) -> Markup:
    """Return one element; content is escaped unless it is markup, None leaves an attribute out.

    Names of attributes take `-` for `_` and lose a trailing one (`class_`, `stroke_width`).

    Examples
    --------
    >>> element("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    head = tag + "".join(
        f' {name.rstrip("_").replace("_", "-")}="{attribute(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in _SELF_CLOSING:
        return Markup(f"<{head}/>")
    return Markup(f"<{head}>{join(content)}</{tag}>")

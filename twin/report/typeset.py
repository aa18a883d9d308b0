"""How wide a text will be, without a browser to ask: on the safe side for common fonts."""

from functools import lru_cache

from twin.report.markup import clean

FONT = 13.0  # px, size of text in charts
SMALL = 11.5  # px, axis numbers and labels inside bars

# Advance in em, a little above that of DejaVu Sans, the widest face in the font list of the page.
_ADVANCE = {
    **dict.fromkeys("ijlI.,:;'|!", 0.34),
    **dict.fromkeys(" ()[]ftr/-\u2009\u202f", 0.42),
    **dict.fromkeys("mwMW@%", 0.98),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&\u2013_", 0.74),
}
_OTHER = 0.65
_FULL_WIDTH = 1.05  # from here on scripts whose characters fill a square
_FIRST_FULL_WIDTH = 0x2E80


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = FONT) -> float:
    """Return an upper estimate of the width of a text, px, at a font size, px."""
    return size * sum(
        _FULL_WIDTH if ord(letter) >= _FIRST_FULL_WIDTH else _ADVANCE.get(letter, _OTHER)
        for letter in clean(text)
    )


def fit(text: str, room: float, size: float = FONT) -> str:
    """Return the text, shortened in its middle until it fits into `room` px.

    Names of stations differ at their ends more often than at their beginnings, so both are kept.

    Examples
    --------
    >>> fit("turning_centre_left_12", 100.0)
    'turnin…eft_12'
    """
    if text_width(text, size) <= room:
        return text
    for kept in range(len(text) - 1, 0, -1):
        head, tail = (kept + 1) // 2, kept // 2
        short = text[:head] + "…" + (text[-tail:] if tail else "")
        if text_width(short, size) <= room:
            return short
    return ""

"""Remarks below a section."""

from collections.abc import Sequence

from twin.report.markup import Markup, element


def notes(sentences: Sequence[str]) -> Markup:
    """Return remarks as a list; nothing for none."""
    if not sentences:
        return Markup()
    return element("ul", *(element("li", sentence) for sentence in sentences), class_="notes")

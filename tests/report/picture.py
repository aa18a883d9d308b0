"""What a drawn chart holds, read back from its SVG."""

import itertools
import re
from dataclasses import dataclass
from xml.etree import ElementTree

from twin.report.typeset import text_width


@dataclass(frozen=True)
class Label:
    """A text and the box it fills, px."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    def meets(self, other):
        """Tell whether two boxes overlap."""
        across = self.left < other.right - 0.5 and other.left < self.right - 0.5
        return across and self.top < other.bottom - 0.5 and other.top < self.bottom - 0.5


class Picture:
    """One SVG, parsed: fails where it is not well-formed."""

    def __init__(self, markup):
        assert not re.search(r'="[^"]*\b(nan|inf)\b', markup)
        self.root = ElementTree.fromstring(markup)
        _, _, self.width, self.height = map(float, self.root.get("viewBox").split())

    def labels(self):
        """Return all texts with their boxes."""
        return [_label(node) for node in self.root.iter("text")]

    def bars(self):
        """Return the plain bars."""
        return [node for node in self.root.iter("rect") if "bar" in node.get("class", "").split()]

    def stray_labels(self):
        """Return the labels that leave the frame."""
        return [
            label
            for label in self.labels()
            if label.left < -0.5
            or label.right > self.width + 0.5
            or label.top < -0.5
            or label.bottom > self.height + 0.5
        ]

    def overlaps(self):
        """Return the pairs of labels that lie on each other."""
        return [
            (one.text, other.text)
            for one, other in itertools.combinations(self.labels(), 2)
            if one.meets(other)
        ]


def _label(node):
    size, x, y = (float(node.get(key)) for key in ("font-size", "x", "y"))
    text = node.text or ""
    width = text_width(text, size)
    left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[node.get("text-anchor")]
    # Letters reach 0.75 em above and 0.2 em below the baseline.
    return Label(text, left, left + width, y - 0.75 * size, y + 0.2 * size)

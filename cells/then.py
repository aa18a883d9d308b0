"""Where parts go from a station, written at the station: `then: {good: rack, scrap: 2.5 %}`.

A station `press` with scrap gets a sink `press_scrap`.
"""

from collections.abc import Iterator

from pydantic import Field

from cells.base import Name, Part
from cells.units import Fraction

SCRAP = "_scrap"


class Then(Part):
    """Good parts, scrap, and what is worked on again, by shares drawn at random."""

    good: Name
    scrap: Fraction = 0.0
    rework: dict[Name, Fraction] = Field(default={})

    def shares(self, station: str) -> str | dict[str, float]:
        """Return the target of the parts of a station, or several with their shares."""
        others = {**self.rework, **({f"{station}{SCRAP}": self.scrap} if self.scrap else {})}
        if not others:
            return self.good
        return {self.good: 1.0 - sum(others.values()), **others}

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with it."""
        if self.scrap + sum(self.rework.values()) >= 1.0:
            yield "no part would be good: scrap and rework together are below 100 %"
        if self.good in self.rework:
            yield f"{self.good!r} is where good parts go"

"""Random lines of stations, buffers and sinks in which most ends concern nobody but neighbours.

There the compiled engine lets parts pass without settling the line (`twin.kernel.passing`); cells
with every feature mixed (`tests.strategies`) hardly ever do.  Some features still stand in between.
"""

from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.strategies import Case, Document, Draft

_CV = {"cv": 0.5}


def plain_cells() -> st.SearchStrategy[Case]:
    """Return the strategy of random plain lines for hypothesis."""
    return st.randoms(use_true_random=False).map(plain_case)


def plain_case(rng: Random) -> Case:
    """Return a random plain line; some are refused by the checks of a cell."""
    draft = _PlainDraft(rng)
    draft.nodes()
    draft.flow()
    draft.prune()
    return Case(
        document=draft.document,
        robot_times={},
        hands={},
        paces=tuple(rng.choice([1.0, 1.0, 0.5]) for _ in range(rng.choice([1, 3]))),
        seed=rng.choice([1, 2, 3, 2**63 - 1]),
        replication=rng.choice([0, 1, 7]),
    )


class _PlainDraft(Draft):
    """A plain line while it is being drawn."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.document |= {"shifts": {}, "places": {}}
        if self.likely(0.2):
            self.document["shifts"]["w"] = {"period": "20 s", "on": "15 s"}

    def time(self, *, shortest: int = 1) -> Any:
        """Return mostly times that seldom meet."""
        if self.likely(0.3):
            return super().time(shortest=shortest)
        mean = {"mean": f"{self.rng.randint(1000, 4000)} ms"}
        return self.rng.choice(
            [f"{self.rng.randint(1000, 4000)} ms", {"exponential": mean}, {"lognormal": mean | _CV}]
        )

    def nodes(self) -> None:
        """Draw sources, a row of mostly single nodes, and sinks."""
        rng = self.rng
        self.layers.append([self.source(k) for k in range(rng.choice([1, 1, 2]))])
        for depth in range(rng.randint(1, 6)):
            names = range(rng.choice([1, 1, 1, 2]))
            self.layers.append([self.middle(f"{depth}{k}") for k in names])
        self.layers.append([self.sink(k) for k in range(rng.choice([1, 1, 2]))])

    def middle(self, tag: str) -> str:
        """Draw mostly a station."""
        if self.likely(0.2):
            return super().middle(tag)
        self.document["stations"][f"m{tag}"] = self.station()
        return f"m{tag}"

    def station(self) -> Document:
        """Draw a station, mostly of one server with a queue."""
        rng = self.rng
        station = super().station()
        if self.likely(0.8):
            station.pop("servers", None)
        if self.likely(0.8):
            station.pop("power", None)
        if self.likely(0.7):
            station["queue"] = rng.choice([1, 2, 3, "unlimited"])
        return station

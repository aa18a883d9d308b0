"""Where a follower's record stands, and how it wants to be served."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

from twin.bridge.session.actions import Rhythm


@dataclass(slots=True)
class Position:
    """How far a record has come: what a follower that starts again must know."""

    epoch: int = 0  # 0: nothing recorded yet
    first: int = 0  # where the record begins; not 0: it was begun in a running line
    next: int = 0  # records before this one are recorded, or their loss is
    gaps: list[tuple[int, int]] = field(default_factory=list)  # [first, last) lost for good
    end: int | None = None  # ns, where the log was cut, once all is recorded
    digest: Any = field(default_factory=hashlib.sha256)  # of the records so far

    def copy(self) -> "Position":
        """Return one that goes its own way."""
        return replace(self, gaps=list(self.gaps), digest=self.digest.copy())


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a follower wants to be served.

    Attributes
    ----------
    from_now : bool
        Begin with what the controller does from now on, not with what it still has of before.
    client : str
        What the controller knows this program by, over all its connections; commands need one.
    probing : bool
        Keep finding out how far the controller's clock is from this one.
    rhythm : Rhythm
        When to speak and when to give up.
    """

    from_now: bool = False
    client: str = ""
    probing: bool = False
    rhythm: Rhythm = field(default_factory=Rhythm)

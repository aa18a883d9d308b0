"""How far the controller's clock is from one's own, and how well that is known."""

from collections import deque
from typing import NamedTuple

_NS_PER_S = 1_000_000_000


class Offset(NamedTuple):
    """The controller's clock less one's own, ns, and how far from the truth it may be."""

    value: int
    uncertainty: int


class OffsetFilter:
    """Keeps the exchange with the smallest delay of the last few.

    Of the round trip only the part that is not symmetric can deceive, so half of the smallest delay
    bounds the error; with age the clocks' drift is added.

    Parameters
    ----------
    keep : int
        Exchanges looked back on.
    drift : float
        Most that the clocks' rates differ, a share.

    References
    ----------
    D. L. Mills, "Computer Network Time Synchronization", 2006, clock filter algorithm.
    """

    def __init__(self, *, keep: int = 32, drift: float = 50e-6) -> None:
        self._drift = drift
        self._samples: deque[tuple[int, int, int]] = deque(maxlen=keep)  # when, delay, offset

    def add(self, sent: int, received: int, answered: int, arrived: int) -> None:
        """Take one exchange: sent and arrived by one's own clock, the others by the peer's; ns."""
        delay = (arrived - sent) - (answered - received)
        if delay >= 0:  # else a time stamp is wrong
            self._samples.append((arrived, delay, ((received - sent) + (answered - arrived)) // 2))

    def best(self, now: int) -> Offset | None:
        """Return the offset at `now`; None before the first exchange."""
        found = [
            Offset(offset, delay // 2 + 1 + int((now - when) * self._drift))
            for when, delay, offset in self._samples
        ]
        return min(found, key=lambda offset: offset.uncertainty, default=None)

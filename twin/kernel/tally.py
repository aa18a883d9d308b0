"""Sums over a log: what a run that keeps no log still knows."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kernel.log import Log
from twin.kernel.model import Line
from twin.kernel.states import N_STATES, PART_STATES, Ending, State
from twin.kernel.sums import seconds, split, summed, whole

# Lead times fall into bins whose width is 1/16 of the power of two below them; all below 2^20 ns
# (1 ms) share bin 0, all from 2^57 ns (4.6 years) the last.
MANTISSA_BITS = 4
LOWEST = 20
HIGHEST = 57
N_BINS = ((HIGHEST - LOWEST) << MANTISSA_BITS) + 2

# A record that ended so is not counted: it goes on later.
_NOT_COUNTED = (Ending.CUT, Ending.INTERRUPTED, Ending.PREEMPTED)

# By these a part comes to be inside the line, and by those it ceases to be.
_COMING = (State.ENTERED, State.MADE)
_LEAVING = (State.FINISHED, State.SCRAPPED, State.CONSUMED)

STOPPED = ("", "deadlock", "livelock", "overload", "limit of events")  # names of Tally.stopped


def lead_bin(lead: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the bin of each lead time.

    Parameters
    ----------
    lead : ndarray of int64
        ns, not negative.

    Examples
    --------
    >>> lead_bin(np.array([0, 2**20, 2**21, 2**60])).tolist()
    [0, 1, 17, 593]
    """
    clipped = np.clip(np.asarray(lead, dtype=np.int64), 1 << (LOWEST - 1), 1 << HIGHEST)
    # frexp rounds nothing here but above 2^53, where a bin is wider than the rounding; the mantissa
    # is then taken from the integer itself.
    exponent = np.frexp(clipped.astype(np.float64))[1].astype(np.int64) - 1
    exponent -= clipped < (np.int64(1) << exponent)
    mantissa = (clipped >> (exponent - MANTISSA_BITS)) & ((1 << MANTISSA_BITS) - 1)
    return np.where(
        exponent < LOWEST,
        0,
        np.minimum(((exponent - LOWEST) << MANTISSA_BITS) + mantissa + 1, N_BINS - 1),
    )


def lead_edges() -> NDArray[np.int64]:
    """Return the lower edges of the bins, ns, shape (N_BINS,); a bin ends where the next begins."""
    octave = np.arange(1 << MANTISSA_BITS, 2 << MANTISSA_BITS, dtype=np.int64)
    exponents = np.arange(LOWEST - MANTISSA_BITS, HIGHEST - MANTISSA_BITS, dtype=np.int64)
    inner = (octave[None, :] << exponents[:, None]).ravel()
    return np.concatenate([[0], inner, [1 << HIGHEST]]).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Sums over (start, end]; of n runs stacked each array has a leading axis n.

    R resources, S states, P products, B bins, W windows.  Times in ns; where many parts add up,
    beyond the laps of `twin.kernel.sums`.
    """

    start: int
    end: NDArray[np.int64]  # () where the run ended: the horizon, or where it stopped
    stopped: NDArray[np.int64]  # () 0 ran to the horizon, else index into STOPPED
    state_time: NDArray[np.int64]  # (R, S) of a buffer or conveyor: sum over its parts
    laps: NDArray[np.int16]  # (R, S) of state_time
    count: NDArray[np.int64]  # (R, S) records closed, neither cut nor interrupted
    wip_time: NDArray[np.int64]  # () integral of the parts inside, parts x ns
    wip_laps: NDArray[np.int16]  # ()
    finished: NDArray[np.int64]  # (P,)
    scrapped: NDArray[np.int64]  # (P,)
    lead_time: NDArray[np.int64]  # (P,) sum over finished parts
    lead_laps: NDArray[np.int16]  # (P,)
    lead_histogram: NDArray[np.int64]  # (P, B) see lead_bin
    inside: NDArray[np.int64]  # () parts inside at the end
    outside: NDArray[np.int64]  # () parts waiting outside at the end, unsaturated sources
    window: int  # length of the windows of finished_per_window, 0: none
    # (W,) the last window may be shorter; W follows from the horizon also where a run stopped.
    finished_per_window: NDArray[np.int64]

    def seconds(self) -> NDArray[np.float64]:
        """Return the time by resource and state, s, shape (R, S)."""
        return seconds(self.state_time, self.laps)

    def wip_seconds(self) -> NDArray[np.float64]:
        """Return the integral of the parts inside, parts x s, shape ()."""
        return seconds(self.wip_time, self.wip_laps)

    def lead_seconds(self) -> NDArray[np.float64]:
        """Return the sum of the lead times of finished parts, s, shape (P,)."""
        return seconds(self.lead_time, self.lead_laps)

    @staticmethod
    def windows(start: int, end: int, window: int) -> int:
        """Return how many windows cover (start, end]."""
        return -(-max(0, end - start) // window) if window else 0

    @classmethod
    def stack(cls, tallies: "list[Tally]") -> "Tally":
        """Return the tallies of equal runs as one with a leading axis."""
        shared: dict[str, Any] = {"start": tallies[0].start, "window": tallies[0].window}
        names = [field.name for field in fields(cls) if field.name not in shared]
        arrays: dict[str, Any] = {
            name: np.stack([getattr(tally, name) for tally in tallies]) for name in names
        }
        return cls(**shared, **arrays)

    @classmethod
    def from_log(
        cls,
        line: Line,
        log: Log,
        *,
        start: int = 0,
        window: int = 0,
        outside: int = 0,
        stopped: int = 0,
        horizon: int | None = None,
    ) -> "Tally":
        """Return the sums over the records of a log.

        Parameters
        ----------
        line : Line
            What the log is of.
        log : Log
        start : int
            ns; records closed at or before it are left out, others clipped to what follows it,
            except those of `PART_STATES`.
        window : int
            ns, length of the windows in which finished parts are counted; 0: none.
        outside : int
            Parts waiting outside at the end: a log does not tell.
        stopped : int
            How the run ended, index into STOPPED: a log does not tell.
        horizon : int, optional
            ns, the end asked for, where the run stopped before it.
        """
        records = log.activities
        closed = records[records["t1"] > start]
        shape = (len(line.resources), N_STATES)
        leaving = closed[closed["state"] == State.FINISHED]
        scrap = closed[closed["state"] == State.SCRAPPED]
        lead = leaving["t1"] - leaving["t0"]
        products = len(line.products)
        bins = np.zeros((products, N_BINS), np.int64)
        np.add.at(bins, (leaving["product"], lead_bin(lead)), 1)
        in_windows = np.zeros(cls.windows(start, horizon or log.end, window), np.int64)
        if window:
            np.add.at(in_windows, (leaving["t1"] - start - 1) // window, 1)
        counted = ~np.isin(closed["cause"], _NOT_COUNTED)
        inside, wip = _inside(records, start, log.end)
        state_time, laps = summed(_places(closed), _clipped(closed, start), shape)
        lead_time, lead_laps = summed((leaving["product"],), lead, (products,))
        counts = np.zeros(shape, np.int64)
        np.add.at(counts, _places(closed[counted]), 1)
        wip_time, wip_laps = split(wip)
        return cls(
            start=start,
            end=np.array(log.end, np.int64),
            stopped=np.array(stopped, np.int64),
            state_time=state_time,
            laps=laps,
            count=counts,
            wip_time=wip_time,
            wip_laps=wip_laps,
            finished=np.bincount(leaving["product"], minlength=products).astype(np.int64),
            scrapped=np.bincount(scrap["product"], minlength=products).astype(np.int64),
            lead_time=lead_time,
            lead_laps=lead_laps,
            lead_histogram=bins,
            inside=inside,
            outside=np.array(outside, np.int64),
            window=window,
            finished_per_window=in_windows,
        )


def _clipped(closed: NDArray[np.void], start: int) -> NDArray[np.int64]:
    """Return the length of each record, ns, inside the window where the state is a resource's."""
    of_part = np.isin(closed["state"], PART_STATES)
    return closed["t1"] - np.where(of_part, closed["t0"], np.maximum(closed["t0"], start))


def _places(records: NDArray[np.void]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return resource and state of each record."""
    return records["resource"], records["state"]


def _inside(records: NDArray[np.void], start: int, end: int) -> tuple[NDArray[np.int64], int]:
    """Return the parts inside at the end and the integral of the parts inside over the window."""
    entries = records["t1"][np.isin(records["state"], _COMING)]
    leavings = records["t1"][np.isin(records["state"], _LEAVING)]
    inside = entries.size - leavings.size
    since = max(start, 0)
    if end <= since:
        return np.array(inside, np.int64), 0
    stays = whole(end - np.maximum(entries, since)) - whole(end - np.maximum(leavings, since))
    return np.array(inside, np.int64), stays

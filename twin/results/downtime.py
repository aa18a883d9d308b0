"""Lives and repairs of servers, read from a log, for one or several ways to fail."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernel.log import Log
from twin.kernel.model import NS_PER_S
from twin.kernel.states import Ending, State

Floats = NDArray[np.float64]
_DOWN = (State.FAILED, State.UNDER_REPAIR)
APART = 3.0  # ratio of repair times from which on stops can be told apart by their length
_ROUNDS = 20


class Stop(NamedTuple):
    """One stop of a server."""

    worked: float  # s at work since the beginning, when it came
    passed: float  # s not down since the beginning, likewise
    repair: float  # s; NaN: it was still down at the end


class Lives(NamedTuple):
    """What a server's record says of one way to fail, s."""

    whole: list[float]
    cut: float  # since the last failure
    repairs: list[float]


def stops_of(log: Log, resource: int) -> tuple[list[Stop], Stop]:
    """Return the stops of a server in order, and how it stood at the end.

    Parameters
    ----------
    log : Log
    resource : int
    """
    rows = log.activities[log.activities["resource"] == resource]
    rows = rows[np.argsort(rows["t0"], kind="stable")]
    stops: list[Stop] = []
    worked = passed = 0
    for t0, t1, state, cause in rows[["t0", "t1", "state", "cause"]].tolist():
        if state == State.UNDER_REPAIR:
            repair = np.nan if cause == Ending.CUT else (t1 - t0) / NS_PER_S
            stops.append(Stop(worked / NS_PER_S, passed / NS_PER_S, repair))
        elif state not in _DOWN:
            passed += t1 - t0
            worked += t1 - t0 if state == State.WORKING else 0
    return stops, Stop(worked / NS_PER_S, passed / NS_PER_S, np.nan)


def lives(stops: Sequence[Stop], end: Stop, *, calendar: bool) -> Lives:
    """Return the times between the stops of one kind and since the last of them.

    Parameters
    ----------
    stops : sequence of Stop
        Of this kind only: work goes on through those of other kinds.
    end : Stop
    calendar : bool
        Whether this kind counts all time up, not work alone.
    """
    clock = [stop.passed if calendar else stop.worked for stop in (*stops, end)]
    gaps = np.diff([0.0, *clock]).tolist()
    return Lives(
        whole=[gap for gap in gaps[:-1] if gap > 0],
        cut=gaps[-1],
        repairs=[stop.repair for stop in stops if not np.isnan(stop.repair)],
    )


def kinds_of(repairs: Floats, means: Floats) -> NDArray[np.int64] | None:
    """Return of which kind each stop is, by the length of its repair; None: they are too alike.

    Lengths are parted on a logarithmic scale around the nearest mean, the means taken anew until
    nothing changes.

    Parameters
    ----------
    repairs : ndarray, shape (n,)
        s; NaN where it is not known, such a stop is of the longest kind.
    means : ndarray, shape (m,)
        Mean repair of each kind as it was written, s.

    References
    ----------
    S. P. Lloyd, "Least squares quantization in PCM", 1982.
    """
    known = ~np.isnan(repairs)
    logs, centres = np.log(np.maximum(repairs[known], 1e-6)), np.log(means)
    if not known.any() or not _apart(centres):
        return None
    for _ in range(_ROUNDS):
        nearest = np.abs(logs[:, None] - centres[None, :]).argmin(axis=1)
        if len(np.unique(nearest)) < len(centres):
            return None
        moved = np.array([logs[nearest == kind].mean() for kind in range(len(centres))])
        if np.allclose(moved, centres):
            break
        centres = moved
    if not _apart(centres):
        return None
    kinds = np.full(repairs.size, int(centres.argmax()), np.int64)
    kinds[known] = nearest
    return kinds


def _apart(centres: Floats) -> bool:
    return bool((np.diff(np.sort(centres)) >= np.log(APART)).all())

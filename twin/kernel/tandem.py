"""A pure line in a row needs no events: when each part moves follows from the parts before it.

Single servers in a row, limited or unlimited buffers between them, blocking after service, and
nothing else: then a part enters the next place when it is done, the place is free and the part
before it has gone.  These are sums and maxima of times (Dallery and Gershwin, "Manufacturing flow
line systems", Queueing Systems 12, 1992, section 4), part by part, station by station.  The tally
is that of the event kernel to the last nanosecond.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernel.arrays import PAUSED, REACHED, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.jit import entry, inlined
from twin.kernel.near import near
from twin.kernel.records import count_finished, sum_up, sum_wip
from twin.kernel.samplers import draw_block
from twin.kernel.states import State

GIVES_UP = -1  # a time is 0 or no time at all, or parts are many: left to the event kernel
AHEAD = np.int64(32)  # draws made at once
_STARVED = np.int64(State.STARVED)
_WORKING = np.int64(State.WORKING)
_BLOCKED = np.int64(State.BLOCKED)
_WAITING = np.int64(State.WAITING)
_ENTERED = np.int64(State.ENTERED)
_FINISHED = np.int64(State.FINISHED)

# What a part passes one after the other: a buffer, where there is one, and a station.
STAGE = np.dtype(
    [
        ("station", np.int64),  # resource
        ("buffer", np.int64),  # resource, NONE if there is none
        ("places", np.int64),  # of the buffer, 0: unlimited, or none
        ("first", np.int64),  # of its places in `Tandem.taken`
        ("turn", np.int64),  # place of the next part
        ("dist", np.int64),
        ("stream", np.uint64),
        ("pace", np.float64),
        ("left", np.int64),  # when the last part left the station
    ]
)

FRONT = np.dtype(
    [
        ("source", np.int64),  # resource
        ("sink", np.int64),  # resource
        ("product", np.int64),
        ("saturated", np.int64),
        ("every", np.int64),  # dist
        ("stream", np.uint64),
        ("limit", np.int64),  # parts it makes at most, NONE: unlimited
        ("stages", np.int64),
        ("most", np.int64),  # parts; with more the line might exceed what it may hold or do
        ("part", np.int64),  # number of the next part
        ("draws", np.int64),  # of the time between arrivals
        ("since", np.int64),  # when it is there; saturated: when the one before entered
        ("gone", np.int64),  # 1: no more parts arrive
        ("outside", np.int64),  # parts that arrived and did not enter
    ]
)


class Tandem(NamedTuple):
    """A pure line on its way."""

    front: NDArray[np.void]  # (1,) FRONT
    stages: NDArray[np.void]  # STAGE, in the order of the flow
    taken: NDArray[np.int64]  # when each place of a buffer came free last
    ahead: NDArray[np.int64]  # (stages + 1, 32) next draws; the last row is of the arrivals


@inlined
def _tally(s: RunState, r: Int, state: Int, t0: Int, t1: Int, end: Int) -> None:
    """Add a record of a resource's time that is closed at t1, or is cut at the end."""
    start = s.glob[0]["start"]
    if t0 >= start and t1 <= end:
        sum_up(s, r, state, t1 - t0)
        s.count[r, state] += t1 > t0
    elif t0 < end and min(t1, end) > start and t0 < t1:
        sum_up(s, r, state, min(t1, end) - max(t0, start))
        s.count[r, state] += t1 <= end


@inlined
def _tally_fact(s: RunState, r: Int, state: Int, t0: Int, t1: Int) -> None:
    if t1 > s.glob[0]["start"]:
        sum_up(s, r, state, t1 - t0)
        s.count[r, state] += 1


@inlined
def _draw(
    m: Model, s: RunState, t: Tandem, row: Int, d: Int, pace: float, stream: Int, i: Int
) -> Any:
    """Return draw i of a station or of the arrivals."""
    k = i & (AHEAD - 1)
    if k == 0:
        g = s.glob[0]
        seed, replication = g["seed"], g["replication"]
        draw_block(m.dists[d], m.values, pace, stream, seed, replication, i, AHEAD, t.ahead, row)
    return t.ahead[row, k]


@inlined
def _arrive(m: Model, s: RunState, t: Tandem) -> Any:
    """Let the next part be there; return whether its time is one."""
    f = t.front[0]
    f["gone"] = f["limit"] >= 0 and f["part"] >= f["limit"]
    if f["saturated"] == 1 or f["gone"] == 1 or (f["part"] == 0 and f["since"] >= 0):
        f["since"] = max(f["since"], 0)
        return True
    gap = _draw(m, s, t, f["stages"], f["every"], 1.0, f["stream"], f["draws"])
    f["draws"] += 1
    f["since"] = max(f["since"], 0) + gap
    return gap > 0


@inlined
def _enter(t: Tandem, j: Int, ready: Int) -> Any:
    """Return when a part that is ready before stage j leaves the place where it is."""
    x = t.stages[j]
    if x["buffer"] < 0:
        return max(ready, x["left"])
    if x["places"] > 0:
        return max(ready, t.taken[x["first"] + x["turn"]])
    return ready


@inlined
def _work(m: Model, s: RunState, t: Tandem, j: Int, entered: Int, end: Int) -> Any:
    """Let a part pass stage j up to the end of its operation; return when that is, 0: never."""
    x = t.stages[j]
    begins = max(entered, x["left"])
    if x["buffer"] >= 0:
        _tally(s, x["buffer"], _WAITING, entered, begins, end)
        if x["places"] > 0:
            t.taken[x["first"] + x["turn"]] = begins
            x["turn"] = x["turn"] + 1 if x["turn"] + 1 < x["places"] else 0
    lasts = _draw(m, s, t, j, x["dist"], x["pace"], x["stream"], t.front[0]["part"])
    if lasts <= 0:
        return np.int64(0)
    _tally(s, x["station"], _STARVED, x["left"], begins, end)
    _tally(s, x["station"], _WORKING, begins, begins + lasts, end)
    return begins + lasts


@inlined
def _leave(s: RunState, t: Tandem, j: Int, done: Int, leaves: Int, end: Int) -> None:
    """Let a part whose operation at stage j is done leave it."""
    _tally(s, t.stages[j]["station"], _BLOCKED, done, leaves, end)
    t.stages[j]["left"] = leaves


@inlined
def _pass(m: Model, s: RunState, t: Tandem, entered: Int, end: Int) -> bool:
    """Let a part pass the line; return whether all its times are such."""
    f, g = t.front[0], s.glob[0]
    _tally_fact(s, f["source"], _ENTERED, f["since"], entered)
    ready = np.int64(entered)
    for j in range(f["stages"]):
        if j > 0:
            leaves = _enter(t, j, ready)
            _leave(s, t, j - 1, ready, leaves, end)
            ready = leaves
        ready = _work(m, s, t, j, ready, end)
        if ready <= 0:
            return False
    _leave(s, t, f["stages"] - 1, ready, ready, end)
    sum_wip(s, 1, max(0, min(ready, end) - max(entered, g["start"])))
    g["inside"] += ready > end
    if ready <= end:
        _tally_fact(s, f["sink"], _FINISHED, entered, ready)
        if ready > g["start"]:
            count_finished(s, f["product"], ready - entered, ready)
    return True


@inlined
def _rest(m: Model, s: RunState, t: Tandem, end: Int) -> bool:
    """Count the parts that wait outside at the end, and close what is open."""
    f = t.front[0]
    while f["saturated"] == 0 and f["gone"] == 0 and f["since"] <= end:
        f["outside"] += 1
        f["part"] += 1
        if f["part"] >= f["most"] or not _arrive(m, s, t):
            return False
    for j in range(f["stages"]):
        x = t.stages[j]
        _tally(s, x["station"], _STARVED, x["left"], end + 1, end)
    return True


@entry
def advance_tandem(model: Model, state: RunState, tandem: Tandem, end: Int, budget: Int) -> Int:
    """Run a pure line to its end, or on for some parts; then call it again.

    Parameters
    ----------
    model : Model
    state : State
        A fresh one, of which the tally and the counts of parts are filled.
    tandem : Tandem
        A fresh one, or as it was left by the call before.
    end : int
        ns, the horizon.
    budget : int
        Parts after which to return PAUSED.

    Returns
    -------
    int
        REACHED, PAUSED, or GIVES_UP: the event kernel has to run it from the beginning.
    """
    m, s, t = near(model), near(state), near(tandem)
    f = t.front[0]
    while budget > 0:
        if f["part"] >= f["most"] or not _arrive(m, s, t):
            return GIVES_UP
        entered = _enter(t, np.int64(0), f["since"])
        if entered > end or f["gone"] == 1:
            return REACHED if _rest(m, s, t, end) else GIVES_UP
        if not _pass(m, s, t, entered, end):
            return GIVES_UP
        f["part"] += 1
        if f["saturated"] == 1:
            f["since"] = entered
        budget -= 1
    return PAUSED

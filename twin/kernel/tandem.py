"""A pure line in a row needs no events: when each part moves follows from the parts before it.

Single servers in a row, limited or unlimited buffers between them, blocking after service, and
nothing else: then a part enters the next place when it is done, the place is free and the part
before it has gone.  These are sums and maxima of times (Dallery and Gershwin, "Manufacturing flow
line systems", Queueing Systems 12, 1992, section 4), part by part, station by station.  The tally
is that of the event kernel to the last nanosecond.

Parts go in chunks: their times are drawn, then their moments worked out, then these are summed,
station by station, in vector instructions.  `Tandem.moments` has rows of a moment a part:

- one a stage and one for the sink: when parts enter; its first column is the last part of the chunk
  before;
- one a stage: when parts begin to be worked on, those of earlier chunks before them;
- when parts are there at the source, and a row of zeros.

A part enters a stage not before its gate: a full buffer before the stage takes in a part as soon as
that many parts before it have begun, a station without one when the last part has left, an
unlimited buffer at any time.  So a gate is a place in one of these rows, and nothing has to branch.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernel.arrays import NEVER, PAUSED, REACHED, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.blocks import MOST_DRAWS, draw_long_block
from twin.kernel.jit import entry, inlined
from twin.kernel.near import brought_back, fixed, near
from twin.kernel.records import column_of, count_finished, sum_up, sum_wip
from twin.kernel.states import State
from twin.kernel.sums import LAP

GIVES_UP = -1  # a time is 0 or no time at all, or parts are many: left to the event kernel
CHUNK = MOST_DRAWS  # most parts at once
_EVER = np.int64(-(2**63))
_STARVED = np.int64(State.STARVED)
_WORKING = np.int64(State.WORKING)
_BLOCKED = np.int64(State.BLOCKED)
_WAITING = np.int64(State.WAITING)
_ENTERED = np.int64(State.ENTERED)
_FINISHED = np.int64(State.FINISHED)

# What a part passes one after the other: a buffer, where there is one, and a station.  Rows are
# places in `Tandem.moments`: of the first part of the chunk.
STAGE = np.dtype(
    [
        ("station", np.int64),  # resource
        ("buffer", np.int64),  # resource, NONE if there is none
        ("places", np.int64),  # of the buffer, 0: unlimited, or none
        ("dist", np.int64),
        ("stream", np.uint64),
        ("pace", np.float64),
        ("enters", np.int64),  # row: when parts enter; the part before the chunk is at enters - 1
        ("leaves", np.int64),  # row: when parts leave, which is when they enter what comes next
        ("begins", np.int64),  # row: when the station begins to work
        ("gate", np.int64),  # row: before which parts do not enter
        ("first", np.int64),  # where the rows of begins start, and
        ("last", np.int64),  # how far the present one may move on
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
        ("longest", np.int64),  # ns; with longer times moments might be more than fits
        ("part", np.int64),  # number of the next part
        ("draws", np.int64),  # of the time between arrivals
        ("since", np.int64),  # when the last part was there; before: when the first is, or NONE
        ("there", np.int64),  # row: when parts are there
        ("done", np.int64),  # row: when they leave the line
        ("shut", np.int64),  # 1: no more parts enter up to the end
        ("outside", np.int64),  # parts that arrived and did not enter
    ]
)


class Tandem(NamedTuple):
    """A pure line on its way."""

    front: NDArray[np.void]  # (1,) FRONT
    stages: NDArray[np.void]  # STAGE, in the order of the flow
    moments: NDArray[np.int64]  # rows of moments, ns
    times: NDArray[np.int64]  # (stages + 1, CHUNK) work times, ns; the last row: between arrivals


@inlined
def _draw_arrivals(m: Model, s: RunState, t: Tandem, count: Int) -> Any:
    """Let the next parts be there; return whether all times between them are such."""
    f, g = t.front[0], s.glob[0]
    first = np.int64(f["part"] == 0 and f["since"] >= 0)  # its time is not drawn
    since = max(f["since"], 0)
    t.moments[f["there"]] = since
    seed, replication = g["seed"], g["replication"]
    dist, row, drawn = m.dists[f["every"]], f["stages"], count - first
    draw_long_block(
        dist, m.values, 1.0, f["stream"], seed, replication, f["draws"], drawn, t.times, row
    )
    for k in range(drawn):
        gap = t.times[row, k]
        if gap <= 0 or gap > f["longest"]:
            return False
        since += gap
        t.moments[f["there"] + first + k] = since
    f["draws"] += drawn
    f["since"] = since
    return True


@inlined
def _arrive(m: Model, s: RunState, t: Tandem, chunk: Int) -> Int:
    """Return how many parts come next, 0: no more, or GIVES_UP."""
    f = t.front[0]
    count = min(chunk, f["most"] - f["part"])
    if count <= 0:
        return np.int64(GIVES_UP)
    if f["limit"] >= 0:
        count = min(count, f["limit"] - f["part"])
    # A saturated source has the next part there when the last one has entered.
    if count > 0 and f["saturated"] == 0 and not _draw_arrivals(m, s, t, count):
        return np.int64(GIVES_UP)
    return count


@inlined
def _draw_work(m: Model, s: RunState, t: Tandem, count: Int) -> Any:
    """Draw how long parts are worked on; return whether all these times are such."""
    shortest, longest = np.int64(1), np.int64(0)
    f, g = t.front[0], s.glob[0]
    seed, replication, part = g["seed"], g["replication"], f["part"]
    for j in range(f["stages"]):
        x = t.stages[j]
        dist, pace, stream = m.dists[x["dist"]], x["pace"], x["stream"]
        draw_long_block(dist, m.values, pace, stream, seed, replication, part, count, t.times, j)
        for k in range(count):
            shortest, longest = min(shortest, t.times[j, k]), max(longest, t.times[j, k])
    return shortest > 0 and longest <= f["longest"]


@inlined
def _pass(t: Tandem, count: Int, end: Int) -> Any:
    """Let parts pass the line; return how many of them enter it up to the end."""
    f = t.front[0]
    stages, there, done = f["stages"], f["there"], f["done"]
    enters = t.stages[0]["enters"]
    for k in range(count):
        moment = t.moments[there + k]
        for j in range(stages):
            x = t.stages[j]
            moment = max(moment, t.moments[x["gate"] + k])
            t.moments[x["enters"] + k] = moment
            moment = max(moment, t.moments[x["leaves"] + k - 1])
            t.moments[x["begins"] + k] = moment
            moment += t.times[j, k]
        t.moments[done + k] = moment
        if t.moments[enters + k] > end:
            return k
    return count


@inlined
def _sum(m: Model, s: RunState, r: Int, state: Int, time: Int, count: Int) -> None:
    sum_up(s, column_of(m, r, state), time, count)


@inlined
def _overlap(since: Int, until: Int, start: Int, end: Int) -> Int:
    """Return how much of a record lies between start and end."""
    return max(0, min(until, end) - max(since, start))


@inlined
def _add_up(t: Tandem, j: Int, count: Int, start: Int, end: Int) -> Any:
    """Return times and counts of what parts did at a stage between start and end.

    A record counts if it is closed by the end.
    """
    x = t.stages[j]
    at_enters, at_begins, at_leaves = x["enters"], x["begins"], x["leaves"]
    waiting, starved, working, blocked = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    waits, starves, works, blocks = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    for k in range(count):
        enters, begins = t.moments[at_enters + k], t.moments[at_begins + k]
        left, leaves = t.moments[at_leaves + k - 1], t.moments[at_leaves + k]
        ends = begins + t.times[j, k]
        time = _overlap(enters, begins, start, end)
        waiting += time
        waits += (time > 0) & (begins <= end)
        time = _overlap(left, begins, start, end)
        starved += time
        starves += (time > 0) & (begins <= end)
        time = _overlap(begins, ends, start, end)
        working += time
        works += (time > 0) & (ends <= end)
        time = _overlap(ends, leaves, start, end)
        blocked += time
        blocks += (time > 0) & (leaves <= end)
    return waiting, starved, working, blocked, waits, starves, works, blocks


@inlined
def _tally_stage(m: Model, s: RunState, t: Tandem, j: Int, count: Int, end: Int) -> None:
    """Add what parts did at a stage."""
    x, start = t.stages[j], s.glob[0]["start"]
    first, last = t.stages[0]["enters"] - 1, t.front[0]["done"] + count - 1
    if start <= t.moments[first] and t.moments[last] <= end:
        # Nothing is cut off: the compiler leaves out all that depends on it.
        found = _add_up(t, j, count, _EVER, NEVER)
    else:
        found = _add_up(t, j, count, start, end)
    waiting, starved, working, blocked, waits, starves, works, blocks = found
    if x["buffer"] >= 0:
        _sum(m, s, x["buffer"], _WAITING, waiting, waits)
    _sum(m, s, x["station"], _STARVED, starved, starves)
    _sum(m, s, x["station"], _WORKING, working, works)
    _sum(m, s, x["station"], _BLOCKED, blocked, blocks)


@inlined
def _move_on(t: Tandem, j: Int, count: Int) -> None:
    """Let the rows of a stage, of which so many parts are done with, be those of the next parts."""
    x = t.stages[j]
    t.moments[x["leaves"] - 1] = t.moments[x["leaves"] + count - 1]
    if x["places"] > 0:
        x["gate"] += count
        x["begins"] += count
        if x["begins"] > x["last"]:
            for k in range(x["places"]):
                t.moments[x["first"] + k] = t.moments[x["gate"] + k]
            x["gate"] = x["first"]
            x["begins"] = x["first"] + x["places"]


@inlined
def _tally_parts(m: Model, s: RunState, t: Tandem, count: Int, end: Int) -> None:
    """Count parts that entered the line."""
    f, g = t.front[0], s.glob[0]
    start, at_enters = g["start"], t.stages[0]["enters"]
    outside, inside, spent = np.int64(0), np.int64(0), np.int64(0)
    entries, exits = np.int64(0), np.int64(0)
    for k in range(count):
        entered, done = t.moments[at_enters + k], t.moments[f["done"] + k]
        if entered > start:
            entries += 1
            outside += entered - t.moments[f["there"] + k]
        inside += _overlap(entered, done, start, end)
        g["inside"] += done > end
        if start < done <= end:
            exits += 1
            spent += done - entered
            count_finished(s, f["product"], done - entered, done)
    _sum(m, s, f["source"], _ENTERED, outside, entries)
    _sum(m, s, f["sink"], _FINISHED, spent, exits)
    sum_wip(s, 1, inside)


@inlined
def _tally(m: Model, s: RunState, t: Tandem, count: Int, end: Int) -> None:
    """Add what parts did that entered the line, and be ready for the next."""
    f = t.front[0]
    if count > 0:
        for j in range(f["stages"]):
            _tally_stage(m, s, t, j, count, end)
        _tally_parts(m, s, t, count, end)
        for j in range(f["stages"]):
            _move_on(t, j, count)
        enters = t.stages[0]["enters"]
        t.moments[enters - 1] = t.moments[enters + count - 1]
        f["part"] += count


@inlined
def _stay_outside(t: Tandem, passed: Int, count: Int, end: Int) -> Any:
    """Count parts that are there by the end, but do not enter; return how many."""
    f, late = t.front[0], np.int64(0)
    if f["saturated"] == 0:
        while passed + late < count and t.moments[f["there"] + passed + late] <= end:
            late += 1
    f["outside"] += late
    f["part"] += late
    return late


@inlined
def _close(m: Model, s: RunState, t: Tandem, end: Int) -> None:
    """Add for how long the stations have had no part at the end."""
    for j in range(t.front[0]["stages"]):
        x = t.stages[j]
        time = _overlap(t.moments[x["leaves"] - 1], end, s.glob[0]["start"], end)
        sum_up(s, column_of(m, x["station"], _STARVED), time, 0)


@inlined
def _advance(m: Model, s: RunState, t: Tandem, end: Int, budget: Int) -> Int:
    """`advance_tandem` without its door."""
    f = t.front[0]
    chunk = min(CHUNK, LAP // max(end, 1))  # no sum over one is more than a lap
    while budget > 0:
        if s.glob[0]["halt"] != REACHED:
            return s.glob[0]["halt"]
        count = _arrive(m, s, t, chunk)
        if count < 0:
            return GIVES_UP
        passed = np.int64(0)
        if f["shut"] == 0:
            if not _draw_work(m, s, t, count):
                return GIVES_UP
            passed = _pass(t, count, end)
            if t.moments[f["done"] + passed - 1] >= LAP:
                return GIVES_UP
            _tally(m, s, t, passed, end)
            f["shut"] = passed < count
        if count == 0 or passed + _stay_outside(t, passed, count, end) < count:
            _close(m, s, t, end)
            return REACHED
        budget -= count
    return PAUSED


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
        REACHED, PAUSED, SUMS_FULL, or GIVES_UP: the event kernel has to run it from the beginning.
    """
    m, s, t = fixed(model), near(state), near(tandem)
    code = _advance(m, s, t, end, budget)
    brought_back(state, s)
    return code

"""Records of the log, and the sums of the tally, as they close."""

from typing import Any

import numpy as np

from twin.kernel.arrays import REACHED, SUMS_FULL, VOID, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.columns import COLUMN
from twin.kernel.diary import tell
from twin.kernel.jit import compiled, inlined
from twin.kernel.model import NONE
from twin.kernel.room import halt
from twin.kernel.states import Ending, State
from twin.kernel.sums import HALF_BITS, LAP, LOW_HALF
from twin.kernel.sums_room import MANY, PAGE_BITS, PAGE_SHIFT, PAGE_SIZE
from twin.kernel.tally import HIGHEST, LOWEST, MANTISSA_BITS, N_BINS

_DONE = np.int64(Ending.DONE)
_EXPIRED = np.int64(Ending.EXPIRED)
_WORKING = np.int64(State.WORKING)
_FINISHED = np.int64(State.FINISHED)


@compiled
def _append(
    glob: Any,
    log: Any,
    parts: Any,
    traits: Any,
    t0: Int,
    t1: Int,
    resource: Int,
    state: Int,
    part: Int,
    cause: Int,
) -> None:
    record = log[glob[0]["logged"]]
    glob[0]["logged"] += 1
    record["t0"] = t0
    record["t1"] = t1
    record["resource"] = resource
    record["state"] = state
    record["part"] = NONE
    record["product"] = NONE
    if part >= 0:
        record["part"] = traits[part]["id"]
        record["product"] = parts[part]["product"]
    record["cause"] = cause


@inlined
def column_of(m: Model, resource: Int, state: Int) -> Int:
    """Return where the sums of a resource's state stand."""
    return m.res[resource]["sums"] + COLUMN[state]


@inlined
def sum_up(s: RunState, column: Int, time: Int, count: Int) -> None:
    """Add to the time of parts somewhere, which may be more than fits, and count records."""
    x = s.sums[column]
    total = x["time"] + time
    if total >= LAP:
        total -= LAP
        s.laps[column] += 1
    x["time"] = total
    x["count"] += count


@inlined
def _want_room(s: RunState) -> None:
    """Let the run pause before its next step: a sum needs more room."""
    if s.glob[0]["halt"] == REACHED:
        halt(s, SUMS_FULL)


@inlined
def emit(
    m: Model, s: RunState, t0: Int, t1: Int, resource: Int, state: Int, part: Int, cause: Int
) -> None:
    """Close a record of a resource's time, or of a part's stay; of no length it is dropped.

    Operations that ended are kept whatever their length.
    """
    if t0 == t1 and not (state == _WORKING and cause == _DONE):
        return
    g = s.glob[0]
    if t1 > g["start"]:
        counts = cause >= _DONE or cause == _EXPIRED
        sum_up(s, column_of(m, resource, state), t1 - max(t0, g["start"]), np.int64(counts))
    if g["logging"]:
        _append(s.glob, s.log, s.parts, s.traits, t0, t1, resource, state, part, cause)


@inlined
def emit_fact(
    m: Model, s: RunState, t0: Int, t1: Int, resource: Int, state: Int, part: Int, cause: Int
) -> None:
    """Record a fact about a part: kept whatever its length, never clipped."""
    g = s.glob[0]
    if t1 > g["start"]:
        sum_up(s, column_of(m, resource, state), t1 - t0, 1)
    if g["telling"] == 1:
        tell(s, state, resource, part, t0, NONE)
    if g["logging"]:
        _append(s.glob, s.log, s.parts, s.traits, t0, t1, resource, state, part, cause)


@inlined
def close(m: Model, s: RunState, r: Int, cause: Int) -> None:
    """Close the open record of a server or unit."""
    x = s.res[r]
    if x["state"] != VOID:
        emit(m, s, x["since"], s.glob[0]["now"], r, x["state"], x["part"], cause)
        x["state"] = VOID


@inlined
def show(m: Model, s: RunState, r: Int, state: Int) -> None:
    """Let a server or unit show a state from now on; the record of another one is closed."""
    x = s.res[r]
    if x["state"] != state:
        close(m, s, r, _DONE)
        x["state"] = state
        x["since"] = s.glob[0]["now"]


@inlined
def sum_wip(s: RunState, parts: Int, time: Int) -> None:
    """Add that so many parts were inside for a time."""
    g = s.glob[0]
    low = g["wip_low"] + parts * (time & LOW_HALF)
    g["wip_high"] += parts * (time >> HALF_BITS) + (low >> HALF_BITS)
    g["wip_low"] = low & LOW_HALF


@inlined
def integrate_wip(s: RunState, until: Int) -> None:
    """Sum the parts inside up to an instant."""
    g = s.glob[0]
    since = max(g["wip_at"], g["start"])
    if until > since:
        sum_wip(s, g["inside"], until - since)
    g["wip_at"] = until


@inlined
def count_inside(s: RunState, step: Int) -> None:
    """Count parts that come to be inside, or cease to be."""
    integrate_wip(s, s.glob[0]["now"])
    s.glob[0]["inside"] += step


@inlined
def count_entry(s: RunState) -> None:
    """One more part is inside."""
    count_inside(s, 1)


@inlined
def lead_bin(lead: Any) -> Int:
    """Return the bin of a lead time; `tally.lead_bin` does the same for arrays."""
    if lead < (1 << LOWEST):
        return 0
    if lead >= (1 << HIGHEST):
        return N_BINS - 1
    # The double next to an integer above 2^53 may belong to the next power of two.
    exponent = (np.float64(lead).view(np.int64) >> 52) - 1023
    if (np.int64(1) << exponent) > lead:
        exponent -= 1
    mantissa = (lead >> (exponent - MANTISSA_BITS)) & ((1 << MANTISSA_BITS) - 1)
    return ((exponent - LOWEST) << MANTISSA_BITS) + mantissa + 1


@inlined
def _count_lead(s: RunState, product: Int, number: Int) -> None:
    """Count a lead time in a bin; the main loop sees to it that a page is free."""
    g, place = s.glob[0], number + PAGE_SHIFT
    page = s.pages[product, place >> PAGE_BITS]
    if page < 0:
        page = g["pages"]
        g["pages"] += 1
        s.pages[product, place >> PAGE_BITS] = page
        if g["pages"] == g["page_room"]:
            _want_room(s)
    k = place & (PAGE_SIZE - 1)
    s.leads[page, k] += 1
    if s.leads[page, k] >= MANY:
        _want_room(s)


@inlined
def count_leaving(s: RunState, part: Int, state: Int) -> None:
    """One part less is inside: finished or scrapped."""
    g = s.glob[0]
    now = g["now"]
    integrate_wip(s, now)
    g["inside"] -= 1
    if now <= g["start"]:
        return
    product = s.parts[part]["product"]
    if state != _FINISHED:
        s.scrapped[product] += 1
        return
    count_finished(s, product, now - s.parts[part]["entry"], now)


@inlined
def count_finished(s: RunState, product: Int, lead: Int, now: Int) -> None:
    """Count a finished part by its lead time and by when it left."""
    g = s.glob[0]
    s.finished[product] += 1
    s.lead_time[product] += lead
    if s.lead_time[product] >= LAP:
        s.lead_time[product] -= LAP
        s.lead_laps[product] += 1
    _count_lead(s, product, lead_bin(lead))
    if g["window"] > 0:
        s.per_window[(now - g["start"] - 1) // g["window"]] += 1

"""The main loop: what is due ends, then the line settles, then time goes on."""

import numpy as np

from twin.kernel.arrays import (
    CARD_RETURNS,
    DEADLOCK,
    ENTRY_CLEARS,
    FAILURE_STRIKES,
    FALLS_ASLEEP,
    HEAD_ARRIVES,
    LIVELOCK,
    MAINTENANCE_DUE,
    NEVER,
    OPERATION_ENDS,
    OVERLOADED,
    PART_RIPENS,
    PATIENCE_ENDS,
    PAUSED,
    REACHED,
    REPAIR_ENDS,
    SHIFT_CHANGES,
    STEP_ENDS,
    TOLD,
    TOO_LONG,
    WAITED_ENOUGH,
    WORKING,
    Int,
    Model,
)
from twin.kernel.arrays import State as RunState
from twin.kernel.arrivals import arrive, begin_source
from twin.kernel.beginning import take_over
from twin.kernel.cards import return_card
from twin.kernel.carriers import end_step
from twin.kernel.commands import obey
from twin.kernel.diary import tell_changes
from twin.kernel.dispatch import send_carriers
from twin.kernel.disturbances import (
    begin_calendar,
    change_shift,
    come_due,
    count_work,
    end_repair,
    fall_asleep,
    renew_clock,
    strike,
)
from twin.kernel.extras import node_extra
from twin.kernel.flow import (
    bring_head,
    clear_entry,
    expire,
    move,
)
from twin.kernel.jit import compiled, entry, inlined
from twin.kernel.near import brought_back, fixed, near
from twin.kernel.observe import observe
from twin.kernel.offers import begins_to_accept, next_offer
from twin.kernel.passing import pass_on
from twin.kernel.queues import ripen
from twin.kernel.records import close, emit, integrate_wip
from twin.kernel.room import heed, lacks
from twin.kernel.servers import call_for_stage, end_operation, end_wait, start
from twin.kernel.slots import first_slot, set_slot_here
from twin.kernel.standstill import is_dead
from twin.kernel.states import Ending, Intake, NodeKind, State
from twin.kernel.units import show_at_rest
from twin.kernel.vacancy import may_start, touch

_SOURCE = np.int64(NodeKind.SOURCE)
_BUFFER = np.int64(NodeKind.BUFFER)
_CONVEYOR = np.int64(NodeKind.CONVEYOR)
_STATION = np.int64(NodeKind.STATION)
_CAMPAIGN = np.int64(Intake.CAMPAIGN)
_WAITING = np.int64(State.WAITING)
_CONVEYED = np.int64(State.CONVEYED)
_CUT = np.int64(Ending.CUT)


# ---- the beginning ----


@entry
def begin(model: Model, state: RunState) -> None:
    """Bring a fresh state to time 0, before anything ends; then it can be advanced."""
    m, s = fixed(model), near(state)
    for c in range(s.glob[0]["calendars"]):
        begin_calendar(m, s, c)
    for r in range(s.glob[0]["resources"]):
        n, kind = m.res[r]["node"], m.res[r]["kind"]
        if n < 0:
            show_at_rest(m, s, r)
        elif kind == _STATION:
            touch(s, r)
            if m.nodes[n]["intake"] == _CAMPAIGN:
                may_start(s, r)
            for k in range(m.nodes[n]["mode_count"]):
                renew_clock(m, s, r, k)
        elif kind == _SOURCE:
            begin_source(m, s, r, n)
    take_over(m, s)
    s.glob[0]["begun"] = 1
    s.glob[0]["unsettled"] = 1
    brought_back(state, s)


# ---- one instant ----


@inlined
def _end(m: Model, s: RunState, slot: Int) -> bool:
    """Do what is due in a slot; return whether all that follows from it is done or noted."""
    kind, r = m.slots[slot]["kind"], np.int64(m.slots[slot]["who"])
    if kind == OPERATION_ENDS:
        worked = s.res[r]["phase"] == WORKING
        set_slot_here(s, slot, NEVER)
        if pass_on(m, s, r):
            return True
        end_operation(m, s, r)
        if m.nodes[m.res[r]["node"]]["planned"] == 1:
            count_work(m, s, r, worked)
    elif kind == STEP_ENDS:
        end_step(m, s, r)
    elif kind == HEAD_ARRIVES:
        bring_head(m, s, r)
    elif kind == ENTRY_CLEARS:
        clear_entry(m, s, r)
    elif kind == REPAIR_ENDS:
        end_repair(m, s, r)
    elif kind == SHIFT_CHANGES:
        change_shift(m, s, r)
    elif kind == FAILURE_STRIKES:
        strike(m, s, r, np.int64(m.slots[slot]["mode"]))
    elif kind == MAINTENANCE_DUE:
        come_due(m, s, r, np.int64(m.slots[slot]["mode"]))
    elif kind == FALLS_ASLEEP:
        fall_asleep(m, s, r)
    elif kind == PART_RIPENS:
        ripen(m, s, r)
    elif kind == PATIENCE_ENDS:
        expire(m, s, r)
    elif kind == WAITED_ENOUGH:
        end_wait(m, s, r)
    elif kind == CARD_RETURNS:
        return_card(m, s, r)
    else:
        return arrive(m, s, r)
    return False


@inlined
def _sort_starts(m: Model, s: RunState) -> None:
    """Let servers start in order of rank, then of resource."""
    for k in range(1, s.glob[0]["starts"]):
        r, j = s.starts[k], k
        while j > 0 and m.res[s.starts[j - 1]]["order"] > m.res[r]["order"]:
            s.starts[j] = s.starts[j - 1]
            j -= 1
        s.starts[j] = r


@compiled
def _try_more_urgent(m: Model, s: RunState) -> None:
    """Note that parts about to be worked on may have to give way to more urgent ones."""
    for k in range(s.glob[0]["starts"]):
        n = m.res[s.starts[k]]["node"]
        if m.nodes[n]["preempt"] > 0:
            begins_to_accept(s, n)


@inlined
def _settle(m: Model, s: RunState) -> Int:
    """Move parts, send carriers, start operations; return what is lacking, REACHED when done."""
    g = s.glob[0]
    if g["preempting"] == 1:
        _try_more_urgent(m, s)
    while g["unsettled"] > 0:
        g["unsettled"] = 1
        lacking = lacks(s)
        if lacking != REACHED:
            return lacking
        r = next_offer(m, s)
        if r >= 0:
            move(m, s, r)
            continue
        if g["ordered"] == 1:
            _sort_starts(m, s)
        if g["needing"] == 1:
            for k in range(g["starts"]):
                call_for_stage(m, s, np.int64(s.starts[k]))
        send_carriers(m, s)
        for k in range(g["starts"]):
            s.res[s.starts[k]]["starts"] = 0
            start(m, s, np.int64(s.starts[k]))
        g["starts"] = 0
        observe(m, s)
        g["unsettled"] -= 1
    return REACHED


# ---- the run ----


@inlined
def _settled(m: Model, s: RunState) -> Int:
    """Let the line settle; return why it cannot go on, REACHED if it can."""
    g = s.glob[0]
    lacking = _settle(m, s)
    g["interrupted"] = 1 if lacking != REACHED else 0
    if lacking != REACHED:
        return lacking
    if g["telling"] == 1:
        tell_changes(m, s)
    if g["spare"] < g["brim"]:
        return OVERLOADED
    if g["total"] > g["most_total"]:
        return TOO_LONG
    return TOLD if g["told"] > 0 else REACHED


@inlined
def _advance(m: Model, s: RunState, until: Int, budget: Int) -> Int:
    """`advance` without its door."""
    g = s.glob[0]
    heed(s)
    if g["commands"] > 0:
        lacking = obey(m, s)
        if lacking != REACHED:
            return lacking
    while True:
        slot = first_slot(s)
        due = s.due[slot]
        # A settling that ran out of room goes on first, whatever has come to be due meanwhile.
        if due > g["now"] or g["interrupted"] == 1:
            if g["unsettled"] == 1:
                why = _settled(m, s)
                if why != REACHED:
                    return why
                continue
            if g["heeds"] == 1 and g["halt"] != REACHED:
                return g["halt"]
            if is_dead(m, s, slot):
                return DEADLOCK
            if due > until:
                return REACHED
            g["now"] = due
            g["ends"] = 0
        lacking = lacks(s)
        if lacking != REACHED:
            return lacking
        if budget <= 0:
            return PAUSED
        budget -= 1
        g["ends"] += 1
        g["total"] += 1
        if not _end(m, s, slot):
            g["unsettled"] = 1
        if g["ends"] > g["most_ends"]:
            return LIVELOCK


@entry
def advance(model: Model, state: RunState, until: Int, budget: Int) -> Int:
    """Run until an instant, inclusive, or until something is lacking; then call it again.

    Parameters
    ----------
    model : Model
    state : State
        One that has begun, or as it was left by the call before.
    until : int
        ns.
    budget : int
        Ends after which to return PAUSED.

    Returns
    -------
    int
        REACHED, PAUSED, POOL_FULL, LOG_FULL, DEADLOCK, LIVELOCK, BAD_SAMPLE, DIARY_FULL,
        OVERLOADED, TOO_LONG or TOLD.
    """
    m, s = fixed(model), near(state)
    code = _advance(m, s, until, budget)
    brought_back(state, s)
    return code


@inlined
def _cut_stays(m: Model, s: RunState, r: Int, state: Int, part: Int, count: Int) -> None:
    """Close the records of parts that stay in a list of resource r."""
    for _ in range(count):
        emit(m, s, s.parts[part]["since"], s.glob[0]["now"], r, state, part, _CUT)
        part = s.parts[part]["next"]


@entry
def cut(model: Model, state: RunState, end: Int) -> None:
    """Close at `end` all records that are open; the state cannot be run on."""
    m, s = fixed(model), near(state)
    g = s.glob[0]
    g["now"] = end
    integrate_wip(s, end)
    for r in range(s.glob[0]["resources"]):
        n, kind = m.res[r]["node"], m.res[r]["kind"]
        if n < 0 or kind == _STATION:
            close(m, s, r, _CUT)
        elif kind == _BUFFER or kind == _CONVEYOR:
            stay = _WAITING if kind == _BUFFER else _CONVEYED
            _cut_stays(m, s, r, stay, s.nodes[n]["head"], s.nodes[n]["parts"])
            _cut_stays(
                m, s, r, stay, node_extra(m, s, n)["unripe_head"], node_extra(m, s, n)["unripe"]
            )
    brought_back(state, s)

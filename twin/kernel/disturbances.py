"""What stops servers: failures and repairs, shifts, standby."""

import numpy as np

from twin.kernel.arrays import EMPTY, FINISHED, NEVER, WORKING, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.arrivals import shift_of_source
from twin.kernel.calls import dismiss, let_go, open_call
from twin.kernel.draws import draw_time
from twin.kernel.extras import extra
from twin.kernel.flow import give_up_place, leave_line
from twin.kernel.jit import compiled, inlined
from twin.kernel.model import NONE
from twin.kernel.records import close
from twin.kernel.servers import close_if_changed, in_overtime, in_progress, interrupt
from twin.kernel.slots import noticed, set_slot
from twin.kernel.states import Clock, Ending, NodeKind, OnFailure, State
from twin.kernel.units import show_at_rest
from twin.kernel.vacancy import gains_server, is_vacant, loses_server, may_start, touch

_DONE = np.int64(Ending.DONE)
_SOURCE = np.int64(NodeKind.SOURCE)
_STATION = np.int64(NodeKind.STATION)
_CALENDAR = np.int64(Clock.CALENDAR)
_PARTS = np.int64(Clock.PARTS)
_RESTART = np.int64(OnFailure.RESTART)
_SCRAP = np.int64(OnFailure.SCRAP)
_SCRAPPED = np.int64(State.SCRAPPED)
_WAITING_OPERATOR = np.int64(State.WAITING_OPERATOR)


# ---- failures ----


@compiled
def renew_clock(m: Model, s: RunState, r: Int, k: Int) -> None:
    """Draw the time to the next failure of mode k of server r and let a calendar clock run."""
    mode = m.modes[m.nodes[m.res[r]["node"]]["mode_first"] + k]
    clock = s.clocks[m.res[r]["clock"] + k]
    clock["due"] = 0
    if mode["clock"] == _PARTS:
        clock["left"] = mode["parts"]
    if mode["after"] < 0:
        return
    stream = m.after_stream[r, k]
    clock["left"] = draw_time(m, s, r, mode["after"], 1.0, stream, clock["after_draws"])
    clock["after_draws"] += 1
    if mode["clock"] == _CALENDAR:
        set_slot(s, m.clock_slots[m.res[r]["clock"] + k], s.glob[0]["now"] + clock["left"])


@inlined
def _halt_clocks(m: Model, s: RunState, r: Int) -> None:
    """Stop all clocks of a server that goes down; operating clocks know what is left."""
    node, now = m.nodes[m.res[r]["node"]], s.glob[0]["now"]
    for k in range(node["mode_count"]):
        slot = m.clock_slots[m.res[r]["clock"] + k]
        if slot >= 0 and s.due[slot] != NEVER:
            if m.modes[node["mode_first"] + k]["clock"] == _CALENDAR:
                s.clocks[m.res[r]["clock"] + k]["left"] = s.due[slot] - now
            set_slot(s, slot, NEVER)


@inlined
def _spoil(m: Model, s: RunState, r: Int, on_failure: Int) -> None:
    """Do to an interrupted operation what the mode of the failure says."""
    x = s.res[r]
    if on_failure == _RESTART:
        x["rest"] = extra(m, s, r)["full"]
    elif on_failure == _SCRAP:
        n, part = m.res[r]["node"], np.int64(x["part"])
        if m.nodes[n]["before"] == 1:
            give_up_place(m, s, r)
        x["part"] = NONE
        x["phase"] = EMPTY
        while part >= 0:
            following = s.parts[part]["next"] if m.nodes[n]["several"] == 1 else NONE
            leave_line(m, s, part, r, _SCRAPPED, r)
            s.nodes[n]["held"] -= 1
            part = np.int64(following)


@compiled
def strike(m: Model, s: RunState, r: Int, k: Int) -> None:
    """Failure mode k of server r strikes, or its maintenance is to begin."""
    x = s.res[r]
    mode = m.modes[m.nodes[m.res[r]["node"]]["mode_first"] + k]
    if is_vacant(s, r):
        loses_server(m, s, r)
    x["down"] = k
    dismiss(m, s, r)
    if in_progress(s, r):
        worked = x["phase"] == WORKING
        interrupt(m, s, r)
        if worked:
            _spoil(m, s, r, mode["on_failure"])
    _halt_clocks(m, s, r)
    clock = s.clocks[m.res[r]["clock"] + k]
    stream = m.repair_stream[r, k]
    lasts = draw_time(m, s, r, mode["repair"], 1.0, stream, clock["repair_draws"])
    clock["repair_draws"] += 1
    if mode["call"] >= 0:
        extra(m, s, r)["mend"] = lasts
        open_call(m, s, m.res[r]["call"] + mode["call"])
        if mode["planned"] == 1 and x["state"] == _WAITING_OPERATOR:
            close(m, s, r, _DONE)  # that is another wait
    else:
        set_slot(s, m.res[r]["repair"], noticed(s, s.glob[0]["now"] + lasts))
    close_if_changed(m, s, r)


# ---- maintenance ----


@inlined
def begin_due(m: Model, s: RunState, r: Int) -> None:
    """Begin the first maintenance of a server that is due, unless an operation is to end first."""
    x, node = s.res[r], m.nodes[m.res[r]["node"]]
    begun = x["begun"] == 1 and EMPTY < x["phase"] < FINISHED
    if node["planned"] == 0 or x["down"] >= 0 or begun:
        return
    for k in range(node["mode_count"]):
        if s.clocks[m.res[r]["clock"] + k]["due"] == 1:
            strike(m, s, r, np.int64(k))
            return


@inlined
def come_due(m: Model, s: RunState, r: Int, k: Int) -> None:
    """Maintenance k of server r comes due."""
    c = m.res[r]["clock"] + k
    set_slot(s, m.clock_slots[c], NEVER)
    s.clocks[c]["due"] = 1
    begin_due(m, s, r)


@inlined
def count_work(m: Model, s: RunState, r: Int, worked: bool) -> None:
    """A stage of a server that is maintained has ended; `worked`: it was the work."""
    node = m.nodes[m.res[r]["node"]]
    for k in range(node["mode_count"]):
        if worked and m.modes[node["mode_first"] + k]["clock"] == _PARTS:
            clock = s.clocks[m.res[r]["clock"] + k]
            clock["left"] -= 1
            if clock["left"] <= 0:
                clock["due"] = 1
    begin_due(m, s, r)


# ---- the end of repairs and maintenance ----


@compiled
def end_repair(m: Model, s: RunState, r: Int) -> None:
    """The repair of a server ends: its clocks run on, the one that struck starts anew."""
    x = s.res[r]
    set_slot(s, m.res[r]["repair"], NEVER)
    struck = np.int64(x["down"])
    x["down"] = NONE
    call = m.modes[m.nodes[m.res[r]["node"]]["mode_first"] + struck]["call"]
    if call >= 0:
        let_go(m, s, m.res[r]["call"] + call)
    renew_clock(m, s, r, struck)
    node, now = m.nodes[m.res[r]["node"]], s.glob[0]["now"]
    for k in range(node["mode_count"]):
        clock = s.clocks[m.res[r]["clock"] + k]
        runs = m.modes[node["mode_first"] + k]["clock"] == _CALENDAR and clock["due"] == 0
        if k != struck and runs:
            left = clock["left"]
            set_slot(s, m.clock_slots[m.res[r]["clock"] + k], now + left)
    if is_vacant(s, r):
        gains_server(m, s, r)
    may_start(s, r)
    close_if_changed(m, s, r)
    begin_due(m, s, r)


# ---- shifts ----


@inlined
def _next_toggle(m: Model, s: RunState, c: Int) -> None:
    """Let the next change of calendar c be due."""
    calendar, x = m.calendars[c], s.shifts[c]
    if calendar["count"] == 0:
        return
    when = x["cycle"] * calendar["period"] + m.toggles[calendar["first"] + x["next"]]
    set_slot(s, m.shift_slot[0] + c, when)
    x["next"] += 1
    if x["next"] == calendar["count"]:
        x["next"] = 0
        x["cycle"] += 1


@inlined
def begin_calendar(m: Model, s: RunState, c: Int) -> None:
    """Set a calendar to time 0."""
    s.shifts[c]["on"] = m.calendars[c]["starts_on"]
    _next_toggle(m, s, c)


@compiled
def shift_of_server(m: Model, s: RunState, r: Int, on: Int) -> None:
    """Let a server follow its shift."""
    x = s.res[r]
    if on == 1:
        may_start(s, r)
        if is_vacant(s, r):
            gains_server(m, s, r)
    else:
        extra(m, s, r)["asleep"] = 0
        if x["begun"] == 0:
            extra(m, s, r)["wake"] = NONE
        if not in_overtime(m, s, r):
            if in_progress(s, r):
                interrupt(m, s, r)
            else:
                dismiss(m, s, r)
    close_if_changed(m, s, r)


@compiled
def _shift_of_unit(m: Model, s: RunState, u: Int, on: Int) -> None:
    """Let a unit follow its shift; a task is finished first."""
    if extra(m, s, u)["task"] < 0:
        s.groups[m.res[u]["group"]]["idle"] += 1 if on == 1 else -1
        close(m, s, u, _DONE)
        show_at_rest(m, s, u)


@compiled
def change_shift(m: Model, s: RunState, c: Int) -> None:
    """The shift of calendar c begins or ends."""
    on = 1 - s.shifts[c]["on"]
    s.shifts[c]["on"] = on
    _next_toggle(m, s, c)
    # Units first: one that a server lets go when its shift ends is at rest off shift already.
    for k in range(m.member_first[c], m.member_first[c + 1]):
        if m.res[m.members[k]]["node"] < 0:
            _shift_of_unit(m, s, m.members[k], on)
    for k in range(m.member_first[c], m.member_first[c + 1]):
        r = m.members[k]
        n, kind = m.res[r]["node"], m.res[r]["kind"]
        if n < 0:
            continue
        if s.nodes[n]["stopped"] == 1:
            continue
        s.nodes[n]["on"] = on
        if kind == _STATION:
            if on == 0:
                s.nodes[n]["free"] = 0
            shift_of_server(m, s, r, on)
        else:
            shift_of_source(m, s, r, on)


# ---- standby ----


@compiled
def fall_asleep(m: Model, s: RunState, r: Int) -> None:
    """A server has starved long enough."""
    set_slot(s, m.res[r]["sleep"], NEVER)
    extra(m, s, r)["asleep"] = 1
    close(m, s, r, _DONE)
    touch(s, r)

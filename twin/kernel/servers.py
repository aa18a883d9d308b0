"""Servers of stations: a part enters, work starts, ends, stops and goes on, the part leaves."""

import numpy as np

from twin.kernel.ageing import run_clocks, stop_clocks
from twin.kernel.arrays import EMPTY, FINISHED, NEVER, UNSTARTED, VOID, WORKING, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.calls import call_attendants, dismiss, keep_attendants
from twin.kernel.campaigns import change_over
from twin.kernel.draws import draw_next
from twin.kernel.extras import extra
from twin.kernel.gather import expect_part, may_gather
from twin.kernel.jit import compiled, inlined
from twin.kernel.kits import add_component, expect_component, is_complete
from twin.kernel.making import assemble, take_apart
from twin.kernel.model import NONE
from twin.kernel.offers import offer, offer_reserved
from twin.kernel.ovens import (
    add_to_batch,
    belongs_to_batch,
    close_batch,
    gathering_server,
    is_batch_ready,
)
from twin.kernel.preempt import take_off
from twin.kernel.records import close, show
from twin.kernel.slots import noticed, set_slot
from twin.kernel.stages import (
    draw_handling,
    draw_setup,
    keep_rest,
    left_of,
    next_stage,
    shown_in,
    undisturbed_end,
)
from twin.kernel.states import Ending, Intake, ShiftEnd, State
from twin.kernel.traits import trait
from twin.kernel.vacancy import gains_server, is_vacant, loses_server, may_start, touch

_DONE = np.int64(Ending.DONE)
_INTERRUPTED = np.int64(Ending.INTERRUPTED)
_SINGLE = np.int64(Intake.SINGLE)
_KIT = np.int64(Intake.KIT)
_CAMPAIGN = np.int64(Intake.CAMPAIGN)
_FINISH = np.int64(ShiftEnd.FINISH)
_IF_FITS = np.int64(ShiftEnd.START_IF_FITS)
_STATE_WORKING = np.int64(State.WORKING)
_OFF_SHIFT = np.int64(State.OFF_SHIFT)
_MAINTENANCE = np.int64(State.MAINTENANCE)
_FAILED = np.int64(State.FAILED)
_WAITING_OPERATOR = np.int64(State.WAITING_OPERATOR)
_UNDER_REPAIR = np.int64(State.UNDER_REPAIR)


@inlined
def server_for(m: Model, s: RunState, n: Int, product: Int) -> Int:
    """Return the server of station n that takes the next part, of a product; there is one."""
    if m.nodes[n]["intake"] != _SINGLE:
        return np.int64(gathering_server(m, s, n, product, 1))
    r = m.nodes[n]["resource"]
    while not is_vacant(s, r):
        r += 1
    return np.int64(r)


@inlined
def reserve_server(m: Model, s: RunState, r: Int, u: Int, part: Int) -> None:
    """Keep a place on a server for a part that unit u will bring."""
    intake, product = m.nodes[m.res[r]["node"]]["intake"], s.parts[part]["product"]
    if intake == _SINGLE:
        loses_server(m, s, r)
        s.res[r]["reserved"] = u
    elif intake == _KIT:
        expect_part(m, s, r, u)
        expect_component(m, s, r, product)
    else:
        belongs_to_batch(m, s, r, product)
        expect_part(m, s, r, u)
    touch(s, r)


@inlined
def in_overtime(m: Model, s: RunState, r: Int) -> bool:
    """Return whether an operation that was begun is to be finished after the shift."""
    n, x = m.res[r]["node"], s.res[r]
    return (
        m.nodes[n]["at_shift_end"] == _FINISH
        and x["begun"] == 1
        and x["phase"] != EMPTY
        and x["phase"] != FINISHED
    )


@inlined
def shown_down(m: Model, s: RunState, r: Int) -> Int:
    """Return the state of a server that is down."""
    nobody = s.due[m.res[r]["repair"]] == NEVER  # has come yet
    if m.modes[m.nodes[m.res[r]["node"]]["mode_first"] + s.res[r]["down"]]["planned"] == 1:
        return _WAITING_OPERATOR if nobody else _MAINTENANCE
    return _FAILED if nobody else _UNDER_REPAIR


@inlined
def close_if_changed(m: Model, s: RunState, r: Int) -> None:
    """Close the record of a server whose shift or failure shows a state other than the open one."""
    x = s.res[r]
    touch(s, r)
    if x["state"] == VOID:
        return
    if s.nodes[m.res[r]["node"]]["on"] == 0 and not in_overtime(m, s, r):
        changed = x["state"] != _OFF_SHIFT
    elif x["down"] >= 0:
        changed = x["state"] != shown_down(m, s, r)
    else:
        # An unstarted part that does not fit into the shift shows off shift, on shift too.
        up_again = x["state"] == _UNDER_REPAIR or x["state"] == _MAINTENANCE
        changed = up_again or (x["state"] == _OFF_SHIFT and x["phase"] != UNSTARTED)
    if changed:
        close(m, s, r, _DONE)
        if m.res[r]["sleep"] >= 0:
            set_slot(s, m.res[r]["sleep"], NEVER)


@inlined
def draw_stages(m: Model, s: RunState, r: Int, product: Int) -> None:
    """Draw how long the stages of an operation on a product take."""
    x, n = s.res[r], m.res[r]["node"]
    node = m.nodes[n]
    x["rest"] = draw_next(m, s, r, m.process[n, product], node["pace"], node["process_stream"])
    extra(m, s, r)["full"] = x["rest"]
    if node["staged"] == 1:
        draw_setup(m, s, r, product)
        draw_handling(m, s, r)


@inlined
def hold(s: RunState, r: Int, part: Int) -> None:
    """Let a server hold a part that it has not begun."""
    x = s.res[r]
    x["part"] = part
    x["phase"] = UNSTARTED
    x["begun"] = 0


@compiled
def _gather(m: Model, s: RunState, r: Int, part: Int, deliverer: Int) -> None:
    """Put a part to those that a server gathers."""
    if m.nodes[m.res[r]["node"]]["intake"] == _KIT:
        add_component(m, s, r, part, deliverer)
    elif add_to_batch(m, s, r, part, deliverer):
        draw_stages(m, s, r, s.parts[part]["product"])
    may_start(s, r)


@inlined
def _begin_gathered(m: Model, s: RunState, r: Int) -> None:
    """Let what a server has gathered become what it works on, or change over, if it is time."""
    intake = m.nodes[m.res[r]["node"]]["intake"]
    if intake == _SINGLE or s.res[r]["phase"] != EMPTY:
        return
    if intake == _KIT:
        if is_complete(m, s, r):
            loses_server(m, s, r)
            hold(s, r, assemble(m, s, r))
            draw_stages(m, s, r, s.parts[s.res[r]["part"]]["product"])
    elif intake == _CAMPAIGN:
        if may_gather(m, s, r, 1):
            loses_server(m, s, r)
            change_over(m, s, r)
            touch(s, r)
    elif may_gather(m, s, r, 1) and is_batch_ready(m, s, r):
        close(m, s, r, _DONE)
        touch(s, r)
        loses_server(m, s, r)
        close_batch(m, s, r)
        hold(s, r, s.res[r]["part"])


@inlined
def enter_server(m: Model, s: RunState, r: Int, part: Int, deliverer: Int) -> None:
    """Put a part on a server."""
    x, n = s.res[r], m.res[r]["node"]
    occupied = x["phase"] != EMPTY  # by a less urgent part
    if occupied:
        take_off(m, s, r, deliverer)
    close(m, s, r, deliverer)
    touch(s, r)
    intake = m.nodes[n]["intake"]
    if intake != _SINGLE and intake != _CAMPAIGN:
        _gather(m, s, r, part, deliverer)
        return
    if x["reserved"] >= 0:
        x["reserved"] = NONE
    elif not occupied:
        loses_server(m, s, r)
        s.nodes[n]["held"] += 1
    if m.nodes[n]["several"] == 1:
        s.parts[part]["next"] = NONE
    hold(s, r, part)
    if m.nodes[n]["preempt"] > 0 and trait(s, part)["rest"] >= 0:
        extra(m, s, r)["full"] = x["rest"] = trait(s, part)["rest"]
        trait(s, part)["rest"] = NONE
    else:
        draw_stages(m, s, r, s.parts[part]["product"])
    if m.nodes[n]["before"] == 1:
        offer(s, r)
    may_start(s, r)


@inlined
def leave_server(m: Model, s: RunState, r: Int, taker: Int) -> Int:
    """Take the part off a server; where there are several the next is offered."""
    x, n = s.res[r], m.res[r]["node"]
    close(m, s, r, taker)
    touch(s, r)
    part = x["part"]
    s.nodes[n]["held"] -= 1
    if m.nodes[n]["several"] == 1 and s.parts[part]["next"] >= 0:
        x["part"] = np.int64(s.parts[part]["next"])
        offer(s, r)
        return part
    x["part"] = NONE
    x["phase"] = EMPTY
    if x["down"] < 0 and x["reserved"] < 0:  # reserved: the part it is exchanged for comes now
        gains_server(m, s, r)
    if m.nodes[n]["intake"] == _CAMPAIGN:
        may_start(s, r)
    return part


@inlined
def _fits(m: Model, s: RunState, r: Int) -> bool:
    """Return whether all stages end, undisturbed, no later than the shift."""
    calendar = m.res[r]["calendar"]
    return calendar < 0 or undisturbed_end(m, s, r) <= s.due[m.shift_slot[0] + calendar]


@inlined
def in_progress(s: RunState, r: Int) -> bool:
    """Return whether a server is in a stage of an operation, not stopped."""
    return UNSTARTED < s.res[r]["phase"] < FINISHED


@inlined
def _may_run(m: Model, s: RunState, r: Int) -> bool:
    """Return whether a server with an unstarted part is up, and on shift or in overtime."""
    x, n = s.res[r], m.res[r]["node"]
    if x["phase"] != UNSTARTED or x["down"] >= 0:
        return False
    if m.nodes[n]["before"] == 1 and extra(m, s, r)["goal"] < 0:
        return False
    return s.nodes[n]["on"] == 1 or in_overtime(m, s, r)


@inlined
def call_for_stage(m: Model, s: RunState, r: Int) -> None:
    """Call for those whom a server needs in its next stage, if it could begin but for them."""
    x, node = s.res[r], m.nodes[m.res[r]["node"]]
    if node["call_count"] == node["need_first"]:
        return
    _begin_gathered(m, s, r)
    if x["lacking"] > 0 or not _may_run(m, s, r):
        return
    if extra(m, s, r)["asleep"] == 1 and node["wake_up"] > 0:
        return
    if x["begun"] == 0 and node["at_shift_end"] == _IF_FITS and not _fits(m, s, r):
        dismiss(m, s, r)  # the last came too late for this shift
    elif x["lacking"] < 0:
        call_attendants(m, s, r, next_stage(m, s, r))


@inlined
def start(m: Model, s: RunState, r: Int) -> None:
    """Begin or resume the next stage of a server if it is up and on shift."""
    x, n = s.res[r], m.res[r]["node"]
    _begin_gathered(m, s, r)
    if not _may_run(m, s, r) or x["lacking"] > 0:
        return
    if extra(m, s, r)["asleep"] == 1 and m.nodes[n]["wake_up"] > 0:
        extra(m, s, r)["wake"] = m.nodes[n]["wake_up"]
    if x["begun"] == 0 and m.nodes[n]["at_shift_end"] == _IF_FITS and not _fits(m, s, r):
        return
    extra(m, s, r)["asleep"] = 0
    x["lacking"] = NONE
    x["begun"] = 1
    now = s.glob[0]["now"]
    stage = next_stage(m, s, r)
    x["phase"] = stage
    due = noticed(s, now + left_of(m, s, r, stage))
    if stage == WORKING:
        show(m, s, r, _STATE_WORKING)
        run_clocks(m, s, r, due)
    else:
        show(m, s, r, shown_in(stage))
    set_slot(s, m.res[r]["end"], due)


@compiled
def _end_change_over(m: Model, s: RunState, r: Int) -> None:
    """A server is set up for the next product of its campaigns."""
    s.res[r]["phase"] = EMPTY
    keep_attendants(m, s, r, NONE)
    gains_server(m, s, r)
    may_start(s, r)


@inlined
def end_operation(m: Model, s: RunState, r: Int) -> None:
    """A stage of an operation ends: the next is to begin, or the part is finished."""
    x = s.res[r]
    close(m, s, r, _DONE)
    if x["phase"] == WORKING:
        x["ended"] = s.glob[0]["now"]
        x["rest"] = NONE
        stop_clocks(m, s, r)
    else:
        keep_rest(m, s, r, NONE)
    if x["part"] < 0 and extra(m, s, r)["setup"] < 0:
        _end_change_over(m, s, r)
    elif x["rest"] < 0 and extra(m, s, r)["unload"] < 0 and x["part"] >= 0:
        x["phase"] = FINISHED
        if m.nodes[m.res[r]["node"]]["yield_count"] > 0:
            take_apart(m, s, r)
        keep_attendants(m, s, r, NONE)
        if m.nodes[m.res[r]["node"]]["before"] == 1:
            offer_reserved(m, s, r)
        else:
            offer(s, r)
    else:
        x["phase"] = UNSTARTED
        keep_attendants(m, s, r, next_stage(m, s, r))
        may_start(s, r)
    touch(s, r)


@inlined
def end_wait(m: Model, s: RunState, r: Int) -> None:
    """An oven has waited long enough for more parts."""
    set_slot(s, m.res[r]["timeout"], NEVER)
    may_start(s, r)


@compiled
def interrupt(m: Model, s: RunState, r: Int) -> None:
    """Stop the stage in progress; what is left of it is done later."""
    x = s.res[r]
    dismiss(m, s, r)
    set_slot(s, m.res[r]["end"], NEVER)
    close(m, s, r, _INTERRUPTED)
    left = max(0, x["since"] + left_of(m, s, r, x["phase"]) - s.glob[0]["now"])
    if x["phase"] == WORKING:
        x["rest"] = left
        stop_clocks(m, s, r)
    else:
        keep_rest(m, s, r, left)
    x["phase"] = UNSTARTED
    may_start(s, r)
    touch(s, r)

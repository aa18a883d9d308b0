"""What servers show when the line has settled."""

from typing import Any

import numpy as np

from twin.kernel.arrays import EMPTY, FINISHED, NEVER, UNSTARTED, WORKING, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.calls import first_lacking
from twin.kernel.disturbances import strike
from twin.kernel.exchange import exchange_for
from twin.kernel.extras import extra
from twin.kernel.jit import inlined
from twin.kernel.model import NONE
from twin.kernel.offers import offered_part, target_of
from twin.kernel.records import show
from twin.kernel.servers import in_overtime, server_for, shown_down
from twin.kernel.slots import set_slot
from twin.kernel.stages import shown_in
from twin.kernel.states import CarrierKind, NodeKind, State
from twin.kernel.vacancy import touch

_STATION = np.int64(NodeKind.STATION)
_ROBOT = np.int64(CarrierKind.ROBOT)
_WORKING = np.int64(State.WORKING)
_STARVED = np.int64(State.STARVED)
_BLOCKED = np.int64(State.BLOCKED)
_WAITING_OPERATOR = np.int64(State.WAITING_OPERATOR)
_WAITING_ROBOT = np.int64(State.WAITING_ROBOT)
_OFF_SHIFT = np.int64(State.OFF_SHIFT)
_ASLEEP = np.int64(State.ASLEEP)


@inlined
def _waiting_for(m: Model, group: Int) -> Int:
    return _WAITING_ROBOT if m.carriers[group]["kind"] == _ROBOT else _WAITING_OPERATOR


@inlined
def _state_of_finished(m: Model, s: RunState, r: Int) -> Int:
    x = s.res[r]
    if extra(m, s, r)["unit"] >= 0:
        return _waiting_for(m, m.res[extra(m, s, r)["unit"]]["group"])
    if extra(m, s, r)["called"] == s.glob[0]["round"]:
        return _waiting_for(m, m.routes[x["row"]]["carrier"])
    return _BLOCKED


@inlined
def _state_of_empty(m: Model, s: RunState, r: Int) -> Int:
    x = s.res[r]
    if x["reserved"] >= 0 and m.res[x["reserved"]]["group"] >= 0:
        return _waiting_for(m, m.res[x["reserved"]]["group"])
    if extra(m, s, r)["coming"] > 0:
        return _WAITING_ROBOT if extra(m, s, r)["robots"] > 0 else _WAITING_OPERATOR
    if extra(m, s, r)["lure"] == s.glob[0]["round"]:
        return _waiting_for(m, extra(m, s, r)["lure_group"])
    return _ASLEEP if extra(m, s, r)["asleep"] == 1 else _STARVED


@inlined
def _state_of(m: Model, s: RunState, r: Int) -> Int:
    """Return the state a server shows: the first that applies."""
    x, phase = s.res[r], s.res[r]["phase"]
    state: Int
    if s.nodes[m.res[r]["node"]]["on"] == 0 and not in_overtime(m, s, r):
        state = _OFF_SHIFT
    elif x["down"] >= 0:
        state = shown_down(m, s, r)
    elif phase == WORKING:
        state = _WORKING
    elif phase == EMPTY:
        state = _state_of_empty(m, s, r)
    elif phase == FINISHED:
        state = _state_of_finished(m, s, r)
    elif (
        phase == UNSTARTED
        and m.nodes[m.res[r]["node"]]["before"] == 1
        and extra(m, s, r)["goal"] < 0
    ):
        state = _BLOCKED
    elif phase == UNSTARTED and x["lacking"] > 0:
        state = _waiting_for(m, first_lacking(m, s, r))
    elif phase == UNSTARTED:
        state = _OFF_SHIFT  # it waits for a shift into which it fits
    else:
        state = shown_in(phase)
    return state


@inlined
def _look_at(m: Model, s: RunState, r: Int) -> None:
    """Let a server show its state; how long it starves is counted from here."""
    before, state = s.res[r]["state"], _state_of(m, s, r)
    idle_mode = m.nodes[m.res[r]["node"]]["idle_mode"]
    nothing = extra(m, s, r)["kept"] < 0 and s.res[r]["reserved"] < 0
    if idle_mode >= 0 and (state == _STARVED or state == _ASLEEP) and nothing:
        strike(m, s, r, np.int64(idle_mode))
        if s.due[m.res[r]["repair"]] == NEVER:
            s.glob[0]["unsettled"] = 2  # somebody is called: the line settles once more
        before, state = s.res[r]["state"], _state_of(m, s, r)
    s.res[r]["touched"] = 0
    slot = m.res[r]["sleep"]
    # What it does may be shown already, though how long it starved is still counted.
    if before == state and (slot < 0 or state == _STARVED):
        return
    show(m, s, r, state)
    if slot >= 0:
        if state == _STARVED:
            after = m.nodes[m.res[r]["node"]]["standby_after"]
            set_slot(s, slot, s.glob[0]["now"] + after)
        elif s.due[slot] != NEVER:
            set_slot(s, slot, NEVER)


@inlined
def _lure(m: Model, s: RunState, v: Any, group: Int) -> None:
    """Note that an unassigned request would take server v now."""
    x = extra(m, s, v)
    if x["lure"] == s.glob[0]["round"]:
        return
    x["lure"] = s.glob[0]["round"]
    x["lure_group"] = group
    touch(s, v)
    if x["lured"] == 0:
        x["lured"] = 1
        s.lured[s.glob[0]["lured"]] = v
        s.glob[0]["lured"] += 1


@inlined
def _look_at_requests(m: Model, s: RunState) -> None:
    """Find the finished parts and empty servers that wait for nothing but a carrier."""
    for group in range(s.glob[0]["groups"]):
        r = s.groups[group]["first"]
        while r >= 0:
            n, dual = np.int64(target_of(m, s, r)), m.carriers[group]["exchange"] >= 0
            v = np.int64(exchange_for(m, s, group, r) if dual else NONE)
            if m.res[r]["kind"] == _STATION:
                touch(s, r)
            if n < 0 and v < 0:
                extra(m, s, r)["called_at"] = NONE
            else:
                extra(m, s, r)["called"] = s.glob[0]["round"]
                if extra(m, s, r)["called_at"] < 0:
                    extra(m, s, r)["called_at"] = s.glob[0]["now"]
                if v < 0 and m.nodes[n]["kind"] == _STATION:
                    product = s.parts[offered_part(m, s, r)]["product"]
                    _lure(m, s, server_for(m, s, n, product), group)
            r = extra(m, s, r)["after"]


@inlined
def _drop_lured(m: Model, s: RunState) -> None:
    """Look again at empty servers that no request would take any more."""
    g, kept = s.glob[0], 0
    for k in range(g["lured"]):
        v = s.lured[k]
        if extra(m, s, v)["lure"] == g["round"]:
            s.lured[kept] = v
            kept += 1
        else:
            extra(m, s, v)["lured"] = 0
            touch(s, v)
    g["lured"] = kept


@inlined
def observe(m: Model, s: RunState) -> None:
    """Let every server whose state may have changed show it."""
    g = s.glob[0]
    if g["groups"] > 0:
        g["round"] += 1
        _look_at_requests(m, s)
        _drop_lured(m, s)
    for k in range(g["touched"]):
        _look_at(m, s, s.touched[k])
    g["touched"] = 0

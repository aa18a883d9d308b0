"""Servers call for units: somebody to repair them, or to be there during their stages."""

import numpy as np

from twin.kernel.arrays import SETTING, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.extras import extra
from twin.kernel.jit import compiled, inlined
from twin.kernel.model import NONE
from twin.kernel.records import close
from twin.kernel.states import Ending
from twin.kernel.units import come_to_rest

_DONE = np.int64(Ending.DONE)


@inlined
def open_call(m: Model, s: RunState, c: Int) -> None:
    """Call for a unit."""
    s.calls[c]["since"] = s.glob[0]["now"]
    for k in range(m.calls[c]["first"], m.calls[c]["first"] + m.calls[c]["count"]):
        s.groups[m.answers[k]]["open"] += 1


@inlined
def close_call(m: Model, s: RunState, c: Int) -> None:
    """Call no longer: a unit answers, or none is needed."""
    s.calls[c]["since"] = NONE
    for k in range(m.calls[c]["first"], m.calls[c]["first"] + m.calls[c]["count"]):
        s.groups[m.answers[k]]["open"] -= 1


@compiled
def let_go(m: Model, s: RunState, c: Int) -> None:
    """Let the unit that answers a call go; one on its way learns of it when it comes."""
    u = np.int64(s.calls[c]["unit"])
    s.calls[c]["unit"] = NONE
    if s.calls[c]["there"] == 1:
        s.calls[c]["there"] = 0
        close(m, s, u, _DONE)
        come_to_rest(m, s, u)
    else:
        extra(m, s, u)["goal"] = NONE


@compiled
def call_off(m: Model, s: RunState, c: Int) -> None:
    """Need nobody any more, whether the call is open or answered."""
    if s.calls[c]["since"] >= 0:
        close_call(m, s, c)
    elif s.calls[c]["unit"] >= 0:
        let_go(m, s, c)


@compiled
def may_be_answered(m: Model, s: RunState) -> bool:
    """Return whether a unit without a task could answer an open call, on shift or later."""
    for group in range(s.glob[0]["groups"]):
        if s.groups[group]["open"] > 0:
            first = m.carriers[group]["resource"]
            for u in range(first, first + m.carriers[group]["units"]):
                if extra(m, s, u)["task"] < 0:
                    return True
    return False


# ---- attendants of a stage ----


@inlined
def may_answer(m: Model, group: Int, c: Int) -> bool:
    """Return whether units of a group may answer a call."""
    for k in range(m.calls[c]["first"], m.calls[c]["first"] + m.calls[c]["count"]):
        if m.answers[k] == group:
            return True
    return False


@inlined
def is_needed(m: Model, c: Int, stage: Int) -> bool:
    """Return whether a call is for somebody to be there during a stage."""
    if stage < SETTING:
        return False
    return bool((m.calls[c]["during"] >> (stage - SETTING)) & 1)


@compiled
def call_attendants(m: Model, s: RunState, r: Int, stage: Int) -> None:
    """Call for everybody a server needs in its next stage who is not there."""
    node, lacking = m.nodes[m.res[r]["node"]], 0
    for k in range(node["need_first"], node["call_count"]):
        c = m.res[r]["call"] + k
        if is_needed(m, c, stage) and s.calls[c]["unit"] < 0:
            open_call(m, s, c)
            lacking += 1
    s.res[r]["lacking"] = lacking


@inlined
def keep_attendants(m: Model, s: RunState, r: Int, stage: Int) -> None:
    """Let those go whom the next stage of a server does not need."""
    node = m.nodes[m.res[r]["node"]]
    for k in range(node["need_first"], node["call_count"]):
        c = m.res[r]["call"] + k
        if s.calls[c]["unit"] >= 0 and not is_needed(m, c, stage):
            let_go(m, s, c)


@compiled
def dismiss(m: Model, s: RunState, r: Int) -> None:
    """Let all attendants of a server go, and call for no more."""
    node = m.nodes[m.res[r]["node"]]
    s.res[r]["lacking"] = NONE
    for k in range(node["need_first"], node["call_count"]):
        call_off(m, s, m.res[r]["call"] + k)


@inlined
def first_lacking(m: Model, s: RunState, r: Int) -> Int:
    """Return the carrier group of the first unit a server waits for; there is one."""
    c = m.res[r]["call"] + m.nodes[m.res[r]["node"]]["need_first"]
    while s.calls[c]["since"] < 0 and (s.calls[c]["unit"] < 0 or s.calls[c]["there"] == 1):
        c += 1
    return np.int64(m.answers[m.calls[c]["first"]])

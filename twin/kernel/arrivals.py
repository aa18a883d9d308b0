"""Parts arrive at sources: after drawn intervals, or as a list says."""

import numpy as np

from twin.kernel.arrays import NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.draws import draw_next
from twin.kernel.extras import node_extra
from twin.kernel.flow import create_part
from twin.kernel.jit import compiled, inlined
from twin.kernel.model import NONE
from twin.kernel.offers import offer_again
from twin.kernel.passing import pass_in
from twin.kernel.slots import set_slot, set_slot_here
from twin.kernel.states import OffShift

_LOST = np.int64(OffShift.LOST)
_PAUSE = np.int64(OffShift.PAUSE)


@inlined
def _listed(m: Model, s: RunState, n: Int) -> Int:
    """Return when the next row of a source's list is due, NEVER if none is left."""
    node, x = m.nodes[n], node_extra(m, s, n)
    if x["row"] == node["list_count"]:
        if node["list_period"] < 0:
            return NEVER
        x["row"] = 0
        x["round"] += 1
    return x["round"] * node["list_period"] + m.arrivals[node["list_first"] + x["row"]]["at"]


@inlined
def _await_arrival(m: Model, s: RunState, r: Int, coming: Int) -> None:
    """Let the next arrival of a source, of which so many parts are about to come, be due."""
    n = m.res[r]["node"]
    node = m.nodes[n]
    due: Int
    if node["limit"] >= 0 and s.nodes[n]["created"] + coming >= node["limit"]:
        due = NEVER
    elif node["list_count"] >= 0:
        due = _listed(m, s, n)
    else:
        due = s.glob[0]["now"] + draw_next(m, s, r, node["every"], 1.0, node["every_stream"])
    set_slot_here(s, m.res[r]["arrival"], due)


@inlined
def arrive(m: Model, s: RunState, r: Int) -> bool:
    """Parts arrive together at a source; return whether all that follows from it is done."""
    n = m.res[r]["node"]
    node, x = m.nodes[n], s.nodes[n]
    row, quantity = NONE, node["batch"]
    if node["list_count"] >= 0:
        row = node["list_first"] + node_extra(m, s, n)["row"]
        quantity = m.arrivals[row]["quantity"]
        node_extra(m, s, n)["row"] += 1
    coming = quantity if node["off_shift"] != _LOST or x["on"] == 1 else np.int64(0)
    _await_arrival(m, s, r, coming)
    if pass_in(m, s, r):
        return True
    for _ in range(coming):
        create_part(m, s, r, row)
    return False


@inlined
def begin_source(m: Model, s: RunState, r: Int, n: Int) -> None:
    """Let a source begin at time 0."""
    node = m.nodes[n]
    if node["external"] == 1:
        return
    if node["saturated"] == 1:
        create_part(m, s, r, NONE)
        return
    if node["first_at"] >= 0 and node["limit"] != 0:
        set_slot(s, m.res[r]["arrival"], node["first_at"])
    else:
        _await_arrival(m, s, r, 0)
    if s.nodes[n]["on"] == 0:
        _pause(m, s, r, n)


@inlined
def _pause(m: Model, s: RunState, r: Int, n: Int) -> None:
    """Stop the clock of a source whose arrivals pause off shift."""
    slot = m.res[r]["arrival"]
    if m.nodes[n]["off_shift"] == _PAUSE and s.due[slot] != NEVER:
        node_extra(m, s, n)["paused"] = s.due[slot] - s.glob[0]["now"]
        set_slot(s, slot, NEVER)


@compiled
def shift_of_source(m: Model, s: RunState, r: Int, on: Int) -> None:
    """Let a source follow its shift."""
    n = m.res[r]["node"]
    x = s.nodes[n]
    if on == 0:
        _pause(m, s, r, n)
        return
    if node_extra(m, s, n)["paused"] >= 0:
        set_slot(s, m.res[r]["arrival"], s.glob[0]["now"] + node_extra(m, s, n)["paused"])
        node_extra(m, s, n)["paused"] = NONE
    if x["parts"] > 0:
        offer_again(s, r)

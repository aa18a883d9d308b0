"""Conveyors that stand still while the part at their end is not taken.

What happens on such a belt counts in its running time: now, less the time it has stood.
"""

import numpy as np

from twin.kernel.arrays import NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.extras import node_extra
from twin.kernel.jit import inlined
from twin.kernel.lists import append_part, drop_head
from twin.kernel.model import NONE
from twin.kernel.offers import begins_to_accept, offer
from twin.kernel.records import emit
from twin.kernel.slots import noticed, set_slot
from twin.kernel.states import State
from twin.kernel.traits import trait

_CONVEYED = np.int64(State.CONVEYED)


@inlined
def _set_when_running(m: Model, s: RunState, n: Int, slot: Int, running_time: Int) -> None:
    """Let a slot be due when the belt of node n, which runs, has run for so long."""
    due = max(running_time + node_extra(m, s, n)["stood"], s.glob[0]["now"])
    set_slot(s, slot, noticed(s, due))


@inlined
def enter_belt(m: Model, s: RunState, r: Int, n: Int, part: Int) -> None:
    """Put a part on a belt."""
    x, node = s.nodes[n], m.nodes[n]
    append_part(s, n, part)
    runs = node_extra(m, s, n)["stands_since"] < 0
    until = s.glob[0]["now"] if runs else node_extra(m, s, n)["stands_since"]
    entry = max(until - node_extra(m, s, n)["stood"], node_extra(m, s, n)["clear_at"])
    trait(s, part)["until"] = entry + node["transit"]
    node_extra(m, s, n)["clear_at"] = entry + node["gap"]
    x["clear"] = 0
    if runs:
        _set_when_running(m, s, n, m.res[r]["entry"], node_extra(m, s, n)["clear_at"])
        if x["parts"] == 1:
            _set_when_running(m, s, n, m.res[r]["end"], trait(s, part)["until"])


@inlined
def stop_belt(m: Model, s: RunState, r: Int, n: Int) -> None:
    """The first part has reached the end: the belt stands until it is taken."""
    set_slot(s, m.res[r]["end"], NEVER)
    node_extra(m, s, n)["stands_since"] = s.glob[0]["now"]
    if s.due[m.res[r]["entry"]] > s.glob[0]["now"]:
        set_slot(s, m.res[r]["entry"], NEVER)
    offer(s, r)


@inlined
def leave_belt(m: Model, s: RunState, r: Int, n: Int, taker: Int) -> Int:
    """Take the part at the end off a belt, which runs again."""
    part = drop_head(s, n)
    x, now = s.nodes[n], s.glob[0]["now"]
    emit(m, s, s.parts[part]["since"], now, r, _CONVEYED, part, taker)
    x["held"] -= 1
    node_extra(m, s, n)["stood"] += now - node_extra(m, s, n)["stands_since"]
    node_extra(m, s, n)["stands_since"] = NONE
    if x["clear"] == 0:
        _set_when_running(m, s, n, m.res[r]["entry"], node_extra(m, s, n)["clear_at"])
    elif x["parts"] + 1 == m.nodes[n]["capacity"]:
        begins_to_accept(s, n)
    if x["parts"] > 0:
        _set_when_running(m, s, n, m.res[r]["end"], trait(s, x["head"])["until"])
    return part

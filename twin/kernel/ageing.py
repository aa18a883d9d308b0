"""Clocks that run while a server works: failures and maintenance by working time."""

import numpy as np

from twin.kernel.arrays import NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.jit import inlined
from twin.kernel.slots import set_slot
from twin.kernel.states import Clock

_OPERATING = np.int64(Clock.OPERATING)


@inlined
def run_clocks(m: Model, s: RunState, r: Int, due: Int) -> None:
    """Let the operating clocks run; only one that is due by the end of the work needs a slot."""
    node, now = m.nodes[m.res[r]["node"]], s.glob[0]["now"]
    for k in range(node["mode_count"]):
        if m.modes[node["mode_first"] + k]["clock"] == _OPERATING:
            clock = s.clocks[m.res[r]["clock"] + k]
            if clock["left"] <= due - now and clock["due"] == 0:
                set_slot(s, m.clock_slots[m.res[r]["clock"] + k], now + clock["left"])


@inlined
def stop_clocks(m: Model, s: RunState, r: Int) -> None:
    """Let the operating clocks stand still; one that is due now stays due."""
    node, now = m.nodes[m.res[r]["node"]], s.glob[0]["now"]
    worked = now - s.res[r]["since"]
    for k in range(node["mode_count"]):
        if m.modes[node["mode_first"] + k]["clock"] == _OPERATING:
            clock = s.clocks[m.res[r]["clock"] + k]
            clock["left"] -= worked
            slot = m.clock_slots[m.res[r]["clock"] + k]
            if clock["left"] > 0 and s.due[slot] != NEVER:
                set_slot(s, slot, NEVER)

"""A part that is worked on gives way to a more urgent one and goes back into the queue."""

import numpy as np

from twin.kernel.ageing import stop_clocks
from twin.kernel.arrays import NEVER, WORKING, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.diary import tell_arrival
from twin.kernel.extras import extra
from twin.kernel.jit import compiled
from twin.kernel.queues import go_back
from twin.kernel.records import close
from twin.kernel.slots import set_slot
from twin.kernel.states import Ending, Preempt
from twin.kernel.traits import trait

_PREEMPTED = np.int64(Ending.PREEMPTED)
_RESTART = np.int64(Preempt.RESTART)


@compiled
def take_off(m: Model, s: RunState, r: Int, queue: Int) -> None:
    """Put the part of a server back into its queue, with the work that is left to do."""
    x, now = s.res[r], s.glob[0]["now"]
    part, left = np.int64(x["part"]), np.int64(x["rest"])
    if x["phase"] == WORKING:
        set_slot(s, m.res[r]["end"], NEVER)
        close(m, s, r, _PREEMPTED)
        left = max(np.int64(0), np.int64(x["since"] + left - now))
        stop_clocks(m, s, r)
    if m.nodes[m.res[r]["node"]]["preempt"] == _RESTART:
        left = np.int64(extra(m, s, r)["full"])
    trait(s, part)["rest"] = left
    s.parts[part]["since"] = now
    if s.glob[0]["telling"] == 1:
        tell_arrival(s, queue, part)
    go_back(m, s, queue, part)

"""Whose part gives way to a more urgent one."""

from typing import Any

import numpy as np

from twin.kernel.arrays import UNSTARTED, WORKING, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.extras import extra
from twin.kernel.jit import compiled, inlined
from twin.kernel.model import NONE
from twin.kernel.traits import trait


@inlined
def _is_due(m: Model, s: RunState, r: Int) -> bool:
    """Return whether maintenance waits for the operation of a server to end."""
    for k in range(m.nodes[m.res[r]["node"]]["mode_count"]):
        if s.clocks[m.res[r]["clock"] + k]["due"] == 1:
            return True
    return False


@inlined
def _may_give_way(m: Model, s: RunState, r: Int) -> Any:
    """Return whether a server is up and works on its part, or has that to do next."""
    x = s.res[r]
    next_is_work = x["phase"] == UNSTARTED and (x["begun"] == 0 or extra(m, s, r)["wake"] < 0)
    if x["down"] >= 0 or not (x["phase"] == WORKING or next_is_work):
        return False
    return m.nodes[m.res[r]["node"]]["planned"] == 0 or not _is_due(m, s, r)


@compiled
def gives_way(m: Model, s: RunState, n: Int, part: Int) -> Int:
    """Return the server of station n whose part gives way to another one, NONE if none does.

    The least urgent one does; of several the last begun, then that of the last server.
    """
    found, latest = np.int64(NONE), np.int64(0)
    least = np.int64(trait(s, part)["priority"])
    if s.nodes[n]["on"] == 0:
        return found
    for r in range(m.nodes[n]["resource"], m.nodes[n]["resource"] + m.nodes[n]["capacity"]):
        if not _may_give_way(m, s, r):
            continue
        x = s.res[r]
        priority = np.int64(trait(s, x["part"])["priority"])
        began = np.int64(x["since"] if x["phase"] == WORKING else s.glob[0]["now"])
        if priority > least or (found >= 0 and priority == least and began >= latest):
            found, latest, least = np.int64(r), began, priority
    return found

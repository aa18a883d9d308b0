"""Units answer the calls of servers: they come, repair or attend, and are let go."""

import numpy as np

from twin.kernel.arrays import ANSWER, NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.calls import close_call
from twin.kernel.extras import extra
from twin.kernel.jit import compiled, inlined
from twin.kernel.records import close, show
from twin.kernel.slots import noticed, set_slot
from twin.kernel.states import Ending, State
from twin.kernel.units import EMPTY_HANDED, begin_step, come_to_rest, travel_to
from twin.kernel.vacancy import may_start, touch

_DONE = np.int64(Ending.DONE)
_MOVING = np.int64(State.MOVING)
_FAILED = np.int64(State.FAILED)
_ATTENDING = np.int64(State.ATTENDING)
_REPAIRING = np.int64(State.REPAIRING)
_WAITING_OPERATOR = np.int64(State.WAITING_OPERATOR)
_WAITING_ROBOT = np.int64(State.WAITING_ROBOT)


@compiled
def answer(m: Model, s: RunState, group: Int, u: Int, c: Int) -> None:
    """Send a unit to the server that calls."""
    x, r = extra(m, s, u), m.calls[c]["server"]
    close_call(m, s, c)
    s.calls[c]["unit"] = u
    x["task"] = r
    x["errand"] = ANSWER
    x["goal"] = c
    s.groups[group]["idle"] -= 1
    place = m.nodes[m.res[r]["node"]]["place_at"]
    begin_step(m, s, u, _MOVING, travel_to(m, s, u, EMPTY_HANDED, place))


@compiled
def _begin_repair(m: Model, s: RunState, u: Int, r: Int) -> None:
    show(m, s, u, _REPAIRING)
    if s.res[r]["state"] == _FAILED or s.res[r]["state"] == _WAITING_OPERATOR:
        close(m, s, r, u)
    set_slot(s, m.res[r]["repair"], noticed(s, s.glob[0]["now"] + extra(m, s, r)["mend"]))
    touch(s, r)


@inlined
def _attend(m: Model, s: RunState, u: Int, r: Int) -> None:
    x = s.res[r]
    show(m, s, u, _ATTENDING)
    x["lacking"] -= 1
    if x["lacking"] == 0:
        if x["state"] == _WAITING_OPERATOR or x["state"] == _WAITING_ROBOT:
            close(m, s, r, u)
        may_start(s, r)
    touch(s, r)


@compiled
def arrive_at_call(m: Model, s: RunState, u: Int) -> None:
    """A unit comes to the server that called it."""
    x, r, c = extra(m, s, u), np.int64(extra(m, s, u)["task"]), np.int64(extra(m, s, u)["goal"])
    close(m, s, u, _DONE)
    set_slot(s, m.res[u]["end"], NEVER)
    x["at"] = m.nodes[m.res[r]["node"]]["place_at"]
    if c < 0:
        come_to_rest(m, s, u)
        return
    s.calls[c]["there"] = 1
    if m.calls[c]["during"] == 0:
        _begin_repair(m, s, u, r)
    else:
        _attend(m, s, u, r)

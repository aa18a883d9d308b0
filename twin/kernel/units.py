"""Units of carrier groups: whether they are there, how far they have to go, and when they rest."""

import numpy as np

from twin.kernel.arrays import Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.extras import extra
from twin.kernel.jit import inlined
from twin.kernel.model import NONE
from twin.kernel.records import close, show
from twin.kernel.slots import noticed, set_slot
from twin.kernel.states import Ending, State

_DONE = np.int64(Ending.DONE)
_IDLE = np.int64(State.IDLE)
_OFF_SHIFT = np.int64(State.OFF_SHIFT)

EMPTY_HANDED, LOADED = np.int64(0), np.int64(1)  # second index of Model.travel; + load


@inlined
def is_on(m: Model, s: RunState, u: Int) -> bool:
    """Return whether a unit is on shift."""
    calendar = m.res[u]["calendar"]
    return calendar < 0 or s.shifts[calendar]["on"] == 1


@inlined
def travel_to(m: Model, s: RunState, u: Int, loaded: Int, stand: Int) -> Int:
    """Return how long a unit travels to a stand; nothing declared costs nothing."""
    at = extra(m, s, u)["at"]
    if at < 0 or stand < 0:
        return np.int64(0)
    return m.travel[m.res[u]["group"], loaded, at, stand]


@inlined
def stand_for(m: Model, s: RunState, u: Int, part: Int, place: Int) -> Int:
    """Return where a unit stands at a place with the gripper for a part."""
    if place < 0:
        return place
    return place + m.hands[m.res[u]["group"], s.parts[part]["product"]]["grip"]


@inlined
def load_of(m: Model, s: RunState, u: Int) -> Int:
    """Return which load the part of a unit is."""
    return m.hands[m.res[u]["group"], s.parts[s.res[u]["part"]]["product"]]["load"]


@inlined
def begin_step(m: Model, s: RunState, u: Int, state: Int, lasts: Int) -> None:
    """Begin a step of a unit."""
    close(m, s, u, _DONE)
    show(m, s, u, state)
    set_slot(s, m.res[u]["end"], noticed(s, s.glob[0]["now"] + lasts))


@inlined
def show_at_rest(m: Model, s: RunState, u: Int) -> None:
    """Let a unit without a task show whether it is on shift."""
    show(m, s, u, _IDLE if is_on(m, s, u) else _OFF_SHIFT)


@inlined
def come_to_rest(m: Model, s: RunState, u: Int) -> None:
    """Let a unit whose task is over be free for the next."""
    extra(m, s, u)["task"] = NONE
    show_at_rest(m, s, u)
    if is_on(m, s, u):
        s.groups[m.res[u]["group"]]["idle"] += 1

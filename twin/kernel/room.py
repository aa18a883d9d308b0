"""Whether there is room for what the next step may need."""

from twin.kernel.arrays import DIARY_FULL, LOG_FULL, POOL_FULL, REACHED, Int
from twin.kernel.arrays import State as RunState
from twin.kernel.jit import inlined


@inlined
def lacks(s: RunState) -> Int:
    """Return what the next step may run out of, REACHED if nothing."""
    g = s.glob[0]
    if g["spare"] < g["need"]:
        return POOL_FULL
    return _lacks_more(s) if g["heeds"] == 1 else REACHED


@inlined
def _lacks_more(s: RunState) -> Int:
    g = s.glob[0]
    if g["halt"] != REACHED:
        return g["halt"]
    if g["logging"] == 1 and g["logged"] + g["margin"] > g["room"]:
        return LOG_FULL
    return DIARY_FULL if g["told"] > g["diary_room"] else REACHED


@inlined
def heed(s: RunState) -> None:
    """Note whether there is anything to be heeded beside the line."""
    g = s.glob[0]
    g["heeds"] = g["logging"] == 1 or g["telling"] == 1 or g["told"] > 0 or g["halt"] != REACHED


@inlined
def halt(s: RunState, why: Int) -> None:
    """Let the run pause before its next step."""
    s.glob[0]["halt"] = why
    s.glob[0]["heeds"] = 1

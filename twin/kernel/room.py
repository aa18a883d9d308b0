"""Whether there is room for what the next step may need."""

from twin.kernel.arrays import BAD_SAMPLE, DIARY_FULL, LOG_FULL, POOL_FULL, REACHED, Int
from twin.kernel.arrays import State as RunState
from twin.kernel.jit import inlined


@inlined
def lacks(s: RunState) -> Int:
    """Return what the next step may run out of, REACHED if nothing."""
    g = s.glob[0]
    if g["bad"] == 1:
        return BAD_SAMPLE
    if g["spare"] < g["need"]:
        return POOL_FULL
    if g["logging"] == 1 and g["logged"] + g["margin"] > g["room"]:
        return LOG_FULL
    if g["told"] > g["diary_room"]:
        return DIARY_FULL
    return REACHED

"""What is told to a user's own model while a line runs: only what somebody watches."""

import numpy as np

from twin.kernel.arrays import Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.happenings import ARRIVED, CHANGED
from twin.kernel.jit import compiled, inlined
from twin.kernel.model import NONE
from twin.kernel.traits import trait

_ARRIVED, _CHANGED = np.int64(ARRIVED), np.int64(CHANGED)


@inlined
def tell(s: RunState, kind: Int, r: Int, part: Int, since: Int, state: Int) -> None:
    """Write down that something happened at resource r, if that is watched."""
    g = s.glob[0]
    if g["begun"] == 0 or (s.watched[r] >> kind) & 1 == 0:
        return
    record = s.diary[g["told"]]
    g["told"] += 1
    record["kind"] = kind
    record["resource"] = r
    record["part"] = trait(s, part)["id"] if part >= 0 else NONE
    record["product"] = s.parts[part]["product"] if part >= 0 else NONE
    record["since"] = since
    record["state"] = state


@inlined
def tell_arrival(s: RunState, r: Int, part: Int) -> None:
    """Write down that a part came to the node of resource r."""
    tell(s, _ARRIVED, r, part, s.glob[0]["now"], NONE)


@compiled
def tell_changes(m: Model, s: RunState) -> None:
    """Write down which servers and units show another state than when the line settled last."""
    for r in range(s.glob[0]["resources"]):
        x = s.res[r]
        if s.seen[r] != x["state"]:
            s.seen[r] = x["state"]
            tell(s, _CHANGED, r, x["part"], s.glob[0]["now"], x["state"])

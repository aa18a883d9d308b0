"""Which servers could take a part, and which are to be looked at."""

import numpy as np

from twin.kernel.arrays import EMPTY, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.jit import inlined
from twin.kernel.offers import begins_to_accept
from twin.kernel.states import Intake

_SINGLE = np.int64(Intake.SINGLE)


@inlined
def touch(s: RunState, r: Int) -> None:
    """Note that a server's state is to be looked at when the line has settled."""
    if s.res[r]["touched"] == 0:
        s.res[r]["touched"] = 1
        s.touched[s.glob[0]["touched"]] = r
        s.glob[0]["touched"] += 1


@inlined
def may_start(s: RunState, r: Int) -> None:
    """Note that a server may be able to start when the parts have moved."""
    if s.res[r]["starts"] == 0:
        s.res[r]["starts"] = 1
        s.starts[s.glob[0]["starts"]] = r
        s.glob[0]["starts"] += 1


@inlined
def is_vacant(s: RunState, r: Int) -> bool:
    """Return whether a server could take a part, but for its shift."""
    x = s.res[r]
    return x["phase"] == EMPTY and x["reserved"] < 0 and x["down"] < 0


@inlined
def gains_server(m: Model, s: RunState, r: Int) -> None:
    """Count a server that has become vacant; off shift it does not accept."""
    n = m.res[r]["node"]
    if s.nodes[n]["on"] == 1:
        s.nodes[n]["free"] += 1
        if s.nodes[n]["free"] == 1 or m.nodes[n]["intake"] != _SINGLE:
            begins_to_accept(s, n)


@inlined
def loses_server(m: Model, s: RunState, r: Int) -> None:
    """Count a server that is no longer vacant."""
    n = m.res[r]["node"]
    if s.nodes[n]["on"] == 1:
        s.nodes[n]["free"] -= 1

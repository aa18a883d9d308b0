"""How often a part may take a way that is limited: counts, some bits each (OPTION)."""

from typing import Any

import numpy as np

from twin.kernel.arrays import Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.jit import inlined
from twin.kernel.traits import trait


@inlined
def is_spent(m: Model, s: RunState, part: Int, k: Int) -> Any:
    """Return whether a part has taken option k as often as it may."""
    option = m.options[k]
    taken = (trait(s, part)["reworks"] >> option["shift"]) & option["mask"]
    return option["limit"] >= 0 and taken >= option["limit"]


@inlined
def count_rework(m: Model, s: RunState, r: Int, part: Int, n: Int) -> None:
    """Note that a part on offer at resource r goes to node n, if that is limited."""
    k = s.res[r]["choice"]
    if k >= 0 and m.options[k]["limit"] >= 0 and m.options[k]["target"] == n:
        trait(s, part)["reworks"] += np.int64(1) << m.options[k]["shift"]

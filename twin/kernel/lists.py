"""The list of the parts in a node, first to last."""

from twin.kernel.arrays import Int
from twin.kernel.arrays import State as RunState
from twin.kernel.jit import inlined
from twin.kernel.model import NONE


@inlined
def append_part(s: RunState, n: Int, part: Int) -> None:
    """Put a part at the end of a node's list."""
    x = s.nodes[n]
    s.parts[part]["next"] = NONE
    if x["parts"] == 0:
        x["head"] = part
    else:
        s.parts[x["tail"]]["next"] = part
    x["tail"] = part
    x["parts"] += 1


@inlined
def drop_head(s: RunState, n: Int) -> Int:
    """Take the first part out of a node's list."""
    x = s.nodes[n]
    part = x["head"]
    x["head"] = s.parts[part]["next"]
    x["parts"] -= 1
    return part

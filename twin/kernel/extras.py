"""What few nodes and resources need: records of their own, so that the others do not carry them.

Where parts come and go in the plainest way (`neighbours.plain`) all share the first record, which
says that there is nothing of the kind.
"""

from typing import Any

from twin.kernel.arrays import Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.jit import inlined


@inlined
def extra(m: Model, s: RunState, r: Int) -> Any:
    """Return what is kept of resource r beyond the usual."""
    return s.extra[m.res[r]["extra"]]


@inlined
def node_extra(m: Model, s: RunState, n: Int) -> Any:
    """Return what is kept of node n beyond the usual."""
    return s.node_extra[m.extra_of[n]]

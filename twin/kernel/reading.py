"""The state of a run read from outside the kernel: all of a node, a resource or a part at once."""

from typing import Any

import numpy as np

from twin.kernel.arrays import Model, State
from twin.kernel.model import NONE


def node_now(model: Model, state: State, n: int) -> dict[str, Any]:
    """Return what NODE_STATE and NODE_EXTRA say of a node."""
    return _fields(state.nodes[n]) | _fields(state.node_extra[model.extra_of[n]])


def resource_now(model: Model, state: State, r: int) -> dict[str, Any]:
    """Return what RESOURCE_STATE and RESOURCE_EXTRA say of a resource."""
    return _fields(state.res[r]) | _fields(state.extra[model.res["extra"][r]])


def part_now(model: Model, state: State, part: int) -> dict[str, Any]:
    """Return what PART and TRAIT say of a part, or what holds for it where no traits are kept."""
    x = _fields(state.parts[part])
    if state.glob["traits"][0]:
        return x | _fields(state.traits[part])
    return x | {"priority": int(model.product_priority[x["product"]]), "due": NONE}


def _fields(record: np.void) -> dict[str, Any]:
    return dict(zip(record.dtype.names or (), record.tolist(), strict=True))

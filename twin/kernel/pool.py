"""The pool of parts: a part is taken from it when it comes to be, and given back when it leaves."""

from typing import Any

import numpy as np

from twin.kernel.arrays import Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.jit import inlined
from twin.kernel.model import NONE
from twin.kernel.traits import trait


@inlined
def take_part(m: Model, s: RunState, number: Int, product: Int) -> Int:
    """Take a part from the pool; the main loop sees to it that there is one."""
    g = s.glob[0]
    part = np.int64(g["free"])
    x = s.parts[part]
    g["free"] = x["next"]
    g["spare"] -= 1
    x["since"] = g["now"]
    x["entry"] = g["now"]
    x["product"] = product
    x["next"] = NONE
    if g["traits"] == 1:
        _tell_apart(trait(s, part), number, m.product_priority[product])
    return part


@inlined
def _tell_apart(x: Any, number: Int, priority: Int) -> None:
    """Give a new part what tells it from others of its product."""
    x["id"] = number
    x["priority"] = priority
    x["due"] = NONE
    x["rest"] = NONE
    x["reworks"] = 0


@inlined
def give_part(s: RunState, part: Int) -> None:
    """Give a part back to the pool."""
    g = s.glob[0]
    s.parts[part]["next"] = g["free"]
    g["free"] = part
    g["spare"] += 1

"""The pool of parts: a part is taken from it when it comes to be, and given back when it leaves."""

import numpy as np

from twin.kernel.arrays import Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.jit import inlined
from twin.kernel.model import NONE


@inlined
def take_part(m: Model, s: RunState, number: Int, product: Int) -> Int:
    """Take a part from the pool; the main loop sees to it that there is one."""
    g = s.glob[0]
    part = g["free"]
    x = s.parts[part]
    g["free"] = np.int64(x["next"])
    g["spare"] -= 1
    x["id"] = number
    x["since"] = g["now"]
    x["entry"] = g["now"]
    x["product"] = product
    x["next"] = NONE
    x["priority"] = m.product_priority[product]
    x["due"] = NONE
    x["rest"] = NONE
    x["reworks"] = 0
    return part


@inlined
def give_part(s: RunState, part: Int) -> None:
    """Give a part back to the pool."""
    g = s.glob[0]
    s.parts[part]["next"] = g["free"]
    g["free"] = np.int64(part)
    g["spare"] += 1

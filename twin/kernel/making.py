"""Assembly and disassembly: components become one part, or one becomes several."""

import numpy as np

from twin.kernel.arrays import Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.cards import give_cards, take_cards
from twin.kernel.extras import extra
from twin.kernel.jit import compiled, inlined
from twin.kernel.log import PART_SHIFT
from twin.kernel.model import NONE
from twin.kernel.pool import give_part, take_part
from twin.kernel.records import count_inside, emit_fact
from twin.kernel.states import State
from twin.kernel.traits import trait

_CONSUMED = np.int64(State.CONSUMED)
_MADE = np.int64(State.MADE)


@compiled
def consume(m: Model, s: RunState, r: Int, part: Int) -> None:
    """Let a part cease to be: it became part of another, or others are made of it."""
    give_cards(m, s, m.res[r]["node"], NONE)
    emit_fact(m, s, s.parts[part]["entry"], s.glob[0]["now"], r, _CONSUMED, part, r)
    count_inside(s, -1)
    give_part(s, part)


@inlined
def make(m: Model, s: RunState, r: Int, product: Int, entry: Int) -> Int:
    """Return a part that comes to be on a server; `entry` is when what it is made of entered."""
    n, now = np.int64(m.res[r]["node"]), s.glob[0]["now"]
    part = take_part(m, s, (n << PART_SHIFT) + s.nodes[n]["created"], product)
    s.nodes[n]["created"] += 1
    s.parts[part]["entry"] = entry
    take_cards(m, s, NONE, n)
    emit_fact(m, s, now, now, r, _MADE, part, r)
    count_inside(s, 1)
    return part


@compiled
def assemble(m: Model, s: RunState, r: Int) -> Int:
    """Return the part that the components of a server become."""
    x, n = extra(m, s, r), m.res[r]["node"]
    first = m.kits[m.nodes[n]["kit_first"]]["product"]
    part = np.int64(x["kept"])
    entry, priority, due, found = np.int64(0), np.int64(0), np.int64(NONE), 0
    while part >= 0:
        y, following = s.parts[part], np.int64(s.parts[part]["next"])
        if found == 0 and y["product"] == first:
            entry, priority = np.int64(y["entry"]), np.int64(trait(s, part)["priority"])
            due, found = np.int64(trait(s, part)["due"]), 1
        consume(m, s, r, part)
        part = following
    for k in range(m.nodes[n]["kit_count"]):
        s.kit[m.res[r]["kit"] + k]["here"] = 0
    s.nodes[n]["held"] -= x["gathered"] - 1
    x["kept"] = NONE
    x["gathered"] = 0
    made = make(m, s, r, m.nodes[n]["makes"], entry)
    trait(s, made)["priority"] = priority
    trait(s, made)["due"] = due
    return made


@compiled
def take_apart(m: Model, s: RunState, r: Int) -> None:
    """Let the part of a server become several, which leave in the order in which they are named."""
    x, n = s.res[r], m.res[r]["node"]
    node, old = m.nodes[n], np.int64(x["part"])
    entry, priority, due = s.parts[old]["entry"], trait(s, old)["priority"], trait(s, old)["due"]
    consume(m, s, r, old)
    last = np.int64(NONE)
    for k in range(node["yield_first"], node["yield_first"] + node["yield_count"]):
        part = make(m, s, r, m.yields[k], entry)
        trait(s, part)["priority"] = priority
        trait(s, part)["due"] = due
        if last < 0:
            x["part"] = part
        else:
            s.parts[last]["next"] = part
        last = np.int64(part)
    s.nodes[n]["held"] += node["yield_count"] - 1

"""Parts enter a buffer, ripen there, and line up in its order."""

from typing import Any

import numpy as np

from twin.kernel.arrays import NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.extras import extra, node_extra
from twin.kernel.jit import compiled, inlined
from twin.kernel.lists import append_part
from twin.kernel.model import NONE
from twin.kernel.offers import offer, replace_offer, wake_gatherers
from twin.kernel.patience import await_patience
from twin.kernel.slots import set_slot
from twin.kernel.states import Order
from twin.kernel.traits import trait

_FIFO = np.int64(Order.FIFO)
_LIFO = np.int64(Order.LIFO)
_PRIORITY = np.int64(Order.PRIORITY)
_SHORTEST = np.int64(Order.SHORTEST)


@inlined
def _urgency(m: Model, s: RunState, n: Int, part: Int) -> Int:
    """Return by what a buffer sorts a part: the smaller, the sooner it is offered."""
    order, x = m.nodes[n]["order"], trait(s, part)
    key: Int
    if order == _PRIORITY:
        key = x["priority"]
    elif order == _SHORTEST:
        key = m.mean_time[n, s.parts[part]["product"]]
    else:
        key = x["due"] if x["due"] >= 0 else NEVER
    return key


@inlined
def _goes_before(m: Model, s: RunState, n: Int, part: Int, other: Int) -> Any:
    """Return whether a part that enters buffer n goes before one that is there."""
    if m.nodes[n]["order"] == _LIFO:
        return True
    return _urgency(m, s, n, part) < _urgency(m, s, n, other)


@compiled
def _insert(m: Model, s: RunState, r: Int, n: Int, part: Int) -> None:
    """Put a part where it belongs among others, but not before one that a carrier comes for."""
    x = s.nodes[n]
    head = np.int64(x["head"])
    if extra(m, s, r)["unit"] < 0 and _goes_before(m, s, n, part, head):
        replace_offer(m, s, r, head)
        s.parts[part]["next"] = head
        x["head"] = part
    elif not _goes_before(m, s, n, part, x["tail"]):
        append_part(s, n, part)
        return
    else:
        before, after = head, np.int64(s.parts[head]["next"])
        while after >= 0 and not _goes_before(m, s, n, part, after):
            before, after = after, np.int64(s.parts[after]["next"])
        s.parts[part]["next"] = after
        s.parts[before]["next"] = part
        if after < 0:
            x["tail"] = part
    x["parts"] += 1


@inlined
def _line_up(m: Model, s: RunState, r: Int, n: Int, part: Int) -> None:
    """Put a part among those that may leave; where it comes to stand first it is offered."""
    if s.nodes[n]["parts"] == 0:
        append_part(s, n, part)
        offer(s, r)
    elif m.nodes[n]["order"] == _FIFO:
        append_part(s, n, part)
    else:
        _insert(m, s, r, n, part)
    if m.nodes[n]["patience"] >= 0:
        await_patience(m, s, r, n, part)


@inlined
def enter_buffer(m: Model, s: RunState, r: Int, n: Int, part: Int) -> None:
    """Put a part into a buffer; with a dwell it ripens first."""
    if m.nodes[n]["dwell"] == 0:
        _line_up(m, s, r, n, part)
        return
    x = node_extra(m, s, n)
    s.parts[part]["next"] = NONE
    if x["unripe"] == 0:
        x["unripe_head"] = part
        set_slot(s, m.res[r]["ripe"], s.glob[0]["now"] + m.nodes[n]["dwell"])
    else:
        s.parts[x["unripe_tail"]]["next"] = part
    x["unripe_tail"] = part
    x["unripe"] += 1


@compiled
def go_back(m: Model, s: RunState, r: Int, part: Int) -> None:
    """Put a part that was taken off a server back before those that are as urgent."""
    n = m.res[r]["node"]
    x = s.nodes[n]
    x["held"] += 1
    trait(s, part)["until"] = NEVER
    if x["parts"] == 0:
        append_part(s, n, part)
        offer(s, r)
        return
    before, after = np.int64(NONE), np.int64(x["head"])
    while after >= 0 and _urgency(m, s, n, after) < _urgency(m, s, n, part):
        before, after = after, np.int64(s.parts[after]["next"])
    s.parts[part]["next"] = after
    if before < 0:
        replace_offer(m, s, r, after)
        x["head"] = part
    else:
        s.parts[before]["next"] = part
    if after < 0:
        x["tail"] = part
    x["parts"] += 1


@compiled
def ripen(m: Model, s: RunState, r: Int) -> None:
    """The part that entered a buffer first of those unripe is ripe."""
    n = m.res[r]["node"]
    x = node_extra(m, s, n)
    part = np.int64(x["unripe_head"])
    following = np.int64(s.parts[part]["next"])
    x["unripe_head"] = following
    x["unripe"] -= 1
    due = s.parts[following]["since"] + m.nodes[n]["dwell"] if x["unripe"] > 0 else NEVER
    set_slot(s, m.res[r]["ripe"], due)
    _line_up(m, s, r, n, part)
    wake_gatherers(m, s, n)

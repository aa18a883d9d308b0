"""Servers that gather several parts before they begin, and let several go afterwards.

Parts gathered are a list that begins with `kept`; parts that leave one by one are a list that
begins with the server's part.
"""

from typing import Any

import numpy as np

from twin.kernel.arrays import EMPTY, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.extras import extra
from twin.kernel.jit import inlined
from twin.kernel.model import NONE
from twin.kernel.states import CarrierKind, NodeKind

_SOURCE = np.int64(NodeKind.SOURCE)
_STATION = np.int64(NodeKind.STATION)
_ROBOT = np.int64(CarrierKind.ROBOT)
_ENDLESS = np.int64(1 << 62)


@inlined
def may_gather(m: Model, s: RunState, r: Int, shifts: Int) -> Any:
    """Return whether a server is empty and up, and on shift if `shifts` are looked at."""
    x = s.res[r]
    on = shifts == 0 or s.nodes[m.res[r]["node"]]["on"] == 1
    return on and x["phase"] == EMPTY and x["down"] < 0


@inlined
def expect_part(m: Model, s: RunState, r: Int, u: Int) -> None:
    """Note that unit u brings a part."""
    extra(m, s, r)["coming"] += 1
    if m.carriers[m.res[u]["group"]]["kind"] == _ROBOT:
        extra(m, s, r)["robots"] += 1


@inlined
def was_expected(m: Model, s: RunState, r: Int, deliverer: Int) -> bool:
    """Return whether a part was expected: a unit brought it, of which no note is needed now."""
    group = m.res[deliverer]["group"]
    if group < 0:
        return False
    extra(m, s, r)["coming"] -= 1
    if m.carriers[group]["kind"] == _ROBOT:
        extra(m, s, r)["robots"] -= 1
    return True


@inlined
def keep_part(m: Model, s: RunState, r: Int, part: Int) -> None:
    """Put a part to those gathered."""
    x = extra(m, s, r)
    s.parts[part]["next"] = NONE
    if x["kept"] < 0:
        x["kept"] = part
    else:
        s.parts[x["kept_last"]]["next"] = part
    x["kept_last"] = part
    x["gathered"] += 1


@inlined
def run_of(m: Model, s: RunState, r: Int, product: Int) -> Int:
    """Return how many parts of a product resource r would offer one after the other."""
    kind, n = m.res[r]["kind"], m.res[r]["node"]
    node, x = m.nodes[n], s.nodes[n]
    part = s.res[r]["part"] if kind == _STATION else x["head"]
    run = np.int64(0)
    if s.parts[part]["product"] != product:
        return run
    if kind == _SOURCE and node["saturated"] == 1 and node["mix_count"] == 1:
        if node["limit"] < 0:
            return _ENDLESS
        run += node["limit"] - s.nodes[n]["created"]
    while part >= 0 and s.parts[part]["product"] == product:
        run += 1
        if kind == _STATION and node["several"] == 0:
            break
        part = np.int64(s.parts[part]["next"])
    return run

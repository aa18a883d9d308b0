"""Dual grippers: a part is exchanged for the finished one of a server."""

import numpy as np

from twin.kernel.arrays import FINISHED, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.extras import extra
from twin.kernel.jit import inlined
from twin.kernel.model import NONE
from twin.kernel.offers import accepts, chooses_least, lacking_card, target_of, worth_of
from twin.kernel.states import Intake, NodeKind

_SOURCE = np.int64(NodeKind.SOURCE)
_STATION = np.int64(NodeKind.STATION)
_SINGLE = np.int64(Intake.SINGLE)


@inlined
def _finished_at(m: Model, s: RunState, group: Int, n: Int) -> Int:
    """Return the first server of node n whose finished part a group could take on now, or NONE."""
    node = m.nodes[n]
    if node["kind"] != _STATION or node["intake"] != _SINGLE or s.nodes[n]["on"] == 0:
        return NONE
    if node["several"] == 1:
        return NONE
    for v in range(node["resource"], node["resource"] + node["capacity"]):
        x = s.res[v]
        if (
            x["phase"] != FINISHED
            or x["down"] >= 0
            or x["reserved"] >= 0
            or extra(m, s, v)["unit"] >= 0
        ):
            continue
        ours = x["offered"] == 1 and x["row"] >= 0 and m.routes[x["row"]]["carrier"] == group
        if ours and target_of(m, s, v) >= 0:
            return v
    return NONE


@inlined
def exchange_for(m: Model, s: RunState, group: Int, r: Int) -> Int:
    """Return the server where a group would exchange the part that resource r offers, or NONE.

    NONE also where its first target to take it, in one way or the other, has room for it.
    """
    x, found, none_found = s.res[r], np.int64(NONE), True
    fewest: Int = np.int64(0)
    if x["row"] < 0 or (m.res[r]["kind"] == _SOURCE and s.nodes[m.res[r]["node"]]["on"] == 0):
        return found
    route = m.routes[x["row"]]
    first, last = route["first"], route["first"] + route["count"]
    if x["choice"] >= 0:
        first = np.int64(x["choice"])
        last = first + route["span"]
    for k in range(first, last):
        n = m.options[k]["target"]
        if route["carded"] == 1 and lacking_card(m, s, m.res[r]["node"], n) >= 0:
            continue
        v = np.int64(NONE)
        if not accepts(m, s, n, r):
            v = np.int64(_finished_at(m, s, group, n))
            if v < 0 or v == r:
                continue
        if not chooses_least(route):
            return v
        worth = worth_of(m, s, r, k)
        if none_found or worth < fewest:
            found, fewest, none_found = v, worth, False
    return found

"""Offers: which part of a node may go next, where to, and which offers are worth looking at.

An offer that is not movable stays so until a target begins to accept.  So only two happenings put
direct offers into the heap of those to be tried: a new offer, and a node that begins to accept (all
its feeders).  Both are noted in a list when they happen and worked off while the line settles.
Offers with a carrier are requests, kept in one list a group.
"""

from typing import Any

import numpy as np

from twin.kernel.arrays import SEVERAL, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.deciding import worth_of_target
from twin.kernel.extras import extra, node_extra
from twin.kernel.heap import drop_offer, pop_offer, push_offer
from twin.kernel.jit import compiled, inlined
from twin.kernel.model import NONE
from twin.kernel.ovens import gathering_server
from twin.kernel.reworks import is_spent
from twin.kernel.states import Choose, Intake, NodeKind
from twin.kernel.streams import ONLY, uniform
from twin.kernel.urgency import gives_way

_SOURCE = np.int64(NodeKind.SOURCE)
_BUFFER = np.int64(NodeKind.BUFFER)
_CONVEYOR = np.int64(NodeKind.CONVEYOR)
_STATION = np.int64(NodeKind.STATION)
_SHORTEST = np.int64(Choose.SHORTEST)
_RANDOM = np.int64(Choose.RANDOM)
_CYCLIC = np.int64(Choose.CYCLIC)
_OWN = np.int64(Choose.OWN)
_SINGLE = np.int64(Intake.SINGLE)
_UNKNOWN = -2  # row of an offer just made
_REPLACED = 2  # offered: another part than the one that is on offer in the lists


@inlined
def offered_part(m: Model, s: RunState, r: Int) -> Int:
    """Return the part that resource r offers."""
    if m.res[r]["kind"] == _STATION:
        return s.res[r]["part"]
    return s.nodes[m.res[r]["node"]]["head"]


@inlined
def accepts(m: Model, s: RunState, n: Int, r: Int) -> bool:
    """Return whether node n takes the part that resource r offers now."""
    node, x = m.nodes[n], s.nodes[n]
    kind = node["kind"]
    if kind == _BUFFER:
        return node["capacity"] < 0 or x["held"] < node["capacity"]
    if kind == _STATION:
        if node["intake"] != _SINGLE:
            product = s.parts[offered_part(m, s, r)]["product"]
            return bool(gathering_server(m, s, n, product, 1) >= 0)
        if x["free"] > 0 or node["preempt"] == 0:
            return x["free"] > 0
        return bool(gives_way(m, s, n, offered_part(m, s, r)) >= 0)
    if kind == _CONVEYOR:
        return (
            x["clear"] == 1
            and node_extra(m, s, n)["reserved"] == 0
            and x["parts"] < node["capacity"]
        )
    return True  # a sink


@inlined
def is_in_loop(m: Model, n: Int, loop: Int) -> bool:
    """Return whether node n, NONE for nowhere, is one of a loop's."""
    if n >= 0:
        for k in range(m.loop_first[n], m.loop_first[n + 1]):
            if m.loop_of[k] == loop:
                return True
    return False


@inlined
def lacking_card(m: Model, s: RunState, origin: Int, n: Int) -> Int:
    """Return the first loop without a free card that a part enters from a node to node n."""
    for k in range(m.loop_first[n], m.loop_first[n + 1]):
        loop = m.loop_of[k]
        if s.loops[loop]["used"] >= m.loops[loop]["cards"] and not is_in_loop(m, origin, loop):
            return loop
    return NONE


@inlined
def chooses_least(route: Any) -> bool:
    """Return whether all targets that accept a part are compared."""
    return bool(route["choose"] == _SHORTEST or route["choose"] == _OWN)


@inlined
def worth_of(m: Model, s: RunState, r: Int, k: Int) -> Int:
    """Return by what a target, row k of the options, is compared for the part that r offers."""
    row = s.res[r]["row"]
    if m.routes[row]["choose"] == _OWN:
        return worth_of_target(m, s, row, offered_part(m, s, r), k)
    return np.int64(s.nodes[m.options[k]["target"]]["held"])


@inlined
def target_of(m: Model, s: RunState, r: Int) -> Int:
    """Return the node the offer of resource r would go to now, NONE if none accepts."""
    x = s.res[r]
    if x["row"] < 0 or (m.res[r]["kind"] == _SOURCE and s.nodes[m.res[r]["node"]]["on"] == 0):
        return NONE
    route = m.routes[x["row"]]
    first, last = route["first"], route["first"] + route["count"]
    if route["count"] == 1 and route["carded"] == 0:  # by far the commonest
        n = m.options[first]["target"]
        return n if accepts(m, s, n, r) else NONE
    if x["choice"] >= 0:
        first = np.int64(x["choice"])
        last = first + route["span"]
    best: Int = NONE
    fewest: Int = np.int64(0)
    for k in range(first, last):
        n = m.options[k]["target"]
        if route["carded"] == 1 and lacking_card(m, s, m.res[r]["node"], n) >= 0:
            continue
        if accepts(m, s, n, r):
            worth = worth_of(m, s, r, k)
            if best < 0 or worth < fewest:
                best, fewest = n, worth
            if not chooses_least(route):
                break
    return best


@inlined
def begins_to_accept(s: RunState, n: Int) -> None:
    """Note that the offers that may go to node n are to be tried."""
    if s.nodes[n]["woken"] == 0:
        s.nodes[n]["woken"] = 1
        s.woken[s.glob[0]["woken"]] = n
        s.glob[0]["woken"] += 1


@inlined
def wake_gatherers(m: Model, s: RunState, n: Int) -> None:
    """Note that stations that gather parts, and to which node n leads, may take parts now."""
    for k in range(m.gatherer_first[n], m.gatherer_first[n + 1]):
        begins_to_accept(s, m.gatherers[k])


@inlined
def offer(s: RunState, r: Int) -> None:
    """Note that a node offers a part from now on."""
    s.res[r]["offered"] = 1
    s.res[r]["offered_since"] = s.glob[0]["now"]
    if s.res[r]["row"] != _UNKNOWN:  # else it is noted already, for a part that has gone since
        s.res[r]["row"] = _UNKNOWN
        offer_again(s, r)


@inlined
def offer_one_way(s: RunState, r: Int, way: Any) -> None:
    """Offer a part that can go one way only, to a target that does not accept it now."""
    x = s.res[r]
    x["offered"] = 1
    x["offered_since"] = s.glob[0]["now"]
    _go_way(x, way)


@inlined
def _go_way(x: Any, way: Any) -> None:
    """Note where the part on offer goes."""
    x["choice"] = NONE
    x["row"] = way["row"]
    x["target"] = way["target"]
    x["to"] = way["to"]
    x["direct"] = 1


@compiled
def offer_reserved(m: Model, s: RunState, r: Int) -> None:
    """Note that the part of a server, for which a place is kept, is on offer: it goes there."""
    s.res[r]["offered"] = 1
    s.res[r]["offered_since"] = s.glob[0]["now"]
    offer_again(s, r)


@inlined
def offer_again(s: RunState, r: Int) -> None:
    """Note that the offer of a node is to be tried."""
    s.fresh[s.glob[0]["fresh"]] = r
    s.glob[0]["fresh"] += 1


@inlined
def _take_up(m: Model, s: RunState, r: Int, part: Int) -> None:
    """Find the route of a new offer."""
    x, n = s.res[r], m.res[r]["node"]
    _go_way(x, m.ways[n, s.parts[part]["product"]])
    if x["target"] < 0:
        _take_branching_up(m, s, r, n, part)


@compiled
def _take_branching_up(m: Model, s: RunState, r: Int, n: Int, part: Int) -> None:
    """Take up an offer for which there is more than a target; a choice made once is made now."""
    x = s.res[r]
    row = x["row"]
    x["direct"] = 0
    if row < 0:
        return
    _choose_once(m, s, n, row, x)
    if x["choice"] >= 0 and is_spent(m, s, part, x["choice"]):
        x["choice"] = m.routes[row]["otherwise"]
    if m.routes[row]["carrier"] < 0:
        x["direct"] = 1
    else:
        _request(m, s, r, m.routes[row]["carrier"])


@inlined
def _choose_once(m: Model, s: RunState, n: Int, row: Int, x: Any) -> None:
    route = m.routes[row]
    if route["choose"] == _RANDOM:
        g, node = s.glob[0], node_extra(m, s, n)
        u = uniform(
            m.nodes[n]["route_stream"], g["seed"], g["replication"], node["route_draws"], ONLY
        )
        node["route_draws"] += 1
        k = route["first"]
        last = k + (route["choices"] - 1) * route["span"]
        while k < last and u >= m.options[k]["cumulative"]:
            k += route["span"]
        x["choice"] = k
    elif route["choose"] == _CYCLIC:
        x["choice"] = route["first"] + s.turns[row] % route["choices"] * route["span"]
        s.turns[row] += 1


@inlined
def _request(m: Model, s: RunState, r: Int, group: Int) -> None:
    """Put an offer at the head of its group's requests: the rule looks at all of them."""
    x, first = extra(m, s, r), s.groups[group]["first"]
    x["unit"] = NONE
    x["called_at"] = NONE
    x["before"] = NONE
    x["after"] = first
    if first >= 0:
        extra(m, s, first)["before"] = r
    s.groups[group]["first"] = r


@inlined
def drop_request(m: Model, s: RunState, r: Int, group: Int) -> None:
    """Take an offer out of its group's requests: a unit has it."""
    x = extra(m, s, r)
    if x["before"] >= 0:
        extra(m, s, x["before"])["after"] = x["after"]
    else:
        s.groups[group]["first"] = x["after"]
    if x["after"] >= 0:
        extra(m, s, x["after"])["before"] = x["before"]


@compiled
def replace_offer(m: Model, s: RunState, r: Int, part: Int) -> None:
    """Note that resource r offers another part from now on instead of this one."""
    x = s.res[r]
    if x["offered"] == _REPLACED or x["row"] == _UNKNOWN:
        _spend_choice(m, s, m.res[r]["node"], part)
    else:
        x["offered"] = _REPLACED
        offer_again(s, r)


@compiled
def take_back(m: Model, s: RunState, r: Int, part: Int) -> None:
    """End the offer of a part that has gone and leaves resource r with none."""
    x = s.res[r]
    noted = x["offered"] == _REPLACED or x["row"] == _UNKNOWN
    if noted:
        _spend_choice(m, s, m.res[r]["node"], part)
    if x["row"] != _UNKNOWN:
        _give_up(m, s, r)
    x["offered"] = 0
    x["row"] = _UNKNOWN if noted else NONE


@inlined
def _spend_choice(m: Model, s: RunState, n: Int, part: Int) -> None:
    """Count the choice of a part that was on offer within this instant only."""
    row = m.route_of[n, s.parts[part]["product"]]
    if row >= 0 and m.routes[row]["choose"] == _RANDOM:
        node_extra(m, s, n)["route_draws"] += 1
    elif row >= 0 and m.routes[row]["choose"] == _CYCLIC:
        s.turns[row] += 1


@compiled
def _give_up(m: Model, s: RunState, r: Int) -> None:
    """Take an offer that is replaced out of the lists."""
    x = s.res[r]
    if x["direct"] == 1:
        if x["heaped"] == 1:
            drop_offer(m, s, r)
    elif x["row"] >= 0:
        drop_request(m, s, r, m.routes[x["row"]]["carrier"])
    x["offered"] = 1
    x["offered_since"] = s.glob[0]["now"]
    x["row"] = _UNKNOWN


@inlined
def withdraw(m: Model, s: RunState, r: Int) -> None:
    """End an offer whose part leaves."""
    s.res[r]["offered"] = 0
    extra(m, s, r)["unit"] = NONE


@inlined
def _taken_up(m: Model, s: RunState, r: Int) -> bool:
    """Work off the note on resource r; return whether its offer is to be tried."""
    wake_gatherers(m, s, m.res[r]["node"])
    x = s.res[r]
    if x["offered"] != 1:
        _settle_change(m, s, r)
    if x["offered"] == 0:
        return False
    if x["row"] == _UNKNOWN:
        _take_up(m, s, r, offered_part(m, s, r))
    return bool(x["direct"] == 1)


@compiled
def _settle_change(m: Model, s: RunState, r: Int) -> None:
    """Work off that an offer has ended or been replaced."""
    if s.res[r]["offered"] == _REPLACED:
        _give_up(m, s, r)
    if s.res[r]["offered"] == 0:
        s.res[r]["row"] = NONE


@inlined
def _add(m: Model, s: RunState, r: Int, first: Int) -> Int:
    """Add an offer to those to be tried; one alone is not put into the heap but returned."""
    if s.glob[0]["heap"] == 0:
        if first < 0 or first == r:
            return r
        push_offer(m, s, first)
    push_offer(m, s, r)
    return np.int64(NONE)


@compiled
def _add_feeders(m: Model, s: RunState, n: Int, first: Int) -> Int:
    """Add the offers that may go to a node that begins to accept."""
    for k in range(m.feeder_first[n], m.feeder_first[n + 1]):
        node = m.nodes[m.feeders[k]]
        servers = node["capacity"] if node["kind"] == _STATION else 1
        for r in range(node["resource"], node["resource"] + servers):
            if s.res[r]["offered"] == 1 and s.res[r]["direct"] == 1:
                first = _add(m, s, r, first)
    return np.int64(first)


@inlined
def next_offer(m: Model, s: RunState) -> Int:
    """Return the offer to be tried next, NONE if there is none.

    The notes are worked off first: new offers are looked up, and those are to be tried whose
    targets began to accept.
    """
    g = s.glob[0]
    first: Int = np.int64(NONE)  # an offer is seldom in company
    for k in range(g["fresh"]):
        r = s.fresh[k]
        if _taken_up(m, s, r):
            first = _add(m, s, r, first)
    g["fresh"] = 0
    for k in range(g["woken"]):
        n = s.woken[k]
        s.nodes[n]["woken"] = 0
        r = m.sole_feeder[n]
        if r == SEVERAL:
            first = _add_feeders(m, s, n, first)
        elif r >= 0 and s.res[r]["offered"] == 1 and s.res[r]["direct"] == 1:
            first = _add(m, s, r, first)
    g["woken"] = 0
    if g["heap"] > 0:
        first = pop_offer(m, s)
    return first

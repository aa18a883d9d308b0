"""Robots and operators carry parts: four steps a part."""

from typing import Any

import numpy as np

from twin.kernel.arrays import AHEAD, ANSWER, CARRY, NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.cards import give_cards, take_cards
from twin.kernel.crews import arrive_at_call
from twin.kernel.draws import draw_time
from twin.kernel.extras import extra, node_extra
from twin.kernel.flow import KEPT, admit, release, resource_at
from twin.kernel.jit import compiled, inlined
from twin.kernel.model import NONE
from twin.kernel.offers import drop_request, offered_part, target_of
from twin.kernel.patience import end_patience
from twin.kernel.records import close
from twin.kernel.reworks import count_rework
from twin.kernel.servers import reserve_server
from twin.kernel.slots import set_slot
from twin.kernel.states import Ending, NodeKind, State
from twin.kernel.units import (
    EMPTY_HANDED,
    LOADED,
    begin_step,
    come_to_rest,
    load_of,
    stand_for,
    travel_to,
)
from twin.kernel.vacancy import touch

_DONE = np.int64(Ending.DONE)
_STATION = np.int64(NodeKind.STATION)
_CONVEYOR = np.int64(NodeKind.CONVEYOR)
_MOVING = np.int64(State.MOVING)
_PICKING = np.int64(State.PICKING)
_CARRYING = np.int64(State.CARRYING)
_PLACING = np.int64(State.PLACING)


@inlined
def _promise(m: Model, s: RunState, group: Int, u: Int, r: Int, n: Int) -> None:
    """Let a unit have the part that resource r offers, which goes to node n."""
    part = offered_part(m, s, r)
    count_rework(m, s, r, part, n)
    if m.routes[s.res[r]["row"]]["carded"] == 1:
        take_cards(m, s, m.res[r]["node"], n)
    drop_request(m, s, r, group)
    extra(m, s, r)["unit"] = u
    s.nodes[n]["held"] += 1
    origin = m.res[r]["node"]
    if m.res[r]["kind"] == _STATION:
        touch(s, r)
    elif m.nodes[origin]["patience"] >= 0:
        end_patience(m, s, r, origin, part)


@inlined
def _reserve(m: Model, s: RunState, u: Int, r: Int, n: Int) -> Int:
    """Reserve the place at node n for the part that resource r offers; return its resource."""
    part = offered_part(m, s, r)
    goal = np.int64(resource_at(m, s, n, s.parts[part]["product"]))
    if m.nodes[n]["kind"] == _STATION:
        reserve_server(m, s, goal, u, part)
    elif m.nodes[n]["kind"] == _CONVEYOR:
        node_extra(m, s, n)["reserved"] += 1
    return goal


@inlined
def _fetch(m: Model, s: RunState, group: Int, u: Int, r: Int) -> None:
    """Send a unit to the part that resource r offers."""
    x = s.res[u]
    extra(m, s, u)["task"] = r
    extra(m, s, u)["errand"] = CARRY
    s.groups[group]["idle"] -= 1
    close(m, s, u, _DONE)
    x["part"] = offered_part(m, s, r)
    stand = stand_for(m, s, u, x["part"], m.nodes[m.res[r]["node"]]["pick_at"])
    begin_step(m, s, u, _MOVING, travel_to(m, s, u, EMPTY_HANDED, stand))


@inlined
def assign(m: Model, s: RunState, group: Int, u: Int, r: Int, n: Int) -> None:
    """Reserve the place at node n and send a unit to the part that resource r offers."""
    extra(m, s, u)["goal"] = _reserve(m, s, u, r, n)
    _promise(m, s, group, u, r, n)
    _fetch(m, s, group, u, r)


@inlined
def assign_exchange(m: Model, s: RunState, group: Int, u: Int, r: Int, v: Int) -> None:
    """Send a unit to the part of resource r, to exchange it for the finished one of server v."""
    n = np.int64(target_of(m, s, v))
    extra(m, s, u)["goal"] = _reserve(m, s, u, v, n)
    _promise(m, s, group, u, v, n)
    extra(m, s, u)["swap"] = v
    s.res[v]["reserved"] = u
    _promise(m, s, group, u, r, m.res[v]["node"])
    _fetch(m, s, group, u, r)


@inlined
def go_ahead(m: Model, s: RunState, group: Int, u: Int, place: Int) -> None:
    """Send a unit to the place where it is to pick next, before there is a part."""
    x = extra(m, s, u)
    x["task"] = u
    x["errand"] = AHEAD
    x["goal"] = place
    s.groups[group]["idle"] -= 1
    begin_step(m, s, u, _MOVING, travel_to(m, s, u, EMPTY_HANDED, place))


@inlined
def _handling(m: Model, s: RunState, u: Int, place: Int, dists: Any, stream: Int, i: Int) -> Int:
    """Return how long picking or placing takes at a place."""
    if place < 0:
        return np.int64(0)
    d = dists[m.res[u]["group"], load_of(m, s, u), place]
    if d < 0:
        return np.int64(0)
    return draw_time(m, s, u, d, 1.0, stream, i)


@inlined
def _begin_picking(m: Model, s: RunState, u: Int) -> None:
    x, r = s.res[u], extra(m, s, u)["task"]
    place = m.nodes[m.res[r]["node"]]["pick_at"]
    if place >= 0:
        extra(m, s, u)["at"] = stand_for(m, s, u, x["part"], place)
    lasts = _handling(m, s, u, place, m.pick, m.pick_stream[u], extra(m, s, u)["pick_draws"])
    extra(m, s, u)["pick_draws"] += 1
    begin_step(m, s, u, _PICKING, lasts)


@inlined
def _begin_carrying(m: Model, s: RunState, u: Int) -> None:
    x = extra(m, s, u)
    close(m, s, u, _DONE)
    n = _next_stop(m, s, u)
    _take_out(m, s, u, np.int64(x["task"]), n)
    _carry_to(m, s, u, n)


@inlined
def _carry_to(m: Model, s: RunState, u: Int, n: Int) -> None:
    """Begin to carry the part in the hand of a unit to node n."""
    stand = stand_for(m, s, u, s.res[u]["part"], m.nodes[n]["place_at"])
    begin_step(m, s, u, _CARRYING, travel_to(m, s, u, LOADED + load_of(m, s, u), stand))


@inlined
def _next_stop(m: Model, s: RunState, u: Int) -> Int:
    """Return the node to which a unit brings the part in its hand."""
    x = extra(m, s, u)
    return np.int64(m.res[x["swap"] if x["swap"] >= 0 else x["goal"]]["node"])


@inlined
def _take_out(m: Model, s: RunState, u: Int, r: Int, n: Int) -> Int:
    """Take the part that resource r offers into the hand; it goes to node n."""
    if m.routes[s.res[r]["row"]]["carded"] == 1:
        give_cards(m, s, m.res[r]["node"], n)
    return np.int64(release(m, s, r, u))


@inlined
def _exchange(m: Model, s: RunState, u: Int) -> None:
    """Take the finished part of a server out, put the new one in, and carry the other on."""
    x = s.res[u]
    close(m, s, u, _DONE)
    v, new, n = (
        np.int64(extra(m, s, u)["swap"]),
        np.int64(x["part"]),
        np.int64(m.res[extra(m, s, u)["goal"]]["node"]),
    )
    extra(m, s, u)["swap"] = NONE
    x["part"] = _take_out(m, s, u, v, n)
    admit(m, s, v, new, u, KEPT)
    _carry_to(m, s, u, n)


@inlined
def _begin_placing(m: Model, s: RunState, u: Int) -> None:
    x = s.res[u]
    place = m.nodes[_next_stop(m, s, u)]["place_at"]
    if place >= 0:
        extra(m, s, u)["at"] = stand_for(m, s, u, x["part"], place)
    if extra(m, s, u)["swap"] >= 0:
        begin_step(m, s, u, _PLACING, m.carriers[m.res[u]["group"]]["exchange"])
        return
    lasts = _handling(m, s, u, place, m.place, m.place_stream[u], extra(m, s, u)["place_draws"])
    extra(m, s, u)["place_draws"] += 1
    begin_step(m, s, u, _PLACING, lasts)


@inlined
def _end_task(m: Model, s: RunState, u: Int) -> None:
    x = s.res[u]
    close(m, s, u, _DONE)
    set_slot(s, m.res[u]["end"], NEVER)
    part = x["part"]
    x["part"] = NONE
    admit(m, s, extra(m, s, u)["goal"], part, u, KEPT)
    come_to_rest(m, s, u)


@inlined
def _arrive_ahead(m: Model, s: RunState, u: Int) -> None:
    close(m, s, u, _DONE)
    set_slot(s, m.res[u]["end"], NEVER)
    extra(m, s, u)["at"] = extra(m, s, u)["goal"]
    come_to_rest(m, s, u)


@compiled
def end_step(m: Model, s: RunState, u: Int) -> None:
    """A step of a unit ends and the next begins."""
    state = s.res[u]["state"]
    if extra(m, s, u)["errand"] == AHEAD:
        _arrive_ahead(m, s, u)
    elif extra(m, s, u)["errand"] == ANSWER:
        arrive_at_call(m, s, u)
    elif state == _MOVING:
        _begin_picking(m, s, u)
    elif state == _PICKING:
        _begin_carrying(m, s, u)
    elif state == _CARRYING:
        _begin_placing(m, s, u)
    elif extra(m, s, u)["swap"] >= 0:
        _exchange(m, s, u)
    else:
        _end_task(m, s, u)

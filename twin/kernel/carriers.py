"""Robots and operators carry parts: four steps a part."""

from typing import Any

import numpy as np

from twin.kernel.arrays import AHEAD, ANSWER, CARRY, NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.cards import give_cards, take_cards
from twin.kernel.crews import arrive_at_call
from twin.kernel.draws import draw_time
from twin.kernel.flow import KEPT, admit, release, resource_at
from twin.kernel.jit import inlined
from twin.kernel.model import NONE
from twin.kernel.offers import count_rework, drop_request, offered_part
from twin.kernel.patience import end_patience
from twin.kernel.records import close
from twin.kernel.servers import reserve_server, touch
from twin.kernel.slots import set_slot
from twin.kernel.states import Ending, NodeKind, State
from twin.kernel.units import EMPTY_HANDED, LOADED, begin_step, come_to_rest, travel_to

_DONE = np.int64(Ending.DONE)
_STATION = np.int64(NodeKind.STATION)
_CONVEYOR = np.int64(NodeKind.CONVEYOR)
_MOVING = np.int64(State.MOVING)
_PICKING = np.int64(State.PICKING)
_CARRYING = np.int64(State.CARRYING)
_PLACING = np.int64(State.PLACING)


@inlined
def assign(m: Model, s: RunState, group: Int, u: Int, r: Int, n: Int) -> None:
    """Reserve the place at node n and send a unit to the part that resource r offers."""
    x = s.res[u]
    part = offered_part(m, s, r)
    x["goal"] = resource_at(m, s, n, s.parts[part]["product"])
    x["task"] = r
    x["errand"] = CARRY
    count_rework(m, s, r, part, n)
    if m.routes[s.res[r]["row"]]["carded"] == 1:
        take_cards(m, s, m.res[r]["node"], n)
    drop_request(s, r, group)
    s.res[r]["unit"] = u
    s.groups[group]["idle"] -= 1
    s.nodes[n]["held"] += 1
    if m.nodes[n]["kind"] == _STATION:
        reserve_server(m, s, x["goal"], u, part)
    elif m.nodes[n]["kind"] == _CONVEYOR:
        s.nodes[n]["reserved"] += 1
    origin = m.res[r]["node"]
    if m.res[r]["kind"] == _STATION:
        touch(s, r)
    elif m.nodes[origin]["patience"] >= 0:
        end_patience(m, s, r, origin, part)
    close(s, u, _DONE)
    x["part"] = part
    place = m.nodes[m.res[r]["node"]]["pick_at"]
    begin_step(m, s, u, _MOVING, travel_to(m, s, u, EMPTY_HANDED, place))


@inlined
def go_ahead(m: Model, s: RunState, group: Int, u: Int, place: Int) -> None:
    """Send a unit to the place where it is to pick next, before there is a part."""
    x = s.res[u]
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
    d = dists[m.res[u]["group"], place]
    if d < 0:
        return np.int64(0)
    return draw_time(m, s, u, d, 1.0, stream, i)


@inlined
def _begin_picking(m: Model, s: RunState, u: Int) -> None:
    x, r = s.res[u], s.res[u]["task"]
    place = m.nodes[m.res[r]["node"]]["pick_at"]
    if place >= 0:
        x["at"] = place
    lasts = _handling(m, s, u, place, m.pick, m.pick_stream[u], x["pick_draws"])
    x["pick_draws"] += 1
    begin_step(m, s, u, _PICKING, lasts)


@inlined
def _begin_carrying(m: Model, s: RunState, u: Int) -> None:
    x, r = s.res[u], np.int64(s.res[u]["task"])
    close(s, u, _DONE)
    if m.routes[s.res[r]["row"]]["carded"] == 1:
        give_cards(m, s, m.res[r]["node"], m.res[x["goal"]]["node"])
    release(m, s, r, u)
    place = m.nodes[m.res[x["goal"]]["node"]]["place_at"]
    begin_step(m, s, u, _CARRYING, travel_to(m, s, u, LOADED, place))


@inlined
def _begin_placing(m: Model, s: RunState, u: Int) -> None:
    x = s.res[u]
    place = m.nodes[m.res[x["goal"]]["node"]]["place_at"]
    if place >= 0:
        x["at"] = place
    lasts = _handling(m, s, u, place, m.place, m.place_stream[u], x["place_draws"])
    x["place_draws"] += 1
    begin_step(m, s, u, _PLACING, lasts)


@inlined
def _end_task(m: Model, s: RunState, u: Int) -> None:
    x = s.res[u]
    close(s, u, _DONE)
    set_slot(s, m.res[u]["end"], NEVER)
    part = x["part"]
    x["part"] = NONE
    admit(m, s, x["goal"], part, u, KEPT)
    come_to_rest(m, s, u)


@inlined
def _arrive_ahead(m: Model, s: RunState, u: Int) -> None:
    close(s, u, _DONE)
    set_slot(s, m.res[u]["end"], NEVER)
    s.res[u]["at"] = s.res[u]["goal"]
    come_to_rest(m, s, u)


@inlined
def end_step(m: Model, s: RunState, u: Int) -> None:
    """A step of a unit ends and the next begins."""
    state = s.res[u]["state"]
    if s.res[u]["errand"] == AHEAD:
        _arrive_ahead(m, s, u)
    elif s.res[u]["errand"] == ANSWER:
        arrive_at_call(m, s, u)
    elif state == _MOVING:
        _begin_picking(m, s, u)
    elif state == _PICKING:
        _begin_carrying(m, s, u)
    elif state == _CARRYING:
        _begin_placing(m, s, u)
    else:
        _end_task(m, s, u)

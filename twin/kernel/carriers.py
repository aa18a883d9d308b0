"""Robots and operators carry parts: four steps a part."""

from typing import Any

import numpy as np

from twin.kernel.arrays import AHEAD, CARRY, NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.cards import give_cards, take_cards
from twin.kernel.draws import draw_time
from twin.kernel.flow import KEPT, admit, release, resource_at
from twin.kernel.jit import inlined
from twin.kernel.model import NONE
from twin.kernel.offers import drop_request, offered_part
from twin.kernel.records import close, show
from twin.kernel.servers import loses_server, touch
from twin.kernel.slots import noticed, set_slot
from twin.kernel.states import Ending, NodeKind, State

_DONE = np.int64(Ending.DONE)
_STATION = np.int64(NodeKind.STATION)
_CONVEYOR = np.int64(NodeKind.CONVEYOR)
_IDLE = np.int64(State.IDLE)
_OFF_SHIFT = np.int64(State.OFF_SHIFT)
_MOVING = np.int64(State.MOVING)
_PICKING = np.int64(State.PICKING)
_CARRYING = np.int64(State.CARRYING)
_PLACING = np.int64(State.PLACING)

EMPTY_HANDED, LOADED = np.int64(0), np.int64(1)  # second index of Model.travel


@inlined
def is_on(m: Model, s: RunState, u: Int) -> bool:
    """Return whether a unit is on shift."""
    calendar = m.res[u]["calendar"]
    return calendar < 0 or s.shifts[calendar]["on"] == 1


@inlined
def travel_to(m: Model, s: RunState, u: Int, loaded: Int, place: Int) -> Int:
    """Return how long a unit travels to a place; nothing declared costs nothing."""
    at = s.res[u]["at"]
    if at < 0 or place < 0:
        return np.int64(0)
    return m.travel[m.res[u]["group"], loaded, at, place]


@inlined
def assign(m: Model, s: RunState, group: Int, u: Int, r: Int, n: Int) -> None:
    """Reserve the place at node n and send a unit to the part that resource r offers."""
    x = s.res[u]
    if m.routes[s.res[r]["row"]]["carded"] == 1:
        take_cards(m, s, m.res[r]["node"], n)
    drop_request(s, r, group)
    s.res[r]["unit"] = u
    x["task"] = r
    x["errand"] = CARRY
    x["goal"] = resource_at(m, s, n)
    s.groups[group]["idle"] -= 1
    s.nodes[n]["held"] += 1
    if m.nodes[n]["kind"] == _STATION:
        loses_server(m, s, x["goal"])
        s.res[x["goal"]]["reserved"] = u
        touch(s, x["goal"])
    elif m.nodes[n]["kind"] == _CONVEYOR:
        s.nodes[n]["reserved"] += 1
    if m.res[r]["kind"] == _STATION:
        touch(s, r)
    close(s, u, _DONE)
    x["part"] = offered_part(m, s, r)
    place = m.nodes[m.res[r]["node"]]["pick_at"]
    _step(m, s, u, _MOVING, travel_to(m, s, u, EMPTY_HANDED, place))


@inlined
def go_ahead(m: Model, s: RunState, group: Int, u: Int, place: Int) -> None:
    """Send a unit to the place where it is to pick next, before there is a part."""
    x = s.res[u]
    x["task"] = u
    x["errand"] = AHEAD
    x["goal"] = place
    s.groups[group]["idle"] -= 1
    _step(m, s, u, _MOVING, travel_to(m, s, u, EMPTY_HANDED, place))


@inlined
def _step(m: Model, s: RunState, u: Int, state: Int, lasts: Int) -> None:
    """Begin a step of a unit."""
    close(s, u, _DONE)
    show(s, u, state)
    set_slot(s, m.res[u]["end"], noticed(s, s.glob[0]["now"] + lasts))


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
    _step(m, s, u, _PICKING, lasts)


@inlined
def _begin_carrying(m: Model, s: RunState, u: Int) -> None:
    x, r = s.res[u], np.int64(s.res[u]["task"])
    close(s, u, _DONE)
    if m.routes[s.res[r]["row"]]["carded"] == 1:
        give_cards(m, s, m.res[r]["node"], m.res[x["goal"]]["node"])
    release(m, s, r, u)
    place = m.nodes[m.res[x["goal"]]["node"]]["place_at"]
    _step(m, s, u, _CARRYING, travel_to(m, s, u, LOADED, place))


@inlined
def _begin_placing(m: Model, s: RunState, u: Int) -> None:
    x = s.res[u]
    place = m.nodes[m.res[x["goal"]]["node"]]["place_at"]
    if place >= 0:
        x["at"] = place
    lasts = _handling(m, s, u, place, m.place, m.place_stream[u], x["place_draws"])
    x["place_draws"] += 1
    _step(m, s, u, _PLACING, lasts)


@inlined
def _end_task(m: Model, s: RunState, u: Int) -> None:
    x = s.res[u]
    close(s, u, _DONE)
    set_slot(s, m.res[u]["end"], NEVER)
    part = x["part"]
    x["part"] = NONE
    admit(m, s, x["goal"], part, u, KEPT)
    _come_to_rest(m, s, u)


@inlined
def _come_to_rest(m: Model, s: RunState, u: Int) -> None:
    """Let a unit whose task is over be free for the next."""
    s.res[u]["task"] = NONE
    show_at_rest(m, s, u)
    if is_on(m, s, u):
        s.groups[m.res[u]["group"]]["idle"] += 1


@inlined
def _arrive_ahead(m: Model, s: RunState, u: Int) -> None:
    close(s, u, _DONE)
    set_slot(s, m.res[u]["end"], NEVER)
    s.res[u]["at"] = s.res[u]["goal"]
    _come_to_rest(m, s, u)


@inlined
def show_at_rest(m: Model, s: RunState, u: Int) -> None:
    """Let a unit without a task show whether it is on shift."""
    show(s, u, _IDLE if is_on(m, s, u) else _OFF_SHIFT)


@inlined
def end_step(m: Model, s: RunState, u: Int) -> None:
    """A step of a unit ends and the next begins."""
    state = s.res[u]["state"]
    if s.res[u]["errand"] == AHEAD:
        _arrive_ahead(m, s, u)
    elif state == _MOVING:
        _begin_picking(m, s, u)
    elif state == _PICKING:
        _begin_carrying(m, s, u)
    elif state == _CARRYING:
        _begin_placing(m, s, u)
    else:
        _end_task(m, s, u)

"""Robots and operators carry parts: a request is chosen, four steps follow."""

from typing import Any

import numpy as np

from twin.kernel.arrays import NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.draws import draw_time
from twin.kernel.flow import KEPT, admit, release, resource_at
from twin.kernel.jit import inlined
from twin.kernel.model import NONE
from twin.kernel.offers import drop_request, offered_part, target_of
from twin.kernel.records import close, show
from twin.kernel.servers import loses_server, touch
from twin.kernel.slots import noticed, set_slot
from twin.kernel.states import Ending, NodeKind, Serve, State

_DONE = np.int64(Ending.DONE)
_STATION = np.int64(NodeKind.STATION)
_CONVEYOR = np.int64(NodeKind.CONVEYOR)
_LONGEST_WAIT = np.int64(Serve.LONGEST_WAIT)
_NEAREST = np.int64(Serve.NEAREST)
_PRIORITY = np.int64(Serve.PRIORITY)
_IDLE = np.int64(State.IDLE)
_OFF_SHIFT = np.int64(State.OFF_SHIFT)
_MOVING = np.int64(State.MOVING)
_PICKING = np.int64(State.PICKING)
_CARRYING = np.int64(State.CARRYING)
_PLACING = np.int64(State.PLACING)

_EMPTY_HANDED, _LOADED = np.int64(0), np.int64(1)  # second index of Model.travel


@inlined
def is_on(m: Model, s: RunState, u: Int) -> bool:
    """Return whether a unit is on shift."""
    calendar = m.res[u]["calendar"]
    return calendar < 0 or s.shifts[calendar]["on"] == 1


@inlined
def _travel(m: Model, s: RunState, u: Int, loaded: Int, place: Int) -> Int:
    """Return how long a unit travels to a place; nothing declared costs nothing."""
    at = s.res[u]["at"]
    if at < 0 or place < 0:
        return np.int64(0)
    return m.travel[m.res[u]["group"], loaded, at, place]


@inlined
def _key(m: Model, s: RunState, u: Int, r: Int) -> Any:
    """Return the order in which unit u takes the request of resource r."""
    x, n = s.res[r], m.res[r]["node"]
    rule, rank = m.carriers[m.res[u]["group"]]["rule"], m.nodes[n]["rank"]
    since, priority = x["offered_since"], m.routes[x["row"]]["priority"]
    if rule == _LONGEST_WAIT:
        return (since, rank, np.int64(r), np.int64(0))
    if rule == _PRIORITY:
        return (priority, since, rank, np.int64(r))
    travel: Int = np.int64(0)
    if rule == _NEAREST:
        travel = _travel(m, s, u, _EMPTY_HANDED, m.nodes[n]["pick_at"])
    return (travel, rank, since, np.int64(r))


@inlined
def _assign_best(m: Model, s: RunState, group: Int) -> bool:
    """Give an idle unit of a group its request; return whether there was one."""
    c = m.carriers[group]
    best: tuple[Int, ...]
    unit: Int
    chosen: Int
    goal: Int
    best, unit, chosen, goal = (NEVER, NEVER, NEVER, NEVER), NONE, NONE, NONE
    for u in range(c["resource"], c["resource"] + c["units"]):
        if s.res[u]["task"] >= 0 or not is_on(m, s, u):
            continue
        r = np.int64(s.groups[group]["first"])
        while r >= 0:
            n = target_of(m, s, r)
            if n >= 0:
                key = _key(m, s, u, r)
                if key < best:
                    best, unit, chosen, goal = key, u, r, n
            r = np.int64(s.res[r]["after"])
        if c["rule"] != _NEAREST:
            break
    if unit < 0:
        return False
    _assign(m, s, group, unit, chosen, goal)
    return True


@inlined
def _assign(m: Model, s: RunState, group: Int, u: Int, r: Int, n: Int) -> None:
    """Reserve the place at node n and send a unit to the part that resource r offers."""
    x = s.res[u]
    drop_request(s, r, group)
    s.res[r]["unit"] = u
    x["task"] = r
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
    _step(m, s, u, _MOVING, _travel(m, s, u, _EMPTY_HANDED, place))


@inlined
def _step(m: Model, s: RunState, u: Int, state: Int, lasts: Int) -> None:
    """Begin a step of a unit."""
    close(s, u, _DONE)
    show(s, u, state)
    set_slot(s, m.res[u]["end"], noticed(s, s.glob[0]["now"] + lasts))


@inlined
def send_carriers(m: Model, s: RunState) -> None:
    """Send units until none can be sent, groups in order of declaration."""
    for group in range(s.glob[0]["groups"]):
        while s.groups[group]["idle"] > 0 and s.groups[group]["first"] >= 0:
            if not _assign_best(m, s, group):
                break


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
    release(m, s, r, u)
    place = m.nodes[m.res[x["goal"]]["node"]]["place_at"]
    _step(m, s, u, _CARRYING, _travel(m, s, u, _LOADED, place))


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
    x["task"] = NONE
    admit(m, s, x["goal"], part, u, KEPT)
    show_at_rest(m, s, u)
    if is_on(m, s, u):
        s.groups[m.res[u]["group"]]["idle"] += 1


@inlined
def show_at_rest(m: Model, s: RunState, u: Int) -> None:
    """Let a unit without a task show whether it is on shift."""
    show(s, u, _IDLE if is_on(m, s, u) else _OFF_SHIFT)


@inlined
def end_step(m: Model, s: RunState, u: Int) -> None:
    """A step of a unit ends and the next begins."""
    state = s.res[u]["state"]
    if state == _MOVING:
        _begin_picking(m, s, u)
    elif state == _PICKING:
        _begin_carrying(m, s, u)
    elif state == _CARRYING:
        _begin_placing(m, s, u)
    else:
        _end_task(m, s, u)

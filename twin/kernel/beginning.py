"""The beginning: parts inside, units under way and servers that are down, as a plant has them."""

from typing import Any

import numpy as np

from twin.kernel.arrays import AHEAD, CARRY, EMPTY, FINISHED, NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.calls import call_attendants, may_answer
from twin.kernel.cards import take_cards
from twin.kernel.crews import answer
from twin.kernel.disturbances import strike
from twin.kernel.extras import extra, node_extra
from twin.kernel.flow import NOT_KEPT, admit
from twin.kernel.jit import compiled, inlined
from twin.kernel.kits import lacks_component
from twin.kernel.log import PART_SHIFT
from twin.kernel.model import NONE
from twin.kernel.offers import offer
from twin.kernel.pool import take_part
from twin.kernel.records import count_entry, emit_fact
from twin.kernel.servers import draw_stages, enter_server, hold, reserve_server
from twin.kernel.slots import noticed, set_slot
from twin.kernel.stages import next_stage
from twin.kernel.states import Begin, Intake, NodeKind, Progress, State
from twin.kernel.traits import trait
from twin.kernel.units import begin_step, is_on, stand_for
from twin.kernel.vacancy import is_vacant, loses_server, may_start, touch

_CONVEYOR = np.int64(NodeKind.CONVEYOR)
_STATION = np.int64(NodeKind.STATION)
_ENTERED = np.int64(State.ENTERED)
_IDLE = np.int64(State.IDLE)
_ATTENDING = np.int64(State.ATTENDING)
_PLACING = np.int64(State.PLACING)
_UNIT = np.int64(Begin.UNIT)
_DOWN = np.int64(Begin.DOWN)
_SETUP = np.int64(Progress.SETUP)
_LOAD = np.int64(Progress.LOAD)
_PROCESS = np.int64(Progress.PROCESS)
_FINISHED = np.int64(Progress.FINISHED)
_GATHERED = np.int64(Progress.GATHERED)
_KIT = np.int64(Intake.KIT)
_BATCH = np.int64(Intake.BATCH)
_INITIAL = 1 << (PART_SHIFT - 1)  # numbers of parts inside at the start


@compiled
def _make(m: Model, s: RunState, k: Int, r: Int) -> Int:
    """Return a part inside at the start, as row k says, that enters the line at resource r."""
    row, now = m.initial[k], s.glob[0]["now"]
    n = row["node"]
    number = (np.int64(n) << PART_SHIFT) + _INITIAL + s.nodes[n]["created"]
    s.nodes[n]["created"] += 1
    part = take_part(m, s, number, row["product"])
    emit_fact(m, s, now, now, r, _ENTERED, part, r)
    count_entry(s)
    take_cards(m, s, NONE, n)
    s.parts[part]["entry"] = now - row["age"]
    s.parts[part]["since"] = now
    trait(s, part)["priority"] = row["priority"]
    trait(s, part)["due"] = row["due"]
    return part


# ---- parts ----


@compiled
def _leave(m: Model, s: RunState, r: Int, product: Int, stage: Int, left: Int) -> None:
    """Let a stage of an operation be under way, with so much left."""
    x = s.res[r]
    x["begun"] = 1
    if stage == _SETUP:
        extra(m, s, r)["setup"] = left
        return
    extra(m, s, r)["tooling"] = product
    extra(m, s, r)["setup"] = NONE
    if stage == _LOAD:
        extra(m, s, r)["load"] = left
        return
    extra(m, s, r)["load"] = NONE
    if stage == _PROCESS:
        extra(m, s, r)["full"] = x["rest"] = left
        return
    x["rest"] = NONE
    extra(m, s, r)["unload"] = left


@inlined
def _append(s: RunState, r: Int, part: Int) -> None:
    """Put a part to those that a server already holds."""
    last = np.int64(s.res[r]["part"])
    while s.parts[last]["next"] >= 0:
        last = np.int64(s.parts[last]["next"])
    s.parts[last]["next"] = part


@compiled
def _put_on_server(m: Model, s: RunState, k: Int, r: Int, part: Int) -> None:
    """Let a server hold a part, as far with it as row k says."""
    row, n = m.initial[k], m.res[r]["node"]
    if row["stage"] == _GATHERED:
        enter_server(m, s, r, part, r)
        return
    touch(s, r)
    s.nodes[n]["held"] += 1
    if m.nodes[n]["several"] == 1:
        s.parts[part]["next"] = NONE
        if s.res[r]["phase"] != EMPTY:
            _append(s, r, part)
            return
    loses_server(m, s, r)
    hold(s, r, part)
    if row["stage"] == _FINISHED:
        s.res[r]["phase"] = FINISHED
        offer(s, r)
        return
    draw_stages(m, s, r, row["product"])
    _leave(m, s, r, row["product"], row["stage"], row["left"])
    if m.nodes[n]["before"] == 1:
        offer(s, r)
    may_start(s, r)


@inlined
def _lacks(m: Model, s: RunState, r: Int, product: Int) -> Any:
    """Return whether an empty server has room for a part of a product."""
    node, x = m.nodes[m.res[r]["node"]], extra(m, s, r)
    if node["intake"] == _BATCH:
        fits = x["gathered"] + x["coming"] == 0 or node["batch_same"] == 0
        room = x["gathered"] + x["coming"] < node["batch_most"]
        return room and (fits or x["batch_of"] == product)
    return node["intake"] != _KIT or lacks_component(m, s, r, product)


@compiled
def _room_for(m: Model, s: RunState, n: Int, product: Int) -> Int:
    """Return the first server of a station with room for a part of a product."""
    r = np.int64(m.nodes[n]["resource"])
    while not (is_vacant(s, r) and _lacks(m, s, r, product)):
        r += 1
    return r


@inlined
def _server_for(m: Model, s: RunState, k: Int) -> Int:
    """Return the server on which the next part of row k is."""
    row = m.initial[k]
    r = np.int64(row["resource"])
    if r >= 0:
        return r
    if row["stage"] == _GATHERED:
        return np.int64(_room_for(m, s, np.int64(row["node"]), row["product"]))
    r = np.int64(m.nodes[row["node"]]["resource"])
    while s.res[r]["phase"] != EMPTY or extra(m, s, r)["gathered"] > 0:
        r += 1
    return r


@compiled
def _move_along(m: Model, s: RunState, r: Int, n: Int, part: Int, travelled: Int) -> None:
    """Let a part that has just got on a conveyor be so far on its way already."""
    x, node = s.nodes[n], m.nodes[n]
    trait(s, part)["until"] = node["transit"] - travelled
    clear_at = node["gap"] - travelled
    node_extra(m, s, n)["clear_at"] = clear_at
    x["clear"] = 1 if clear_at <= 0 else 0
    set_slot(s, m.res[r]["entry"], noticed(s, clear_at) if clear_at > 0 else NEVER)
    if x["parts"] == 1:
        set_slot(s, m.res[r]["end"], noticed(s, trait(s, part)["until"]))


@compiled
def _place_parts(m: Model, s: RunState, k: Int) -> None:
    """Put the parts of row k where they are."""
    row = m.initial[k]
    n = np.int64(row["node"])
    r = np.int64(NONE)
    for _ in range(row["count"]):
        if row["stage"] >= 0:
            if r < 0 or m.nodes[n]["several"] == 0 or row["stage"] == _GATHERED:
                r = np.int64(_server_for(m, s, k))
            _put_on_server(m, s, k, r, np.int64(_make(m, s, k, r)))
            continue
        r = np.int64(m.nodes[n]["resource"])
        part = np.int64(_make(m, s, k, r))
        admit(m, s, r, part, r, NOT_KEPT)
        if row["travelled"] >= 0:
            _move_along(m, s, r, n, part, row["travelled"])


# ---- units and servers that are down ----


@compiled
def _bring(m: Model, s: RunState, k: Int, u: Int) -> None:
    """Let a unit have a part in its hand, and a place be kept for that."""
    row, x = m.initial[k], s.res[u]
    n = np.int64(row["node"])
    part = np.int64(_make(m, s, k, u))
    goal = np.int64(m.nodes[n]["resource"])
    if m.nodes[n]["kind"] == _STATION:
        goal = np.int64(_room_for(m, s, n, row["product"]))
        reserve_server(m, s, goal, u, part)
    elif m.nodes[n]["kind"] == _CONVEYOR:
        node_extra(m, s, n)["reserved"] += 1
    s.nodes[n]["held"] += 1
    extra(m, s, u)["errand"] = CARRY
    x["part"] = part
    extra(m, s, u)["goal"] = goal
    if row["stage"] == _PLACING and m.nodes[n]["place_at"] >= 0:
        extra(m, s, u)["at"] = stand_for(m, s, u, part, m.nodes[n]["place_at"])


@compiled
def _attend(m: Model, s: RunState, k: Int, u: Int) -> None:
    """Let a unit be at a server that needs it, or on the way there."""
    r, group = np.int64(m.initial[k]["place"]), np.int64(m.res[u]["group"])
    if s.res[r]["down"] < 0 and s.res[r]["lacking"] < 0:
        call_attendants(m, s, r, next_stage(m, s, r))
    for j in range(m.nodes[m.res[r]["node"]]["call_count"]):
        c = m.res[r]["call"] + j
        if s.calls[c]["since"] >= 0 and may_answer(m, group, c):
            answer(m, s, group, u, c)
            set_slot(s, m.res[u]["end"], noticed(s, m.initial[k]["left"]))
            return


@compiled
def _set_out(m: Model, s: RunState, k: Int) -> None:
    """Let a unit be where it is, or under way."""
    row, u = m.initial[k], np.int64(m.initial[k]["resource"])
    x = extra(m, s, u)
    if row["stage"] == _ATTENDING:
        _attend(m, s, k, u)
        return
    if row["stage"] == _IDLE:
        x["at"] = row["place"]
        return
    if is_on(m, s, u):
        s.groups[m.res[u]["group"]]["idle"] -= 1
    x["task"] = u
    if row["product"] >= 0:
        _bring(m, s, k, u)
    else:
        x["errand"] = AHEAD
        x["goal"] = row["place"]
    begin_step(m, s, u, row["stage"], row["left"])


@compiled
def _take_down(m: Model, s: RunState, k: Int) -> None:
    """Let a server be down, with so much of its repair or maintenance left."""
    row, r = m.initial[k], np.int64(m.initial[k]["resource"])
    mode = np.int64(row["stage"])
    strike(m, s, r, mode)
    if m.modes[m.nodes[m.res[r]["node"]]["mode_first"] + mode]["call"] >= 0:
        extra(m, s, r)["mend"] = row["left"]
    else:
        set_slot(s, m.res[r]["repair"], noticed(s, s.glob[0]["now"] + row["left"]))


@compiled
def take_over(m: Model, s: RunState) -> None:
    """Let the line be as it is at the start."""
    for k in range(s.glob[0]["initials"]):
        if m.initial[k]["kind"] == _UNIT:
            _set_out(m, s, np.int64(k))
        elif m.initial[k]["kind"] == _DOWN:
            _take_down(m, s, np.int64(k))
        else:
            _place_parts(m, s, np.int64(k))
    for k in range(s.glob[0]["initials"]):
        n = m.initial[k]["node"]
        if n >= 0:
            s.nodes[n]["created"] = 0  # parts made there are counted by themselves

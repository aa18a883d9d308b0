"""Which idle unit takes which request: the rule of its group decides."""

from typing import Any

import numpy as np

from twin.kernel.arrays import NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.carriers import assign, go_ahead
from twin.kernel.jit import inlined
from twin.kernel.model import NONE
from twin.kernel.offers import target_of
from twin.kernel.states import Serve
from twin.kernel.units import EMPTY_HANDED, is_on, travel_to

_LONGEST_WAIT = np.int64(Serve.LONGEST_WAIT)
_NEAREST = np.int64(Serve.NEAREST)
_PRIORITY = np.int64(Serve.PRIORITY)
_FIRST_COME = np.int64(Serve.FIRST_COME)
_SEQUENCE = np.int64(Serve.SEQUENCE)


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
    if rule == _FIRST_COME:
        called = x["called_at"] if x["called_at"] >= 0 else s.glob[0]["now"]
        return (called, since, rank, np.int64(r))
    travel: Int = np.int64(0)
    if rule == _NEAREST:
        travel = travel_to(m, s, u, EMPTY_HANDED, m.nodes[n]["pick_at"])
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
    assign(m, s, group, unit, chosen, goal)
    return True


# ---- in a fixed sequence of nodes ----


@inlined
def turn_of(m: Model, s: RunState, u: Int) -> Int:
    """Return the node from which a unit picks next."""
    return m.sequences[m.carriers[m.res[u]["group"]]["turn_first"] + s.res[u]["turn"]]


@inlined
def _send_in_turn(m: Model, s: RunState, group: Int, u: Int) -> None:
    """Send a unit to the part it picks next, or ahead to where that will be."""
    n = turn_of(m, s, u)
    best: tuple[Int, ...]
    chosen: Int
    goal: Int
    best, chosen, goal = (NEVER, NEVER), NONE, NONE
    r = np.int64(s.groups[group]["first"])
    while r >= 0:
        if m.res[r]["node"] == n:
            to = target_of(m, s, r)
            key = (s.res[r]["offered_since"], np.int64(r))
            if to >= 0 and key < best:
                best, chosen, goal = key, r, to
        r = np.int64(s.res[r]["after"])
    if chosen >= 0:
        s.res[u]["turn"] = (s.res[u]["turn"] + 1) % m.carriers[group]["turn_count"]
        assign(m, s, group, u, chosen, goal)
    elif s.res[u]["at"] != m.nodes[n]["pick_at"]:
        go_ahead(m, s, group, u, m.nodes[n]["pick_at"])


@inlined
def send_carriers(m: Model, s: RunState) -> None:
    """Send units until none can be sent, groups in order of declaration."""
    for group in range(s.glob[0]["groups"]):
        c = m.carriers[group]
        if c["rule"] == _SEQUENCE:
            for u in range(c["resource"], c["resource"] + c["units"]):
                if s.res[u]["task"] < 0 and is_on(m, s, u):
                    _send_in_turn(m, s, group, u)
            continue
        while s.groups[group]["idle"] > 0 and s.groups[group]["first"] >= 0:
            if not _assign_best(m, s, group):
                break

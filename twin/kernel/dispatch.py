"""Which idle unit takes which request: the rule of its group decides."""

from typing import Any

import numpy as np

from twin.kernel.arrays import NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.carriers import assign, assign_exchange, go_ahead
from twin.kernel.crews import answer
from twin.kernel.deciding import worth_of_request
from twin.kernel.exchange import exchange_for
from twin.kernel.extras import extra
from twin.kernel.jit import compiled, inlined
from twin.kernel.model import NONE
from twin.kernel.offers import offered_part, target_of
from twin.kernel.states import Serve
from twin.kernel.units import EMPTY_HANDED, is_on, stand_for, travel_to

_LONGEST_WAIT = np.int64(Serve.LONGEST_WAIT)
_NEAREST = np.int64(Serve.NEAREST)
_PRIORITY = np.int64(Serve.PRIORITY)
_FIRST_COME = np.int64(Serve.FIRST_COME)
_SEQUENCE = np.int64(Serve.SEQUENCE)
_OWN = np.int64(Serve.OWN)
Key = tuple[Int, ...]

_WORST = (NEVER, NEVER, NEVER, NEVER, NEVER)
_OFFER = NEVER  # behind all calls of the same server


@inlined
def _key(m: Model, s: RunState, u: Int, r: Int) -> Any:
    """Return the order in which unit u takes the request of resource r."""
    x, n = s.res[r], m.res[r]["node"]
    rule, rank = m.carriers[m.res[u]["group"]]["rule"], m.nodes[n]["rank"]
    since, priority = x["offered_since"], m.routes[x["row"]]["priority"]
    if rule == _LONGEST_WAIT:
        return (since, rank, np.int64(r), _OFFER, np.int64(0))
    if rule == _PRIORITY:
        return (priority, since, rank, np.int64(r), _OFFER)
    if rule == _FIRST_COME:
        called = (
            extra(m, s, r)["called_at"] if extra(m, s, r)["called_at"] >= 0 else s.glob[0]["now"]
        )
        return (called, since, rank, np.int64(r), _OFFER)
    travel: Int = np.int64(0)
    if rule == _NEAREST or rule == _OWN:
        part = offered_part(m, s, r)
        stand = stand_for(m, s, u, part, m.nodes[n]["pick_at"])
        travel = travel_to(m, s, u, EMPTY_HANDED, stand)
    if rule == _OWN:
        k, part = m.carriers[m.res[u]["group"]]["function"], offered_part(m, s, r)
        travel = worth_of_request(m, s, k, part, n, since, travel)
    return (travel, rank, since, np.int64(r), _OFFER)


@inlined
def _key_of_call(m: Model, s: RunState, u: Int, c: Int) -> Any:
    """Return the order in which unit u answers a call; calls have no priority and no target."""
    r, which, since = m.calls[c]["server"], m.calls[c]["which"], s.calls[c]["since"]
    node = m.nodes[m.res[r]["node"]]
    rule, rank = m.carriers[m.res[u]["group"]]["rule"], node["rank"]
    if rule == _LONGEST_WAIT:
        return (since, rank, np.int64(r), np.int64(which), np.int64(0))
    if rule == _PRIORITY:
        return (np.int64(0), since, rank, np.int64(r), np.int64(which))
    if rule == _FIRST_COME:
        return (since, since, rank, np.int64(r), np.int64(which))
    travel: Int = np.int64(0)
    if rule == _NEAREST or rule == _OWN:
        travel = travel_to(m, s, u, EMPTY_HANDED, node["place_at"])
    if rule == _OWN:
        k = m.carriers[m.res[u]["group"]]["function"]
        travel = worth_of_request(m, s, k, NONE, m.res[r]["node"], since, travel)
    return (travel, rank, since, np.int64(r), np.int64(which))


@inlined
def _first_of(a: Key, b: Key) -> Key:
    """Return the smaller of two keys."""
    return a if a < b else b


@compiled
def _assign_best(m: Model, s: RunState, group: Int) -> bool:
    """Give an idle unit of a group its request or call; return whether there was one."""
    c = m.carriers[group]
    key: Key
    own: Key
    best: Key = _WORST
    best_own: Key = _WORST
    unit: Int = NONE
    chosen: Int = NONE
    goal: Int = NONE
    call: Int = NONE
    swap: Int = NONE
    for u in range(c["resource"], c["resource"] + c["units"]):
        if extra(m, s, u)["task"] >= 0 or not is_on(m, s, u):
            continue
        r = np.int64(s.groups[group]["first"])
        while r >= 0:
            v = exchange_for(m, s, group, r) if c["exchange"] >= 0 else np.int64(NONE)
            n = target_of(m, s, r) if v < 0 else np.int64(m.res[v]["node"])
            if n >= 0:
                key = _key(m, s, u, r)
                own = key if v >= 0 else _WORST
                if v >= 0:
                    key = _first_of(key, _key(m, s, u, v))
                if key < best or (key == best and own < best_own):
                    best, best_own, swap = key, own, v
                    unit, chosen, goal, call = u, r, n, NONE
            r = np.int64(extra(m, s, r)["after"])
        if s.groups[group]["open"] > 0:
            for k in range(m.duty_first[group], m.duty_first[group + 1]):
                d = np.int64(m.duties[k])
                if s.calls[d]["since"] >= 0:
                    key = _key_of_call(m, s, u, d)
                    if key < best:
                        best, best_own, unit, call, swap = key, _WORST, u, d, NONE
        if c["rule"] != _NEAREST and c["rule"] != _OWN:
            break
    if call >= 0:
        answer(m, s, group, unit, call)
    elif swap >= 0:
        assign_exchange(m, s, group, unit, chosen, swap)
    elif unit >= 0:
        assign(m, s, group, unit, chosen, goal)
    return bool(unit >= 0)


# ---- in a fixed sequence of nodes ----


@inlined
def turn_of(m: Model, s: RunState, u: Int) -> Int:
    """Return the node from which a unit picks next."""
    return m.sequences[m.carriers[m.res[u]["group"]]["turn_first"] + extra(m, s, u)["turn"]]


@compiled
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
        r = np.int64(extra(m, s, r)["after"])
    if chosen >= 0:
        extra(m, s, u)["turn"] = (extra(m, s, u)["turn"] + 1) % m.carriers[group]["turn_count"]
        assign(m, s, group, u, chosen, goal)
    elif extra(m, s, u)["at"] != m.nodes[n]["pick_at"]:
        go_ahead(m, s, group, u, m.nodes[n]["pick_at"])


@inlined
def send_carriers(m: Model, s: RunState) -> None:
    """Send units until none can be sent, groups in order of declaration."""
    for group in range(s.glob[0]["groups"]):
        c = m.carriers[group]
        if c["rule"] == _SEQUENCE:
            for u in range(c["resource"], c["resource"] + c["units"]):
                if extra(m, s, u)["task"] < 0 and is_on(m, s, u):
                    _send_in_turn(m, s, group, u)
            continue
        x = s.groups[group]
        while x["idle"] > 0 and (x["first"] >= 0 or x["open"] > 0):
            if not _assign_best(m, s, group):
                break

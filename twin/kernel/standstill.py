"""Whether a line stands still for good."""

import numpy as np

from twin.kernel.arrays import (
    EMPTY,
    FAILURE_STRIKES,
    FALLS_ASLEEP,
    FINISHED,
    MAINTENANCE_DUE,
    NEVER,
    SHIFT_CHANGES,
    UNSTARTED,
    Int,
    Model,
)
from twin.kernel.arrays import State as RunState
from twin.kernel.calls import may_be_answered
from twin.kernel.dispatch import turn_of
from twin.kernel.extras import node_extra
from twin.kernel.jit import compiled, inlined
from twin.kernel.offers import lacking_card, offered_part
from twin.kernel.ovens import gathering_server, is_batch_ready
from twin.kernel.states import Intake, NodeKind, Serve
from twin.kernel.vacancy import is_vacant

_SOURCE = np.int64(NodeKind.SOURCE)
_BUFFER = np.int64(NodeKind.BUFFER)
_CONVEYOR = np.int64(NodeKind.CONVEYOR)
_STATION = np.int64(NodeKind.STATION)
_SINGLE = np.int64(Intake.SINGLE)
_BATCH = np.int64(Intake.BATCH)
_CAMPAIGN = np.int64(Intake.CAMPAIGN)
_SEQUENCE = np.int64(Serve.SEQUENCE)


@inlined
def _has_room(m: Model, s: RunState, n: Int) -> bool:
    """Return whether a server of station n is vacant, on shift or not."""
    for r in range(m.nodes[n]["resource"], m.nodes[n]["resource"] + m.nodes[n]["capacity"]):
        if is_vacant(s, r):
            return True
    return False


@compiled
def _would_accept(m: Model, s: RunState, r: Int, n: Int) -> bool:
    """Return whether node n accepts what resource r offers, or will once shifts begin."""
    node, x = m.nodes[n], s.nodes[n]
    if lacking_card(m, s, m.res[r]["node"], n) >= 0:
        return False
    if node["kind"] == _STATION:
        if node["intake"] != _SINGLE:
            product = s.parts[offered_part(m, s, r)]["product"]
            return bool(gathering_server(m, s, n, product, 0) >= 0)
        return _has_room(m, s, n)
    if node["kind"] == _CONVEYOR and (x["clear"] == 0 or node_extra(m, s, n)["reserved"] > 0):
        return False  # a belt that stands still, or whose entry is promised
    if node["kind"] == _CONVEYOR or node["kind"] == _BUFFER:
        return node["capacity"] < 0 or x["held"] < node["capacity"]
    return True


@inlined
def _is_anyones_turn(m: Model, s: RunState, group: Int, n: Int) -> bool:
    """Return whether a part of node n may be carried next, by the sequence of its group."""
    if group < 0 or m.carriers[group]["rule"] != _SEQUENCE:
        return True
    c = m.carriers[group]
    for u in range(c["resource"], c["resource"] + c["units"]):
        if turn_of(m, s, u) == n:
            return True
    return False


@compiled
def _waits_for_shift(m: Model, s: RunState, r: Int) -> bool:
    """Return whether a shift that begins could bring, move or start a part of resource r."""
    x = s.res[r]
    station = m.res[r]["kind"] == _STATION
    changes = station and m.nodes[m.res[r]["node"]]["intake"] == _CAMPAIGN
    held_up = x["phase"] == UNSTARTED and x["offered"] == 1
    if station and not held_up and (x["phase"] != EMPTY or changes) and x["phase"] != FINISHED:
        return x["lacking"] <= 0 and (x["down"] < 0 or s.due[m.res[r]["repair"]] != NEVER)
    if m.res[r]["kind"] == _SOURCE and node_extra(m, s, m.res[r]["node"])["paused"] >= 0:
        return True
    loading = x["phase"] == EMPTY and m.nodes[m.res[r]["node"]]["intake"] == _BATCH
    if loading and is_batch_ready(m, s, r):
        return True
    if x["offered"] == 0 or x["row"] < 0:
        return False
    route = m.routes[x["row"]]
    if not _is_anyones_turn(m, s, route["carrier"], m.res[r]["node"]):
        return False
    first, last = route["first"], route["first"] + route["count"]
    if x["choice"] >= 0:
        first = np.int64(x["choice"])
        last = first + route["span"]
    for k in range(first, last):
        if _would_accept(m, s, r, m.options[k]["target"]):
            return True
    return False


@inlined
def _is_idle_end(kind: Int) -> bool:
    """Return whether an end of this kind can come though the line stands still."""
    fails = kind == FAILURE_STRIKES or kind == MAINTENANCE_DUE
    return kind == SHIFT_CHANGES or fails or kind == FALLS_ASLEEP


@inlined
def is_dead(m: Model, s: RunState, slot: Int) -> bool:
    """Return whether parts are inside and nothing but shifts and failures can ever happen."""
    if s.due[slot] != NEVER and not _is_idle_end(m.slots[slot]["kind"]):
        return False
    if s.glob[0]["inside"] == 0 or s.glob[0]["external"] > 0:
        return False
    for k in range(s.glob[0]["slots"]):
        if s.due[k] != NEVER and not _is_idle_end(m.slots[k]["kind"]):
            return False
    if may_be_answered(m, s):
        return False
    for r in range(s.glob[0]["resources"]):
        if m.res[r]["node"] >= 0 and _waits_for_shift(m, s, r):
            return False
    return True

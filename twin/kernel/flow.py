"""Parts are made, leave nodes and enter nodes."""

import numpy as np

from twin.kernel.arrays import NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.belts import enter_belt, leave_belt, stop_belt
from twin.kernel.cards import give_cards, take_cards
from twin.kernel.diary import tell_arrival
from twin.kernel.extras import extra, node_extra
from twin.kernel.jit import compiled, inlined
from twin.kernel.lists import append_part, drop_head
from twin.kernel.log import PART_SHIFT
from twin.kernel.mixes import draw_product
from twin.kernel.model import NONE
from twin.kernel.offers import (
    begins_to_accept,
    offer,
    offered_part,
    target_of,
    wake_gatherers,
    withdraw,
)
from twin.kernel.patience import await_patience, drop_impatient, end_patience
from twin.kernel.pool import give_part, take_part
from twin.kernel.queues import enter_buffer
from twin.kernel.records import count_entry, count_leaving, emit, emit_fact
from twin.kernel.reworks import count_rework
from twin.kernel.servers import enter_server, leave_server, reserve_server, server_for
from twin.kernel.slots import noticed, set_slot
from twin.kernel.states import Ending, NodeKind, State
from twin.kernel.traits import trait
from twin.kernel.urgency import gives_way
from twin.kernel.vacancy import gains_server, is_vacant, may_start, touch

_SOURCE = np.int64(NodeKind.SOURCE)
_BUFFER = np.int64(NodeKind.BUFFER)
_CONVEYOR = np.int64(NodeKind.CONVEYOR)
_STATION = np.int64(NodeKind.STATION)
_SINK = np.int64(NodeKind.SINK)
_WAITING = np.int64(State.WAITING)
_CONVEYED = np.int64(State.CONVEYED)
_ENTERED = np.int64(State.ENTERED)
_FINISHED = np.int64(State.FINISHED)
_SCRAPPED = np.int64(State.SCRAPPED)
_EXPIRED = np.int64(Ending.EXPIRED)
NOT_KEPT, KEPT = np.int64(0), np.int64(1)  # whether the place of an entering part was reserved


# ---- sources ----


@inlined
def create_part(m: Model, s: RunState, r: Int, row: Int) -> None:
    """Let a source make a part, as a row of its list says if there is one."""
    n = np.int64(m.res[r]["node"])
    if m.nodes[n]["limit"] >= 0 and s.nodes[n]["created"] >= m.nodes[n]["limit"]:
        return
    product: Int
    if row >= 0 and m.arrivals[row]["product"] >= 0:
        product = m.arrivals[row]["product"]
    else:
        product = draw_product(m, s, n)
    part = make_part(m, s, r, product)
    if row >= 0:
        trait(s, part)["due"] = m.arrivals[row]["due"]
        if m.arrivals[row]["own_priority"] == 1:
            trait(s, part)["priority"] = m.arrivals[row]["priority"]


@inlined
def make_part(m: Model, s: RunState, r: Int, product: Int) -> Int:
    """Let a part of a product wait at a source; it is offered when no other waits before it."""
    n = np.int64(m.res[r]["node"])
    x = s.nodes[n]
    part = take_part(m, s, (n << PART_SHIFT) + s.nodes[n]["created"], product)
    s.nodes[n]["created"] += 1
    append_part(s, n, part)
    if x["parts"] == 1:
        offer(s, r)
    else:
        wake_gatherers(m, s, n)
    if m.nodes[n]["patience"] >= 0:
        await_patience(m, s, r, n, part)
    return part


@inlined
def enter_line(m: Model, s: RunState, r: Int, part: Int, cause: Int) -> None:
    """Let a part of a source enter the line."""
    now = s.glob[0]["now"]
    emit_fact(m, s, s.parts[part]["since"], now, r, _ENTERED, part, cause)
    s.parts[part]["entry"] = now
    count_entry(s)


@inlined
def _leave_source(m: Model, s: RunState, r: Int, n: Int, taker: Int) -> Int:
    part = drop_head(s, n)
    if m.nodes[n]["patience"] >= 0:
        end_patience(m, s, r, n, part)
    enter_line(m, s, r, part, taker)
    if m.nodes[n]["saturated"] == 1:
        create_part(m, s, r, NONE)
    elif s.nodes[n]["parts"] > 0:
        offer(s, r)
    return part


# ---- buffers and conveyors ----


@inlined
def _leave_buffer(m: Model, s: RunState, r: Int, n: Int, taker: Int) -> Int:
    part = drop_head(s, n)
    if m.nodes[n]["patience"] >= 0:
        end_patience(m, s, r, n, part)
    end_wait_in_buffer(m, s, r, n, part, taker)
    if s.nodes[n]["parts"] > 0:
        offer(s, r)
    return part


@inlined
def end_wait_in_buffer(m: Model, s: RunState, r: Int, n: Int, part: Int, cause: Int) -> None:
    """A part that left the list of a buffer gives its place up."""
    x = s.nodes[n]
    emit(m, s, s.parts[part]["since"], s.glob[0]["now"], r, _WAITING, part, cause)
    if x["held"] == m.nodes[n]["capacity"]:
        begins_to_accept(s, n)
    x["held"] -= 1


@inlined
def _await_head(m: Model, s: RunState, r: Int, n: Int) -> None:
    """Let the head part of a conveyor be due at its end."""
    x, now = s.nodes[n], s.glob[0]["now"]
    arrival = max(
        trait(s, x["head"])["until"], node_extra(m, s, n)["last_leave"] + m.nodes[n]["gap"]
    )
    set_slot(s, m.res[r]["end"], noticed(s, max(arrival, now)))


@inlined
def _bar_entry(m: Model, s: RunState, r: Int, n: Int) -> None:
    """Keep the entry of a conveyor barred for one gap."""
    s.nodes[n]["clear"] = 0
    set_slot(s, m.res[r]["entry"], noticed(s, s.glob[0]["now"] + m.nodes[n]["gap"]))


@compiled
def _leave_conveyor(m: Model, s: RunState, r: Int, n: Int, taker: Int) -> Int:
    part = drop_head(s, n)
    x, now = s.nodes[n], s.glob[0]["now"]
    emit(m, s, s.parts[part]["since"], now, r, _CONVEYED, part, taker)
    node_extra(m, s, n)["last_leave"] = now
    x["held"] -= 1
    if x["parts"] + 1 == m.nodes[n]["capacity"]:
        _bar_entry(m, s, r, n)
    if x["parts"] > 0:
        _await_head(m, s, r, n)
    return part


@compiled
def _enter_conveyor(m: Model, s: RunState, r: Int, n: Int, part: Int) -> None:
    append_part(s, n, part)
    trait(s, part)["until"] = s.glob[0]["now"] + m.nodes[n]["transit"]
    _bar_entry(m, s, r, n)
    if s.nodes[n]["parts"] == 1:
        _await_head(m, s, r, n)


@compiled
def bring_head(m: Model, s: RunState, r: Int) -> None:
    """The head part of a conveyor reaches the end."""
    n = m.res[r]["node"]
    if m.nodes[n]["stops"] == 1:
        stop_belt(m, s, r, n)
        return
    set_slot(s, m.res[r]["end"], NEVER)
    offer(s, r)


@compiled
def clear_entry(m: Model, s: RunState, r: Int) -> None:
    """The entry of a conveyor clears."""
    set_slot(s, m.res[r]["entry"], NEVER)
    n = m.res[r]["node"]
    s.nodes[n]["clear"] = 1
    begins_to_accept(s, n)


# ---- any node ----


@inlined
def release(m: Model, s: RunState, r: Int, taker: Int) -> Int:
    """Take the part that resource r offers out of its node; `taker` is the resource it goes to."""
    withdraw(m, s, r)
    kind, n = m.res[r]["kind"], m.res[r]["node"]
    if kind == _STATION:
        part = leave_server(m, s, r, taker)
    elif kind == _BUFFER:
        part = _leave_buffer(m, s, r, n, taker)
    elif kind == _CONVEYOR:
        stops = m.nodes[n]["stops"] == 1
        part = leave_belt(m, s, r, n, taker) if stops else _leave_conveyor(m, s, r, n, taker)
    else:
        part = _leave_source(m, s, r, n, taker)
    return part


@inlined
def leave_line(m: Model, s: RunState, part: Int, r: Int, state: Int, cause: Int) -> None:
    """Let a part leave the line at resource r, finished or scrapped."""
    give_cards(m, s, m.res[r]["node"], NONE)
    emit_fact(m, s, s.parts[part]["entry"], s.glob[0]["now"], r, state, part, cause)
    count_leaving(s, part, state)
    give_part(s, part)


@compiled
def expire(m: Model, s: RunState, r: Int) -> None:
    """The patience of a part in a buffer or outside is over: it leaves the line there."""
    n = m.res[r]["node"]
    part = drop_impatient(m, s, r, n)
    if m.res[r]["kind"] == _BUFFER:
        end_wait_in_buffer(m, s, r, n, part, _EXPIRED)
    else:
        enter_line(m, s, r, part, _EXPIRED)
    wake_gatherers(m, s, n)
    leave_line(m, s, part, r, _SCRAPPED, _EXPIRED)


@inlined
def admit(m: Model, s: RunState, r: Int, part: Int, deliverer: Int, kept: Int) -> None:
    """Put a part into the node of resource r; `kept`: its place was reserved (1) or not (0)."""
    kind, n = m.res[r]["kind"], m.res[r]["node"]
    s.parts[part]["since"] = s.glob[0]["now"]
    if s.glob[0]["telling"] == 1 and kind != _SINK:
        tell_arrival(s, r, part)
    if kind == _STATION:
        enter_server(m, s, r, part, deliverer)
    elif kind == _BUFFER:
        s.nodes[n]["held"] += 1 - kept
        enter_buffer(m, s, r, n, part)
        wake_gatherers(m, s, n)
    elif kind == _CONVEYOR:
        s.nodes[n]["held"] += 1 - kept
        node_extra(m, s, n)["reserved"] -= kept
        if m.nodes[n]["stops"] == 1:
            enter_belt(m, s, r, n, part)
        else:
            _enter_conveyor(m, s, r, n, part)
        wake_gatherers(m, s, n)
    else:
        s.nodes[n]["held"] -= kept
        state = _FINISHED if m.nodes[n]["good"] == 1 else _SCRAPPED
        leave_line(m, s, part, r, state, deliverer)


@inlined
def resource_at(m: Model, s: RunState, n: Int, product: Int) -> Int:
    """Return the resource of node n that takes the next part, which is of a product."""
    if m.nodes[n]["kind"] == _STATION:
        return np.int64(server_for(m, s, n, product))
    return np.int64(m.nodes[n]["resource"])


@compiled
def _keep_place(m: Model, s: RunState, r: Int, n: Int) -> None:
    """Keep a place at node n for the part of a server, which may be begun now."""
    part = np.int64(s.res[r]["part"])
    to = np.int64(resource_at(m, s, n, s.parts[part]["product"]))
    if m.nodes[n]["kind"] == _STATION:
        reserve_server(m, s, to, r, part)
    elif m.nodes[n]["kind"] == _CONVEYOR:
        node_extra(m, s, n)["reserved"] += 1
    s.nodes[n]["held"] += 1
    count_rework(m, s, r, part, n)
    if m.routes[s.res[r]["row"]]["carded"] == 1:
        take_cards(m, s, m.res[r]["node"], n)
    withdraw(m, s, r)
    extra(m, s, r)["goal"] = to
    may_start(s, r)
    touch(s, r)


@compiled
def _go_to_kept(m: Model, s: RunState, r: Int) -> None:
    """Move the finished part of a server to the place that was kept for it."""
    to = np.int64(extra(m, s, r)["goal"])
    extra(m, s, r)["goal"] = NONE
    if m.routes[s.res[r]["row"]]["carded"] == 1:
        give_cards(m, s, m.res[r]["node"], m.res[to]["node"])
    admit(m, s, to, release(m, s, r, to), r, KEPT)


@compiled
def give_up_place(m: Model, s: RunState, r: Int) -> None:
    """Free the place that was kept for the part of a server, which is scrapped."""
    to = np.int64(extra(m, s, r)["goal"])
    if to < 0:
        return
    n, kind = np.int64(m.res[to]["node"]), m.res[to]["kind"]
    extra(m, s, r)["goal"] = NONE
    if kind == _STATION:
        s.res[to]["reserved"] = NONE
        touch(s, to)
        if is_vacant(s, to):
            gains_server(m, s, to)
    elif kind == _CONVEYOR:
        node_extra(m, s, n)["reserved"] -= 1
    if kind != _STATION:
        begins_to_accept(s, n)
    s.nodes[n]["held"] -= 1
    if m.routes[s.res[r]["row"]]["carded"] == 1:
        give_cards(m, s, n, m.res[r]["node"])


@inlined
def _where_to(m: Model, s: RunState, r: Int) -> Int:
    """Return the resource to which the offer of resource r moves now, NONE if none accepts it."""
    n = s.res[r]["target"]
    if n < 0:
        return _leave_branching(m, s, r)
    if s.nodes[n]["free"] == 0 or s.nodes[n]["held"] >= s.nodes[n]["most"]:
        return np.int64(NONE)
    to = s.res[r]["to"]
    return to if to >= 0 else _vacant_server(m, s, n)


@compiled
def _vacant_server(m: Model, s: RunState, n: Int) -> Int:
    """Return the first server of a station that accepts."""
    r = m.nodes[n]["resource"]
    while not is_vacant(s, r):
        r += 1
    return np.int64(r)


@compiled
def _leave_branching(m: Model, s: RunState, r: Int) -> Int:
    """Return where an offer moves now, NONE: it stays; on its way it takes and gives cards."""
    before = m.nodes[m.res[r]["node"]]["before"] == 1
    if before and extra(m, s, r)["goal"] >= 0:
        _go_to_kept(m, s, r)
        return np.int64(NONE)
    n = target_of(m, s, r)
    if n < 0:
        return np.int64(NONE)
    if before:
        _keep_place(m, s, r, n)
        return np.int64(NONE)
    part = offered_part(m, s, r)
    to: Int
    if m.nodes[n]["preempt"] > 0 and s.nodes[n]["free"] == 0:
        to = gives_way(m, s, n, part)
    else:
        to = resource_at(m, s, n, s.parts[part]["product"])
    count_rework(m, s, r, part, n)
    if m.routes[s.res[r]["row"]]["carded"] == 1:
        take_cards(m, s, m.res[r]["node"], n)
        give_cards(m, s, m.res[r]["node"], n)
    return np.int64(to)


@inlined
def move(m: Model, s: RunState, r: Int) -> None:
    """Move the offer of resource r, or let it be if no target accepts it."""
    to = _where_to(m, s, r)
    if to >= 0:
        admit(m, s, to, release(m, s, r, to), r, NOT_KEPT)

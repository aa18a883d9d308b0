"""The commonest ends and arrivals, done at once: a part goes on and the next one is begun.

A line of stations with buffers between them spends most of its time so: a part moves to where
nothing follows from it, or begins to be worked on there, and the server takes the next part of its
buffer.  If nothing else is due at this instant, and nobody but these neighbours can be concerned,
all of it is known beforehand, and the line need not settle.  Whatever is not of this kind is left
to the settling, which gives the same.
"""

import numpy as np

from twin.kernel.ageing import run_clocks, stop_clocks
from twin.kernel.arrays import EMPTY, FINISHED, WORKING, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.draws import draw_next
from twin.kernel.extras import extra
from twin.kernel.flow import end_wait_in_buffer, enter_line, leave_line
from twin.kernel.jit import compiled, inlined
from twin.kernel.lists import append_part, drop_head
from twin.kernel.log import PART_SHIFT
from twin.kernel.mixes import count_mixed, next_product
from twin.kernel.model import NONE
from twin.kernel.offers import offer, offer_one_way
from twin.kernel.pool import take_part
from twin.kernel.records import close
from twin.kernel.slots import first_slot, noticed, set_slot_here
from twin.kernel.states import Ending, NodeKind, State
from twin.kernel.vacancy import gains_server, touch

_STATION = np.int64(NodeKind.STATION)
_BUFFER = np.int64(NodeKind.BUFFER)
_SINK = np.int64(NodeKind.SINK)
_DONE = np.int64(Ending.DONE)
_WORKING = np.int64(State.WORKING)
_STARVED = np.int64(State.STARVED)
_BLOCKED = np.int64(State.BLOCKED)
_FINISHED = np.int64(State.FINISHED)
_SCRAPPED = np.int64(State.SCRAPPED)
_UNKNOWN = np.int64(-2)  # the line has to settle to tell


@inlined
def _has_room(s: RunState, n: Int) -> bool:
    """Return whether a node of the kind that a WAY leads to takes a part now."""
    x = s.nodes[n]
    return bool(x["free"] > 0 and x["held"] < x["most"])


@inlined
def _show(s: RunState, r: Int, state: Int) -> None:
    """Let a server whose record is closed show a state."""
    s.res[r]["state"] = state
    s.res[r]["since"] = s.glob[0]["now"]


@inlined
def _begin(m: Model, s: RunState, r: Int, part: Int) -> None:
    """Begin to work on a part on a server that has nothing to do first; its record is closed."""
    x, n, now = s.res[r], m.res[r]["node"], s.glob[0]["now"]
    node, d = m.nodes[n], m.process[n, s.parts[part]["product"]]
    s.parts[part]["since"] = now
    x["part"] = part
    x["rest"] = draw_next(m, s, r, d, node["pace"], node["process_stream"])
    if m.res[r]["extra"] > 0:
        extra(m, s, r)["full"] = x["rest"]
    x["lacking"] = NONE
    x["begun"] = 1
    x["phase"] = WORKING
    _show(s, r, _WORKING)
    due = noticed(s, now + x["rest"])
    run_clocks(m, s, r, due)
    set_slot_here(s, m.res[r]["end"], due)


@inlined
def _next_server(m: Model, s: RunState, product: Int, to: Int) -> Int:
    """Return the server that a part put into a plain resource goes on to at once, NONE: it stays.

    A sink is NONE too; _UNKNOWN where the line has to settle.
    """
    n, kind = m.res[to]["node"], m.res[to]["kind"]
    if kind == _SINK or (kind == _BUFFER and s.nodes[n]["parts"] > 0):
        return np.int64(NONE)
    if kind == _STATION:
        return to
    way = m.ways[n, product]
    if way["target"] < 0:
        return _UNKNOWN
    if not _has_room(s, way["target"]):
        return np.int64(NONE)
    after = way["to"]
    plain = after >= 0 and m.res[after]["passes"] == 1 and m.res[after]["kind"] == _STATION
    return after if plain else _UNKNOWN


@inlined
def pass_on(m: Model, s: RunState, r: Int) -> bool:
    """Do all that follows from the end of a server's operation, if it is of this kind.

    Returns
    -------
    bool
        Whether it was; else nothing has been done.
    """
    g, x, n = s.glob[0], s.res[r], m.res[r]["node"]
    if m.res[r]["passes"] == 0 or x["phase"] != WORKING or s.nodes[n]["on"] == 0:
        return False
    if not _is_alone(s):
        return False
    part = x["part"]
    product = s.parts[part]["product"]
    way = m.ways[n, product]
    if way["target"] < 0:
        return False
    if not _has_room(s, way["target"]):
        _end_work(m, s, r)
        x["phase"] = FINISHED
        offer_one_way(s, r, way)
        _show(s, r, _BLOCKED)
        return True
    to = way["to"]
    if to < 0 or m.res[to]["passes"] == 0:
        return False
    server = _next_server(m, s, product, to)
    if server == _UNKNOWN:
        return False
    _end_work(m, s, r)
    _put(m, s, part, r, to, server)
    following = _take_next(m, s, r, n)
    for _ in range(2):  # one place where work begins: it is long
        if server >= 0:
            _begin(m, s, server, part)
        server, part = r if following >= 0 else np.int64(NONE), following
    if g["fresh"] + g["woken"] + g["touched"] > 0:
        g["unsettled"] = 1
        g["interrupted"] = 1  # this was a part of the settling: work of no length ends after it
    return True


@compiled
def pass_in(m: Model, s: RunState, r: Int) -> bool:
    """Let a part that comes to a source enter the line, if what follows is of this kind.

    Returns
    -------
    bool
        Whether it has; else nothing has been done.
    """
    g, n = s.glob[0], m.res[r]["node"]
    if m.res[r]["passes"] == 0 or s.nodes[n]["parts"] > 0 or g["spare"] <= g["brim"]:
        return False
    limit = m.nodes[n]["limit"]
    if not _is_alone(s) or (limit >= 0 and s.nodes[n]["created"] >= limit):
        return False
    product = next_product(m, s, n)
    way = m.ways[n, product]
    to = way["to"]
    if to < 0 or m.res[to]["passes"] == 0 or m.res[to]["kind"] == _SINK:
        return False
    if not _has_room(s, way["target"]):
        return False
    server = _next_server(m, s, product, to)
    if server == _UNKNOWN:
        return False
    part = take_part(m, s, (n << PART_SHIFT) + s.nodes[n]["created"], product)
    s.nodes[n]["created"] += 1
    count_mixed(m, s, n)
    enter_line(m, s, r, part, to)
    _put(m, s, part, r, to, server)
    if server >= 0:
        _begin(m, s, server, part)
    return True


@inlined
def _is_alone(s: RunState) -> bool:
    """Return whether the line is settled but for this end, nobody watches, and it may go on."""
    g = s.glob[0]
    return bool(
        g["ends"] == 1
        and g["unsettled"] == 0
        and g["telling"] == 0
        and s.due[first_slot(s)] > g["now"]
        and g["total"] < g["most_total"]
    )


@inlined
def _end_work(m: Model, s: RunState, r: Int) -> None:
    """End the work of a server."""
    close(m, s, r, _DONE)
    s.res[r]["ended"] = s.glob[0]["now"]
    s.res[r]["rest"] = NONE
    stop_clocks(m, s, r)


@inlined
def _put(m: Model, s: RunState, part: Int, r: Int, to: Int, server: Int) -> None:
    """Move a part from server r to a plain resource; on `server` there or behind work begins."""
    n, kind = m.res[to]["node"], m.res[to]["kind"]
    if kind == _SINK:
        leave_line(m, s, part, to, _FINISHED if m.nodes[n]["good"] == 1 else _SCRAPPED, r)
    elif server >= 0:
        close(m, s, server, r if server == to else to)
        at = m.res[server]["node"]
        s.nodes[at]["free"] -= 1
        s.nodes[at]["held"] += 1
    else:
        _stay(m, s, part, to)


@inlined
def _stay(m: Model, s: RunState, part: Int, r: Int) -> None:
    """Put a part into a plain buffer, where it stays for now."""
    n = m.res[r]["node"]
    s.parts[part]["since"] = s.glob[0]["now"]
    s.nodes[n]["held"] += 1
    append_part(s, n, part)
    if s.nodes[n]["parts"] == 1:
        offer_one_way(s, r, m.ways[n, s.parts[part]["product"]])


@inlined
def _take_next(m: Model, s: RunState, r: Int, n: Int) -> Int:
    """Return the next part from the buffer of a server that is empty now; NONE: it starves."""
    a = m.sole_feeder[n]
    plain = a >= 0 and m.res[a]["passes"] == 1 and m.res[a]["kind"] == _BUFFER
    if plain and s.res[a]["offered"] == 1 and s.res[a]["target"] == n:
        b = m.res[a]["node"]
        part = drop_head(s, b)
        end_wait_in_buffer(m, s, a, b, part, r)
        s.res[a]["offered"] = 0
        if s.nodes[b]["parts"] > 0:
            way = m.ways[b, s.parts[s.nodes[b]["head"]]["product"]]
            if way["target"] == n:
                offer_one_way(s, a, way)
            else:
                offer(s, a)
        return np.int64(part)
    s.res[r]["part"] = NONE
    s.res[r]["phase"] = EMPTY
    s.nodes[n]["held"] -= 1
    if plain and s.res[a]["offered"] == 0:
        s.nodes[n]["free"] += 1
        _show(s, r, _STARVED)
    else:
        gains_server(m, s, r)
        touch(s, r)
    return np.int64(NONE)

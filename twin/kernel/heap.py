"""Direct offers to be tried, in a heap: the one that moves first is at its root."""

from typing import Any

from twin.kernel.arrays import Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.jit import compiled, inlined


@inlined
def _ahead(m: Model, s: RunState, a: Any, b: Any) -> bool:
    """Return whether the offer of resource a moves before that of b."""
    p, q = m.routes[s.res[a]["row"]]["priority"], m.routes[s.res[b]["row"]]["priority"]
    if p != q:
        return p < q
    t, u = s.res[a]["offered_since"], s.res[b]["offered_since"]
    if t != u:
        return t < u
    return m.res[a]["order"] < m.res[b]["order"]


@inlined
def push_offer(m: Model, s: RunState, r: Int) -> None:
    """Put a direct offer among those to be tried."""
    if s.res[r]["heaped"] == 1:
        return
    s.res[r]["heaped"] = 1
    heap, i = s.heap, s.glob[0]["heap"]
    s.glob[0]["heap"] = i + 1
    while i > 0:
        parent = (i - 1) >> 1
        if not _ahead(m, s, r, heap[parent]):
            break
        heap[i] = heap[parent]
        i = parent
    heap[i] = r


@inlined
def _sink_down(m: Model, s: RunState, r: Int, size: Any) -> None:
    """Put resource r where the root of a heap of `size` was."""
    heap, i = s.heap, 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and _ahead(m, s, heap[child + 1], heap[child]):
            child += 1
        if not _ahead(m, s, heap[child], r):
            break
        heap[i] = heap[child]
        i = child
    heap[i] = r


@inlined
def pop_offer(m: Model, s: RunState) -> Int:
    """Take the offer that moves first out of those to be tried."""
    r = s.heap[0]
    size = s.glob[0]["heap"] - 1
    s.glob[0]["heap"] = size
    s.res[r]["heaped"] = 0
    if size > 0:
        _sink_down(m, s, s.heap[size], size)
    return r


@compiled
def drop_offer(m: Model, s: RunState, r: Int) -> None:
    """Take an offer out of those to be tried."""
    size = s.glob[0]["heap"]
    s.glob[0]["heap"] = 0
    for k in range(size):
        other = s.heap[k]
        s.res[other]["heaped"] = 0
        if other != r:
            push_offer(m, s, other)

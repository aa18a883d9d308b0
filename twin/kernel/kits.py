"""Assembly: which server takes a component, and what it has of its kit."""

from typing import Any

import numpy as np

from twin.kernel.arrays import NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.extras import extra
from twin.kernel.gather import keep_part, may_gather, run_of, was_expected
from twin.kernel.jit import inlined
from twin.kernel.model import NONE
from twin.kernel.states import NodeKind

_SOURCE = np.int64(NodeKind.SOURCE)
_STATION = np.int64(NodeKind.STATION)


# ---- which server takes a component ----


@inlined
def _component(m: Model, n: Int, product: Int) -> Int:
    """Return which component of the kit of station n a product is, NONE if it is none."""
    first = m.nodes[n]["kit_first"]
    for k in range(m.nodes[n]["kit_count"]):
        if m.kits[first + k]["product"] == product:
            return np.int64(k)
    return np.int64(NONE)


@inlined
def _lacks(m: Model, s: RunState, r: Int, k: Int) -> Int:
    """Return how many of component k a server has neither got nor on the way."""
    x = s.kit[m.res[r]["kit"] + k]
    return m.kits[m.nodes[m.res[r]["node"]]["kit_first"] + k]["count"] - x["here"] - x["coming"]


@inlined
def lacks_component(m: Model, s: RunState, r: Int, product: Int) -> Any:
    """Return whether a server could do with a part of a product for its kit."""
    k = _component(m, m.res[r]["node"], product)
    return k >= 0 and _lacks(m, s, r, k) > 0


@inlined
def _has_begun(m: Model, s: RunState, r: Int) -> Any:
    """Return whether a server has any component, or one on the way."""
    x = extra(m, s, r)
    return x["kept"] >= 0 or x["coming"] > 0


@inlined
def _goes_to(m: Model, s: RunState, r: Int, n: Int, shifts: Int) -> bool:
    """Return whether a part that resource r offers, and nobody comes for, may go to node n."""
    x = s.res[r]
    if x["offered"] == 0 or x["row"] < 0 or extra(m, s, r)["unit"] >= 0:
        return False
    if shifts == 1 and m.res[r]["kind"] == _SOURCE and s.nodes[m.res[r]["node"]]["on"] == 0:
        return False
    route = m.routes[x["row"]]
    first, last = route["first"], route["first"] + route["count"]
    if x["choice"] >= 0:
        first = np.int64(x["choice"])
        last = first + route["span"]
    for k in range(first, last):
        if m.options[k]["target"] == n:
            return True
    return False


@inlined
def _on_offer(m: Model, s: RunState, n: Int, product: Int, shifts: Int) -> Int:
    """Return how many parts of a product are on offer to station n."""
    found = np.int64(0)
    for k in range(m.supplier_first[n], m.supplier_first[n + 1]):
        supplier = m.nodes[m.suppliers[k]]
        servers = supplier["capacity"] if supplier["kind"] == _STATION else 1
        for r in range(supplier["resource"], supplier["resource"] + servers):
            if found < NEVER // 4 and _goes_to(m, s, r, n, shifts):
                found += run_of(m, s, r, product)
    return found


@inlined
def _suffices(m: Model, s: RunState, n: Int, shifts: Int) -> bool:
    """Return whether what is on offer makes a whole kit beside those that have begun."""
    node = m.nodes[n]
    for k in range(node["kit_count"]):
        component = m.kits[node["kit_first"] + k]
        needed = component["count"]
        for r in range(node["resource"], node["resource"] + node["capacity"]):
            if _has_begun(m, s, r):
                needed += _lacks(m, s, r, k)
        if _on_offer(m, s, n, component["product"], shifts) < needed:
            return False
    return True


@inlined
def kit_server(m: Model, s: RunState, n: Int, product: Int, shifts: Int) -> Int:
    """Return the server of an assembly station that takes a part of a product, NONE if none."""
    node, k = m.nodes[n], _component(m, n, product)
    if k < 0:
        return np.int64(NONE)
    empty = np.int64(NONE)
    for r in range(node["resource"], node["resource"] + node["capacity"]):
        if may_gather(m, s, r, shifts):
            if _has_begun(m, s, r):
                if _lacks(m, s, r, k) > 0:
                    return np.int64(r)
            elif empty < 0:
                empty = np.int64(r)
    if empty >= 0 and node["together"] == 1 and not _suffices(m, s, n, shifts):
        return np.int64(NONE)
    return empty


# ---- what happens to them ----


@inlined
def expect_component(m: Model, s: RunState, r: Int, product: Int) -> None:
    """Note that a component is on the way to a server."""
    k = _component(m, m.res[r]["node"], product)
    s.kit[m.res[r]["kit"] + k]["coming"] += 1


@inlined
def add_component(m: Model, s: RunState, r: Int, part: Int, deliverer: Int) -> None:
    """Put a component to the kit of a server."""
    n = m.res[r]["node"]
    x = s.kit[m.res[r]["kit"] + _component(m, n, s.parts[part]["product"])]
    if was_expected(m, s, r, deliverer):
        x["coming"] -= 1
    else:
        s.nodes[n]["held"] += 1
    x["here"] += 1
    keep_part(m, s, r, part)


@inlined
def is_complete(m: Model, s: RunState, r: Int) -> Any:
    """Return whether a server has all components of its kit."""
    return extra(m, s, r)["gathered"] == m.nodes[m.res[r]["node"]]["kit_size"]

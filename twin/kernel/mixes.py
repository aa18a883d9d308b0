"""Which product a source makes next."""

from twin.kernel.arrays import Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.extras import node_extra
from twin.kernel.jit import compiled, inlined
from twin.kernel.streams import ONLY, uniform


@compiled
def _drawn_from_mix(m: Model, s: RunState, n: Int) -> Int:
    node, g, i = m.nodes[n], s.glob[0], node_extra(m, s, n)["mix_draws"]
    u = uniform(node["mix_stream"], g["seed"], g["replication"], i, ONLY)
    k = node["mix_first"]
    while k < node["mix_first"] + node["mix_count"] - 1 and u >= m.mix[k]["cumulative"]:
        k += 1
    return m.mix[k]["product"]


@inlined
def next_product(m: Model, s: RunState, n: Int) -> Int:
    """Return the product of the next part of a source."""
    if m.nodes[n]["mix_count"] > 1:
        return _drawn_from_mix(m, s, n)
    return m.mix[m.nodes[n]["mix_first"]]["product"]


@inlined
def count_mixed(m: Model, s: RunState, n: Int) -> None:
    """Note that the next product of a source is taken."""
    if m.nodes[n]["mix_count"] > 1:
        node_extra(m, s, n)["mix_draws"] += 1


@inlined
def draw_product(m: Model, s: RunState, n: Int) -> Int:
    """Take the product of the next part of a source."""
    product = next_product(m, s, n)
    count_mixed(m, s, n)
    return product

"""Ovens: parts gather on a server and are worked on together, as one batch."""

from typing import Any

import numpy as np

from twin.kernel.arrays import NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.campaigns import tooled_server
from twin.kernel.extras import extra
from twin.kernel.gather import keep_part, may_gather, was_expected
from twin.kernel.jit import compiled, inlined
from twin.kernel.kits import kit_server
from twin.kernel.model import NONE
from twin.kernel.slots import set_slot
from twin.kernel.states import Intake

_KIT = np.int64(Intake.KIT)
_CAMPAIGN = np.int64(Intake.CAMPAIGN)


@inlined
def _batch_server(m: Model, s: RunState, n: Int, product: Int, shifts: Int) -> Int:
    """Return the server of an oven that takes a part of a product, NONE if none."""
    node = m.nodes[n]
    for r in range(node["resource"], node["resource"] + node["capacity"]):
        x = extra(m, s, r)
        loaded = x["gathered"] + x["coming"]
        fits = loaded == 0 or node["batch_same"] == 0 or x["batch_of"] == product
        if fits and loaded < node["batch_most"] and may_gather(m, s, r, shifts):
            return np.int64(r)
    return np.int64(NONE)


@compiled
def gathering_server(m: Model, s: RunState, n: Int, product: Int, shifts: Int) -> Int:
    """Return the server of a station that is choosy which takes a part, NONE if none."""
    if m.nodes[n]["intake"] == _KIT:
        return np.int64(kit_server(m, s, n, product, shifts))
    if m.nodes[n]["intake"] == _CAMPAIGN:
        return np.int64(tooled_server(m, s, n, product, shifts))
    return np.int64(_batch_server(m, s, n, product, shifts))


@inlined
def belongs_to_batch(m: Model, s: RunState, r: Int, product: Int) -> None:
    """Note of which product the batch is that begins with a part that comes or is on the way."""
    x = extra(m, s, r)
    if x["gathered"] + x["coming"] == 0:
        x["batch_of"] = product


@inlined
def add_to_batch(m: Model, s: RunState, r: Int, part: Int, deliverer: Int) -> bool:
    """Put a part to the batch of a server; return whether it is the first of it."""
    n = m.res[r]["node"]
    x, wait = extra(m, s, r), m.nodes[n]["batch_wait"]
    belongs_to_batch(m, s, r, s.parts[part]["product"])
    if not was_expected(m, s, r, deliverer):
        s.nodes[n]["held"] += 1
    keep_part(m, s, r, part)
    if x["gathered"] > 1:
        return False
    x["ready_at"] = s.glob[0]["now"] + max(wait, 0)
    if wait > 0:
        set_slot(s, m.res[r]["timeout"], x["ready_at"])
    return True


@inlined
def is_batch_ready(m: Model, s: RunState, r: Int) -> Any:
    """Return whether a server has a batch that it begins, once it is up and on shift."""
    x, node = extra(m, s, r), m.nodes[m.res[r]["node"]]
    if x["coming"] > 0 or x["gathered"] == 0:
        return False
    if x["gathered"] >= node["batch_most"]:
        return True
    return x["gathered"] >= node["batch_least"] and s.glob[0]["now"] >= x["ready_at"]


@compiled
def close_batch(m: Model, s: RunState, r: Int) -> None:
    """Let a batch become what the server works on: it takes no more parts."""
    x = s.res[r]
    x["part"] = extra(m, s, r)["kept"]
    extra(m, s, r)["kept"] = NONE
    extra(m, s, r)["gathered"] = 0
    if m.nodes[m.res[r]["node"]]["batch_wait"] > 0:
        set_slot(s, m.res[r]["timeout"], NEVER)

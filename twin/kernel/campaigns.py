"""Campaigns: a server works on one product until none waits, then changes over to the next."""

import numpy as np

from twin.kernel.arrays import UNSTARTED, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.draws import draw_time
from twin.kernel.gather import may_gather
from twin.kernel.jit import compiled
from twin.kernel.model import NONE


@compiled
def tooled_server(m: Model, s: RunState, n: Int, product: Int, shifts: Int) -> Int:
    """Return the first empty server of station n that is set up for a product, NONE if none."""
    for r in range(m.nodes[n]["resource"], m.nodes[n]["resource"] + m.nodes[n]["capacity"]):
        if s.res[r]["tooling"] == product and may_gather(m, s, r, shifts):
            return np.int64(r)
    return np.int64(NONE)


@compiled
def change_over(m: Model, s: RunState, r: Int) -> None:
    """Let an empty server be about to change over to the next product in order."""
    x, n, products = s.res[r], m.res[r]["node"], s.glob[0]["products"]
    before = np.int64(x["tooling"])
    to = before + 1  # of nothing it is beyond the last
    while to >= products or m.process[n, to] < 0:
        to = np.int64(0) if to >= products else to + 1
    d, y = m.setup[m.nodes[n]["setup"], before, to], s.nodes[n]
    x["setup"] = draw_time(m, s, r, d, 1.0, m.nodes[n]["setup_stream"], y["setup_draws"])
    y["setup_draws"] += 1
    x["tool"] = to
    x["rest"] = x["load"] = x["unload"] = NONE
    x["phase"] = UNSTARTED
    x["begun"] = 0

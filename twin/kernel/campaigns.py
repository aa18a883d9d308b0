"""Campaigns: a server works on one product until none waits, then changes over to the next."""

import numpy as np

from twin.kernel.arrays import UNSTARTED, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.draws import draw_time
from twin.kernel.extras import extra, node_extra
from twin.kernel.gather import may_gather
from twin.kernel.jit import compiled
from twin.kernel.model import NONE


@compiled
def tooled_server(m: Model, s: RunState, n: Int, product: Int, shifts: Int) -> Int:
    """Return the first empty server of station n that is set up for a product, NONE if none."""
    for r in range(m.nodes[n]["resource"], m.nodes[n]["resource"] + m.nodes[n]["capacity"]):
        if extra(m, s, r)["tooling"] == product and may_gather(m, s, r, shifts):
            return np.int64(r)
    return np.int64(NONE)


@compiled
def change_over(m: Model, s: RunState, r: Int) -> None:
    """Let an empty server be about to change over to the next product in order."""
    x, n, products = s.res[r], m.res[r]["node"], s.glob[0]["products"]
    before = np.int64(extra(m, s, r)["tooling"])
    to = before + 1  # of nothing it is beyond the last
    while to >= products or m.process[n, to] < 0:
        to = np.int64(0) if to >= products else to + 1
    d, y = m.setup[m.nodes[n]["setup"], before, to], node_extra(m, s, n)
    extra(m, s, r)["setup"] = draw_time(
        m, s, r, d, 1.0, m.nodes[n]["setup_stream"], y["setup_draws"]
    )
    y["setup_draws"] += 1
    extra(m, s, r)["tool"] = to
    x["rest"] = extra(m, s, r)["load"] = extra(m, s, r)["unload"] = NONE
    x["phase"] = UNSTARTED
    x["begun"] = 0

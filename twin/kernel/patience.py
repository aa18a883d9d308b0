"""Parts that do not wait for ever: they leave the line where they are."""

import numpy as np

from twin.kernel.arrays import NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.draws import draw_time
from twin.kernel.extras import node_extra
from twin.kernel.jit import compiled
from twin.kernel.offers import replace_offer, take_back
from twin.kernel.slots import set_slot
from twin.kernel.traits import trait


@compiled
def await_patience(m: Model, s: RunState, r: Int, n: Int, part: Int) -> None:
    """Draw how long a part that begins to wait at node n does so at most."""
    x, node = node_extra(m, s, n), m.nodes[n]
    stream = node["patience_stream"]
    lasts = draw_time(m, s, r, node["patience"], 1.0, stream, x["patience_draws"])
    x["patience_draws"] += 1
    until = s.glob[0]["now"] + lasts
    trait(s, part)["until"] = until
    if until < s.due[m.res[r]["patience"]]:
        set_slot(s, m.res[r]["patience"], until)


@compiled
def _await_next(m: Model, s: RunState, r: Int, n: Int) -> None:
    """Let the part of node n whose patience runs out first be due."""
    earliest = NEVER
    part = np.int64(s.nodes[n]["head"])
    for _ in range(s.nodes[n]["parts"]):
        earliest = min(earliest, np.int64(trait(s, part)["until"]))
        part = np.int64(s.parts[part]["next"])
    set_slot(s, m.res[r]["patience"], earliest)


@compiled
def end_patience(m: Model, s: RunState, r: Int, n: Int, part: Int) -> None:
    """A part of node n is taken, or certain to be: its patience counts no more."""
    until = trait(s, part)["until"]
    trait(s, part)["until"] = NEVER
    if until == s.due[m.res[r]["patience"]]:
        _await_next(m, s, r, n)


@compiled
def drop_impatient(m: Model, s: RunState, r: Int, n: Int) -> Int:
    """Take the first part of node n whose patience is over out of its list."""
    x = s.nodes[n]
    before, part = np.int64(-1), np.int64(x["head"])
    while trait(s, part)["until"] > s.glob[0]["now"]:
        before, part = part, np.int64(s.parts[part]["next"])
    x["parts"] -= 1
    if before >= 0:
        s.parts[before]["next"] = s.parts[part]["next"]
        if x["tail"] == part:
            x["tail"] = before
    else:
        x["head"] = s.parts[part]["next"]
        if x["parts"] > 0:
            replace_offer(m, s, r, part)
        else:
            take_back(m, s, r, part)
    _await_next(m, s, r, n)
    return part

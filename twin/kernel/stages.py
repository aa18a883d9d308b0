"""Stages of an operation beside the work itself: set-up, loading, unloading.

A server goes through waking up, set-up, loading, work and unloading in this order; each stage that
is absent is skipped.  What is left of a stage is NONE once it is over.
"""

import numpy as np

from twin.kernel.arrays import LOADING, SETTING, UNLOADING, WAKING, WORKING, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.draws import draw_time
from twin.kernel.extras import extra, node_extra
from twin.kernel.jit import compiled, inlined
from twin.kernel.model import NONE
from twin.kernel.slots import noticed
from twin.kernel.states import State

_SETTING_UP = np.int64(State.SETTING_UP)
_LOADING = np.int64(State.LOADING)
_UNLOADING = np.int64(State.UNLOADING)


@inlined
def _drawn(m: Model, s: RunState, r: Int, d: Int, stream: Int, i: Int) -> Int:
    """Return how long a stage takes, NONE where it takes no time: then it is left out."""
    lasts = draw_time(m, s, r, d, 1.0, stream, i)
    return lasts if lasts > 0 else np.int64(NONE)


@compiled
def draw_setup(m: Model, s: RunState, r: Int, product: Int) -> None:
    """Draw the set-up of a server for a product; without one it is tooled for it at once."""
    n, x = m.res[r]["node"], extra(m, s, r)
    node, y = m.nodes[n], node_extra(m, s, n)
    x["setup"] = NONE
    if node["setup"] >= 0:
        d = m.setup[node["setup"], x["tooling"], product]
        if d >= 0:
            x["setup"] = _drawn(m, s, r, d, node["setup_stream"], y["setup_draws"])
            y["setup_draws"] += 1
        if x["setup"] < 0:
            x["tooling"] = product
        x["tool"] = product


@compiled
def draw_handling(m: Model, s: RunState, r: Int) -> None:
    """Draw how long loading and unloading a part will take."""
    n, x = m.res[r]["node"], extra(m, s, r)
    node, y = m.nodes[n], node_extra(m, s, n)
    x["load"] = x["unload"] = NONE
    if node["load"] >= 0:
        x["load"] = _drawn(m, s, r, node["load"], node["load_stream"], y["load_draws"])
        y["load_draws"] += 1
    if node["unload"] >= 0:
        x["unload"] = _drawn(m, s, r, node["unload"], node["unload_stream"], y["unload_draws"])
        y["unload_draws"] += 1


@inlined
def next_stage(m: Model, s: RunState, r: Int) -> Int:
    """Return the stage that a server with an unstarted part begins or resumes."""
    x = s.res[r]
    if extra(m, s, r)["wake"] >= 0:
        return WAKING
    if m.nodes[m.res[r]["node"]]["staged"] == 0:
        return WORKING
    if extra(m, s, r)["setup"] >= 0:
        return SETTING
    if extra(m, s, r)["load"] >= 0:
        return LOADING
    return WORKING if x["rest"] >= 0 else UNLOADING


@inlined
def left_of(m: Model, s: RunState, r: Int, stage: Int) -> Int:
    """Return how much there was left of a stage when it began, ns."""
    if stage == WORKING:
        return s.res[r]["rest"]
    x = extra(m, s, r)
    if stage == WAKING:
        return x["wake"]
    if stage == SETTING:
        return x["setup"]
    return x["load"] if stage == LOADING else x["unload"]


@inlined
def keep_rest(m: Model, s: RunState, r: Int, left: Int) -> None:
    """Note what is left of the stage in progress, which is not the work; NONE: it is over."""
    x = s.res[r]
    stage = x["phase"]
    if stage == WAKING:
        extra(m, s, r)["wake"] = left
    elif stage == SETTING:
        extra(m, s, r)["setup"] = left
        if left < 0:
            extra(m, s, r)["tooling"] = extra(m, s, r)["tool"]
    elif stage == LOADING:
        extra(m, s, r)["load"] = left
    else:
        extra(m, s, r)["unload"] = left


@inlined
def shown_in(stage: Int) -> Int:
    """Return the state a server shows in a stage that is not the work."""
    if stage == LOADING:
        return _LOADING
    return _UNLOADING if stage == UNLOADING else _SETTING_UP


@compiled
def undisturbed_end(m: Model, s: RunState, r: Int) -> Int:
    """Return when a server would end all stages of an operation not yet begun, started now."""
    x, ends = s.res[r], s.glob[0]["now"]
    if extra(m, s, r)["wake"] >= 0:
        ends = noticed(s, ends + extra(m, s, r)["wake"])
    if m.nodes[m.res[r]["node"]]["staged"] == 0:
        return noticed(s, ends + x["rest"])
    if extra(m, s, r)["setup"] >= 0:
        ends = noticed(s, ends + extra(m, s, r)["setup"])
    if extra(m, s, r)["load"] >= 0:
        ends = noticed(s, ends + extra(m, s, r)["load"])
    if x["rest"] >= 0:  # else it changes over without a part
        ends = noticed(s, ends + x["rest"])
    if extra(m, s, r)["unload"] >= 0:
        ends = noticed(s, ends + extra(m, s, r)["unload"])
    return ends

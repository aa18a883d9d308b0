"""Durations drawn in a run; a bad one is noted and stops the run."""

from typing import Any

from twin.kernel.arrays import Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.jit import compiled, inlined
from twin.kernel.samplers import duration


@compiled
def _note(glob: Any, r: Int, d: Int, pace: float, stream: Int, i: Int) -> None:
    g = glob[0]
    if g["bad"] == 0:  # the first one is told
        g["bad"] = 1
        g["bad_resource"] = r
        g["bad_dist"] = d
        g["bad_pace"] = pace
        g["bad_stream"] = stream
        g["bad_draw"] = i


@inlined
def draw_time(m: Model, s: RunState, r: Int, d: Int, pace: float, stream: Int, i: Int) -> Int:
    """Return draw i of distribution d for resource r, ns."""
    g = s.glob[0]
    t = duration(m.dists[d], m.values, pace, stream, g["seed"], g["replication"], i)
    if t < 0:
        _note(s.glob, r, d, pace, stream, i)
        t = 0
    return t


@inlined
def draw_next(m: Model, s: RunState, r: Int, d: Int, pace: float, stream: Int) -> Int:
    """Return the next arrival or process time of the node of resource r, ns.

    The one after it is drawn ahead, most likely from the same distribution: the processor does so
    while it works on, where it would have to wait for a sample that is needed at once.
    """
    x, g = s.nodes[m.res[r]["node"]], s.glob[0]
    i = x["draws"]
    x["draws"] = i + 1
    if x["ahead_of"] != d:
        x["ahead"] = duration(m.dists[d], m.values, pace, stream, g["seed"], g["replication"], i)
    t = x["ahead"]
    x["ahead_of"] = d
    x["ahead"] = duration(m.dists[d], m.values, pace, stream, g["seed"], g["replication"], i + 1)
    if t < 0:
        _note(s.glob, r, d, pace, stream, i)
        t = 0
    return t

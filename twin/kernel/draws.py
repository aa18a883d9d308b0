"""Durations drawn in a run; a bad one is noted and stops the run."""

import numpy as np

from twin.kernel.arrays import BAD_SAMPLE, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.blocks import BLOCK, draw_block
from twin.kernel.jit import compiled, inlined
from twin.kernel.room import halt
from twin.kernel.samplers import duration


@compiled
def _note(s: RunState, r: Int, d: Int, pace: float, stream: Int, i: Int) -> None:
    g = s.glob[0]
    if g["halt"] != BAD_SAMPLE:  # the first one is told
        halt(s, BAD_SAMPLE)
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
        _note(s, r, d, pace, stream, i)
        t = 0
    return t


@inlined
def draw_next(m: Model, s: RunState, r: Int, d: Int, pace: float, stream: Int) -> Int:
    """Return the next arrival or process time of the node of resource r, ns.

    A sample by itself makes the processor wait for a long chain of operations; several at once
    overlap.  So a block is drawn ahead, most likely from the distribution that the next ones need
    too.  Whoever changes the pace of a node sets its `ahead_of` to NONE.
    """
    x, g = s.nodes[m.res[r]["node"]], s.glob[0]
    row, i = m.res[r]["ahead"], x["draws"]
    x["draws"] = i + 1
    k = i & (BLOCK - 1)
    if k == 0:
        x["ahead_of"] = d
        seed, replication = g["seed"], g["replication"]
        draw_block(m.dists[d], m.values, pace, stream, seed, replication, i, BLOCK, s.ahead, row)
    if x["ahead_of"] == d:
        t = s.ahead[row, k]
    else:
        t = duration(m.dists[d], m.values, pace, stream, g["seed"], g["replication"], i)
    if t < 0:
        _note(s, r, d, pace, stream, i)
        t = np.int64(0)
    return t

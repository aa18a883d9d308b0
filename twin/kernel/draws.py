"""Durations drawn in a run; a bad one is noted and stops the run."""

from twin.kernel.jit import compiled, inlined
from twin.kernel.samplers import duration


@compiled
def _note(glob, r, d, pace, stream, i):
    g = glob[0]
    if g["bad"] == 0:  # the first one is told
        g["bad"] = 1
        g["bad_resource"] = r
        g["bad_dist"] = d
        g["bad_pace"] = pace
        g["bad_stream"] = stream
        g["bad_draw"] = i


@inlined
def draw_time(m, s, r, d, pace, stream, i):
    """Return draw i of distribution d for resource r, ns."""
    g = s.glob[0]
    t = duration(m.dists[d], m.values, pace, stream, g["seed"], g["replication"], i)
    if t < 0:
        _note(s.glob, r, d, pace, stream, i)
        t = 0
    return t

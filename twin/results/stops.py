"""Whether the stations of a plant stand still as much as the twin says."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from twin.kernel.log import Log
from twin.kernel.model import Line
from twin.kernel.states import State
from twin.results.cycles import state_time
from twin.results.estimates import Difference, Floats, holm
from twin.results.stations import STATION_STATES

_DOWN = (State.FAILED, State.UNDER_REPAIR, State.MAINTENANCE)
_FEWEST = 8  # runs of the twin from which its spread is known well enough


class Stops(NamedTuple):
    """Share of the time on shift that a station was down."""

    name: str
    plant: float
    twin: float  # mean over runs
    p: float  # that a run of the twin is as far off, after Holm


def compare_stops(line: Line, plant: Log, twin: Sequence[Log]) -> list[Stops]:
    """Return the downtime of each station that can fail, and how unusual it would be for the twin.

    The square roots of the shares are taken as normal: downtime adds up from few stops, its
    variance grows with its mean.  The plant is one further draw.

    Parameters
    ----------
    line : Line
    plant : Log
    twin : sequence of Log
        At least 8 runs, about as long as the plant's; with fewer nothing is returned.
    """
    if len(twin) < _FEWEST:
        return []
    nodes = [int(k) for k in np.flatnonzero(line.nodes["mode_count"] > 0)]
    own = [_share(line, plant, node) for node in nodes]
    runs = [np.array([_share(line, log, node) for log in twin]) for node in nodes]
    chances = holm([_chance(a, b) for a, b in zip(own, runs, strict=True)])
    return [
        Stops(line.node_names[node], a, float(b.mean()), p)
        for node, a, b, p in zip(nodes, own, runs, chances, strict=True)
    ]


def _share(line: Line, log: Log, node: int) -> float:
    time = state_time(line, log, node, log.end)
    on_shift = float(time[list(STATION_STATES)].sum())
    return float(time[list(_DOWN)].sum()) / on_shift if on_shift else 0.0


def _chance(own: float, runs: Floats) -> float:
    roots = np.sqrt(runs)
    error = float(roots.std(ddof=1)) * math.sqrt(1 + 1 / roots.size)
    return Difference(math.sqrt(own) - float(roots.mean()), error, roots.size - 1).p_two_sided()

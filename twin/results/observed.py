"""What was observed: a tally beside its line and cell, grouped by node and carrier."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cells.expand import expand
from cells.schema import Cell
from twin.kernel.model import NONE, NS_PER_S, Line
from twin.kernel.states import NodeKind, State
from twin.kernel.sums import seconds
from twin.kernel.tally import Tally
from twin.results.schedule import Schedule, schedule

Floats = NDArray[np.float64]


def stacked(tally: Tally) -> Tally:
    """Return a tally with a leading axis of replications; one replication gets an axis of 1."""
    return tally if tally.state_time.ndim == 3 else Tally.stack([tally])


@dataclass(frozen=True, slots=True)
class Observed:
    """A stacked tally with what is needed to read it; n replications, S states."""

    cell: Cell  # without shorthands
    line: Line
    tally: Tally
    schedule: Schedule

    @property
    def n(self) -> int:
        """Replications."""
        return int(self.tally.state_time.shape[0])

    @property
    def end(self) -> int:
        """End of the window, ns; a replication that stopped before stands still until then."""
        return int(self.tally.end.max())

    @property
    def seconds(self) -> float:
        """Length of the window, s."""
        return (self.end - self.tally.start) / NS_PER_S

    @property
    def scheduled(self) -> float:
        """Time of the window in which the line is on shift, s."""
        return self.schedule.between(self.tally.start, self.end) / NS_PER_S

    def resources(self, *, node: int = NONE, carrier: int = NONE) -> NDArray[np.bool_]:
        """Return which resources are servers of a node or units of a carrier group."""
        if node != NONE:
            return np.asarray(self.line.resource_node == node)
        return np.asarray(self.line.resource_carrier == carrier)

    def time(self, of: NDArray[np.bool_]) -> Floats:
        """Return time by state of some resources together, s, shape (n, S)."""
        time: Floats = seconds(self.tally.state_time[:, of], self.tally.laps[:, of]).sum(axis=1)
        return time

    def count(self, of: NDArray[np.bool_]) -> Floats:
        """Return closed records by state of some resources together, shape (n, S)."""
        closed: Floats = self.tally.count[:, of].sum(axis=1).astype(np.float64)
        return closed

    def nodes(self, kind: NodeKind) -> list[int]:
        """Return the nodes of one kind, in order."""
        return [int(k) for k in np.flatnonzero(self.line.nodes["kind"] == kind)]

    @property
    def left(self) -> Floats:
        """Parts that left the line in the window, by replication."""
        parts: Floats = (self.tally.finished + self.tally.scrapped).sum(axis=1).astype(np.float64)
        return parts


def observe(cell: Cell, line: Line, tally: Tally) -> Observed:
    """Return a tally made ready for reading.

    Parameters
    ----------
    cell : Cell
    line : Line
        Built from the cell.
    tally : Tally
        Of one replication or of many.
    """
    whole = stacked(tally)
    return Observed(expand(cell), line, whole, schedule(line, int(whole.end.max())))


# What a server, robot or operator can be doing while on shift.
_ON_SHIFT = [
    *(state for state in State if state < State.WAITING and state is not State.OFF_SHIFT),
    *(State.LOADING, State.UNLOADING, State.ATTENDING, State.REPAIRING),
]


def on_shift(time: Floats) -> Floats:
    """Return the planned busy time of resources, s, from their time by state (ISO 22400-2, PBT).

    Parameters
    ----------
    time : ndarray, shape (n, S)
        s.
    """
    whole: Floats = time[:, _ON_SHIFT].sum(axis=1)
    return whole


def links(line: Line) -> set[tuple[int, int]]:
    """Return the pairs of nodes between which parts of any product may move straight.

    Parameters
    ----------
    line : Line
    """
    found = set()
    for node, product in zip(*np.nonzero(line.route_of != NONE), strict=True):
        route = line.routes[line.route_of[node, product]]
        options = line.options[int(route["first"]) : int(route["first"] + route["count"])]
        found |= {(int(node), int(target)) for target in options["target"]}
    return found

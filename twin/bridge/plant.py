"""The machines behind an emulated controller: a line, stepped in whole scans, with its faults."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from twin.bridge.faults import Fault
from twin.kernel.log import ACTIVITY, canonical
from twin.kernel.model import NONE, Line
from twin.kernel.states import NodeKind, State
from twin.kernel.stops import Stop
from twin.reference.run import Reference

_HOUR = 3_600_000_000_000  # ns
_NONE = np.empty(0, ACTIVITY)
_STEP = 60_000_000_000  # ns between two steps of a drift
_LONGEST_DRIFT = 1_000  # steps; then it stays as it is


def _in_steps(faults: Sequence[Fault]) -> Iterator[Fault]:
    """Yield the faults of process times, a drift as small steps that follow each other."""
    for fault in faults:
        if fault.kind == "slow":
            yield fault
        elif fault.kind == "drift":
            once = fault.factor ** (_STEP / _HOUR)
            for k in range(_LONGEST_DRIFT):
                yield replace(fault, factor=once, onset=fault.onset + k * _STEP)


class Plant:
    """A running line whose closed activities are fetched as time goes on.

    What is fetched piece by piece is the log of the whole run, in canonical order, whatever the
    pieces: an activity that ends at t is fetched with the piece that t is in.

    Parameters
    ----------
    line : Line
        Its `scan` is that of the controller.
    seed : int
        Its luck.
    faults : sequence of Fault
        Each strikes at the next scan, between two operations.
    """

    def __init__(self, line: Line, *, seed: int, faults: Sequence[Fault] = ()) -> None:
        self.line = line
        self.fetched = 0  # activities handed out so far
        self.time = 0  # how far the run has come, ns
        self._reference = Reference(line, seed)
        self._closed = 0
        self._faults = sorted(_in_steps(faults), key=lambda fault: fault.onset)
        kinds = line.nodes["kind"].tolist()
        named = zip(line.node_names, kinds, strict=True)
        self.stations = [name for name, kind in named if kind == NodeKind.STATION]
        self._row = {name: line.node_names.index(name) for name in self.stations}
        self._slower = dict.fromkeys(self.stations, 1.0)  # by faults
        self._speed = dict.fromkeys(self.stations, 1.0)  # as commanded
        self._shown = [
            resource
            for resource in range(len(line.resources))
            if line.resource_carrier[resource] != NONE
            or line.nodes["kind"][line.resource_node[resource]] == NodeKind.STATION
        ]
        self._warm_up()
        # A machine that is slow from the beginning is slow for its first part too.
        while self._faults and self._onset() == 0:
            self._strike(self._faults.pop(0))

    @property
    def stop(self) -> Stop | None:
        """Why the line cannot go on, if it cannot."""
        return self._reference.stop

    def advance(self, until: int) -> NDArray[np.void]:
        """Run to `until` ns; return what was closed since the last call, shape (n,) ACTIVITY."""
        while self._faults and self._onset() <= until and self.stop is None:
            # The onset itself still belongs to the time before: what is due then ends first.
            self._reference.run(max(self._reference.now, self._onset()))
            self._strike(self._faults.pop(0))
        reference = self._reference
        reference.run(until)
        self.time = reference.env.now
        rows = reference.closed(self._closed)
        if not rows:
            return _NONE
        self._closed += len(rows)
        self.fetched += len(rows)
        return canonical(np.array(rows, ACTIVITY))

    def close(self, until: int) -> NDArray[np.void]:
        """Run to `until` ns and end there; return the rest of the log, cut activities included."""
        fetched = self.fetched
        self.advance(until)
        return self._reference.log(self.time).activities[fetched:]

    @property
    def shown(self) -> list[str]:
        """Names of the servers and carrier units, whether they do anything yet or not."""
        return [self.line.resources[resource] for resource in self._shown]

    def states(self) -> dict[str, State]:
        """Return what each server and each carrier unit does now, by name of the resource."""
        found = ((r, self._reference.state_of(r)) for r in self._shown)
        return {self.line.resources[r]: state for r, state in found if state is not None}

    def _onset(self) -> int:
        scan, onset = self.line.scan, self._faults[0].onset
        return -(-onset // scan) * scan if scan else onset

    def set_speed(self, station: str, speed: float) -> None:
        """Let a station run `speed` times as fast as described, from its next operation on."""
        self._speed[station] = speed
        self._set_pace(station)

    def _strike(self, fault: Fault) -> None:
        self._slower[fault.station] *= fault.factor
        self._set_pace(fault.station)

    def _set_pace(self, station: str) -> None:
        pace = float(self.line.nodes["pace"][self._row[station]])
        factor = self._slower[station] / self._speed[station]
        self._reference.set_pace(station, pace * factor)

    def _warm_up(self) -> None:
        """Run a copy for a moment: the samplers compile before anybody waits for a heartbeat."""
        Reference(self.line, 0).run(0)

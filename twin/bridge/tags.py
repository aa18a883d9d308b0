"""PackTags of an emulated controller: Status, Command and Admin of the unit and its stations.

Names are those of ISA-TR88.00.02 (in OPC UA: OPC 30050), those of a station behind its name.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.bridge.iec import Ctu
from twin.bridge.packml import STATION_STATES, PackState
from twin.kernel.model import Line
from twin.kernel.states import Ending, NodeKind, State

Tags = dict[str, float | list[int]]
_NS_PER_S: Final = 1_000_000_000
_STATES: Final = len(PackState) + 1  # by PackTags number, 0 unused
_ENTERS: Final = (State.ENTERED, State.MADE)
_LEAVES: Final = (State.FINISHED, State.SCRAPPED, State.CONSUMED)


@dataclass(slots=True)
class Admin:
    """Counters (CTU) and times of a controller, fed with what it noticed.

    Parameters
    ----------
    line : Line

    Attributes
    ----------
    inside : int
        Parts in the line.
    """

    line: Line
    processed: Ctu = field(default_factory=Ctu)  # parts that left, good or not
    defective: Ctu = field(default_factory=Ctu)
    inside: int = 0
    worked: dict[str, Ctu] = field(default_factory=dict)  # operations of each station
    _times: dict[str, NDArray[np.int64]] = field(default_factory=dict)  # ns by PackML state

    def __post_init__(self) -> None:
        kinds = self.line.nodes["kind"]
        for resource, node in enumerate(self.line.resource_node.tolist()):
            if node >= 0 and kinds[node] == NodeKind.STATION:
                name = self.line.resources[resource]
                self.worked[name] = Ctu()
                self._times[name] = np.zeros(_STATES, np.int64)

    def count(self, rows: NDArray[np.void]) -> None:
        """Take what was noticed, shape (n,) ACTIVITY: each part is one edge of its counter."""
        for t0, t1, resource, state, _, _, cause in rows.tolist():
            if state in _ENTERS:
                self.inside += 1
            elif state in _LEAVES:
                self._leaves(state)
            else:
                self._station(self.line.resources[resource], t1 - t0, state, cause)

    def _leaves(self, state: int) -> None:
        self.inside -= 1
        if state != State.CONSUMED:
            self.processed.pulse()
        if state == State.SCRAPPED:
            self.defective.pulse()

    def _station(self, name: str, length: int, state: int, cause: int) -> None:
        if name not in self.worked:
            return
        self._times[name][STATION_STATES[State(state)]] += length
        if state == State.WORKING and cause == Ending.DONE:
            self.worked[name].pulse()

    def tags(self) -> Tags:
        """Return the Admin tags; times in whole seconds, by PackML state."""
        found: Tags = {
            "Admin.ProdProcessedCount": self.processed.count,
            "Admin.ProdDefectiveCount": self.defective.count,
        }
        for name, counter in self.worked.items():
            found[f"{name}.Admin.ProdProcessedCount"] = counter.count
            seconds = (self._times[name] // _NS_PER_S).tolist()
            found[f"{name}.Admin.StateCumulativeTime"] = seconds
        return found


@dataclass(slots=True)
class StateTimes:
    """How long a unit has been in its present state and, in all, in each."""

    state: PackState = PackState.STOPPED
    _current: int = 0  # ns
    _all: list[int] = field(default_factory=lambda: [0] * _STATES)  # ns

    def pass_time(self, state: PackState, duration: int) -> None:
        """Let `duration` ns pass in a state."""
        if state is not self.state:
            self.state, self._current = state, 0
        self._current += duration
        self._all[state] += duration

    def tags(self) -> Tags:
        """Return the Admin tags, in whole seconds."""
        return {
            "Admin.StateCurrentTime": self._current // _NS_PER_S,
            "Admin.StateCumulativeTime": [time // _NS_PER_S for time in self._all],
        }

"""The present state of a followed cell, for a live view."""

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final, Self, TypeGuard

import numpy as np
from numpy.typing import NDArray

from twin.bridge.messages import Kind, Message
from twin.bridge.packml import Mode, PackState
from twin.bridge.recorder import Recording
from twin.bridge.session import Offset
from twin.bridge.session.records import names_of
from twin.kernel.states import Ending, State

_UNIT: Final = frozenset(state.value for state in PackState)
_MODES: Final = frozenset(mode.value for mode in Mode)
_STATES: Final = frozenset(state.value for state in State)


@dataclass(slots=True)
class LiveState:
    """What is known of the controller right now.

    `states` and `jobs` go by name of the resource; `jobs` counts operations done since the start.
    """

    simulation_time: int = 0  # ns
    records: int = 0
    unit: PackState | None = None
    states: dict[str, PackState] = field(default_factory=dict)
    jobs: dict[str, int] = field(default_factory=dict)
    mode: Mode | None = None
    offset: Offset | None = None  # of the controller's clock
    overruns: int = 0  # scans of the controller that took too long
    lateness: int | None = (
        None  # ns, how far a paced controller was behind its clock; None: no pace
    )
    finished: int = 0  # good parts, of those that were recorded
    scrapped: int = 0
    seen_at: int = 0  # ns, when the controller was in these states
    good: int | None = None  # good parts since its start; None: the controller does not say
    inside: int | None = None  # parts in the line, likewise
    _resources: tuple[str, ...] = ()
    _raw: dict[str, State] = field(default_factory=dict)

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """Return what a record shows."""
        live = cls(simulation_time=recording.simulation_time)
        if recording.welcome is not None:
            live.take(recording.welcome)
        for batch in recording.batches:
            live._count(batch)
        return live

    def take(self, message: Message) -> None:
        """Learn from a message of the controller."""
        self.simulation_time = max(self.simulation_time, message.simulation_time)
        match message.kind:
            case Kind.WELCOME:
                self._resources = names_of(message.body, "resources")
                self.jobs = dict.fromkeys(self._resources, 0)
            case Kind.EVENTS:
                self._count(message.records)
            case Kind.STATUS | Kind.SNAPSHOT:
                self.seen_at = message.simulation_time
                self._show(message)

    def raw(self) -> dict[str, State]:
        """Return what each station does in the words of the line, by name."""
        return dict(self._raw)

    def _count(self, rows: NDArray[np.void]) -> None:
        self.records += len(rows)
        done = (rows["state"] == State.WORKING) & (rows["cause"] == Ending.DONE)
        for resource in rows["resource"][done].tolist():
            self.jobs[self._resources[resource]] += 1
        self.finished += int((rows["state"] == State.FINISHED).sum())
        self.scrapped += int((rows["state"] == State.SCRAPPED).sum())

    def _show(self, message: Message) -> None:
        unit, mode = message.body.get("unit"), message.body.get("mode")
        if _is_one(unit, _UNIT):
            self.unit = PackState(unit)
        if _is_one(mode, _MODES):
            self.mode = Mode(mode)
        overruns = message.body.get("overruns")
        self.overruns = overruns if isinstance(overruns, int) else 0
        late = message.body.get("late")
        self.lateness = late if isinstance(late, int) else None
        inside = message.body.get("inside")
        self.inside = inside if isinstance(inside, int) else None
        self._show_counts(message.body.get("tags"))
        states, stations = message.body.get("states"), message.body.get("stations")
        if isinstance(states, dict):
            self._raw = {n: State(s) for n, s in states.items() if _is_one(s, _STATES)}
        if isinstance(stations, dict):
            self.states = {n: PackState(s) for n, s in stations.items() if _is_one(s, _UNIT)}

    def _show_counts(self, tags: object) -> None:
        """Take the controller's own counts: a twin that came later has not seen all parts."""
        if not isinstance(tags, dict):
            return
        names = ("Admin.ProdProcessedCount", "Admin.ProdDefectiveCount")
        processed, defective = (tags.get(name) for name in names)
        if isinstance(processed, int) and isinstance(defective, int):
            self.good = processed - defective


def _is_one(value: object, numbers: Set[int]) -> TypeGuard[int]:
    """Whether a value of a JSON object, be it a list or an object, is one of some numbers."""
    return isinstance(value, int) and value in numbers

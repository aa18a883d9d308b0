"""The recorder: what each resource does, written down as activities."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from twin.kernel.log import ACTIVITY
from twin.kernel.model import NONE
from twin.kernel.states import Ending, State
from twin.reference.environment import LineEnvironment
from twin.reference.parts import Part

# One activity as `log.ACTIVITY` has it.
Activity = tuple[int, int, int, int, int, int, int]


class Recorder:
    """Writes activities down as they close.

    Attributes
    ----------
    closed : list of tuple
        Activities in order of closing, fields as in `log.ACTIVITY`.
    """

    def __init__(self, env: LineEnvironment) -> None:
        self.env = env
        self.closed: list[Activity] = []
        self.facts: Callable[[int, State, int, Part], None] | None = None  # who is told of facts
        self._open: list[Callable[[], Iterable[Activity]]] = []

    def fact(self, t0: int, state: State, resource: int, part: Part, cause: int) -> None:
        """Write down a fact about a part: it counts even when it took no time."""
        self.closed.append((t0, self.env.now, resource, state, part.number, part.product, cause))
        if self.facts is not None:
            self.facts(t0, state, resource, part)

    def stay(self, t0: int, state: State, resource: int, part: Part, cause: int) -> None:
        """Write down that a part stayed somewhere until now."""
        now = self.env.now
        if now > t0:
            self.closed.append((t0, now, resource, state, part.number, part.product, cause))

    def watch(self, still_open: Callable[[], Iterable[Activity]]) -> None:
        """Have activities still open at the end of a log told by a function."""
        self._open.append(still_open)

    def activities(self) -> NDArray[np.void]:
        """Return all activities up to now, those still going on cut."""
        now = self.env.now
        cut = [row for still_open in self._open for row in still_open() if row[0] < now]
        return np.array(self.closed + cut, dtype=ACTIVITY)

    def cut(self, t0: int, state: State, resource: int, part: Part | None) -> Activity:
        """Return an activity that is still going on."""
        number, product = (part.number, part.product) if part else (NONE, NONE)
        return (t0, self.env.now, resource, state, number, product, Ending.CUT)


class Track:
    """What one server or carrier unit does, without a gap.

    Parameters
    ----------
    recorder : Recorder
    resource : int

    Attributes
    ----------
    state : State or None
        Of the activity going on; None: between two, within an instant.
    part : Part or None
    since : int
        When that activity began, ns.
    """

    def __init__(self, recorder: Recorder, resource: int) -> None:
        self.state: State | None = None
        self.part: Part | None = None
        self.since = 0
        self._recorder = recorder
        self._resource = resource
        recorder.watch(self._still_open)

    def show(self, state: State, part: Part | None) -> bool:
        """Begin an activity unless it is the one going on; return whether it began."""
        if state is self.state and part is self.part:
            return False
        self.end()
        self.state, self.part, self.since = state, part, self._recorder.env.now
        return True

    def end(self, cause: int = Ending.DONE) -> None:
        """End the activity going on, if any."""
        state, part, t0 = self.state, self.part, self.since
        if state is None:
            return
        self.state = None
        now = self._recorder.env.now
        # An operation of no length is still an operation.
        if now > t0 or (state is State.WORKING and cause == Ending.DONE):
            number, product = (part.number, part.product) if part else (NONE, NONE)
            self._recorder.closed.append((t0, now, self._resource, state, number, product, cause))

    def _still_open(self) -> Iterator[Activity]:
        if self.state is not None:
            yield self._recorder.cut(self.since, self.state, self._resource, self.part)

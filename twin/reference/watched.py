"""What a server is seen to do."""

from collections import deque
from typing import TYPE_CHECKING

from simpy.events import Event

from twin.kernel.model import NONE
from twin.kernel.states import Ending, State
from twin.reference.calls import Attendance
from twin.reference.environment import End, Family
from twin.reference.failures import Failure
from twin.reference.floor import Floor
from twin.reference.maintenance import Plan
from twin.reference.parts import Offer, Part
from twin.reference.recorder import Track
from twin.reference.stages import Stage

if TYPE_CHECKING:
    from twin.reference.station import Habits


class Watched:
    """The side of a server that shows, and its falling asleep while it shows *starved*."""

    resource: int
    part: Part | None
    awaits: State | None  # reserved; then how it waits for the carrier
    track: Track
    _floor: Floor
    _habits: "Habits"
    _offer: Offer | None
    _todo: deque[Stage]
    _doing: Stage | None
    _down: bool
    _asleep: bool
    _on_shift: bool
    _overtime: bool
    _doze: End | None
    _staff: Attendance
    _plans: list[Plan]
    _mended: Failure | None
    _helpless: Failure | None

    def holds(self) -> int:
        """Return how many parts it has, those on the way to it included."""
        raise NotImplementedError

    def look(self, called: State | None) -> None:
        """Show its state when the line has settled; ``called``: a part waits to be carried here."""
        state = self._state(called)
        if state in (State.STARVED, State.ASLEEP) and self.holds() == 0:
            for plan in self._plans:
                if plan.when_idle:
                    plan.begin()
                    state = self._state(called)
        if self.track.show(state, self.part):
            self._stay_awake()
            after = self._habits.standby_after
            if state is State.STARVED and after != NONE:
                env = self._floor.env
                self._doze = End(env, Family.SLEEP, self.resource, env.now + after)
                self._doze.callbacks.append(self._fall_asleep)

    def _state(self, called: State | None) -> State:
        if not (self._on_shift or self._overtime):
            state = State.OFF_SHIFT
        elif self._down:
            state = self._down_state()
        elif self._doing is not None:
            state = self._doing.shows
        elif self._offer is not None:
            state = self._offer.waits()
        elif lacking := self._staff.lacking():
            state = lacking[0].awaited
        elif self._todo:
            state = State.OFF_SHIFT  # what it holds does not fit into this shift
        else:
            idle = State.ASLEEP if self._asleep else State.STARVED
            awaits = None if self.awaits is State.STARVED else self.awaits  # kept for a server's
            state = awaits or called or idle
        return state

    def _down_state(self) -> State:
        if self._mended in self._plans:
            return State.MAINTENANCE if self._helpless is None else State.WAITING_OPERATOR
        return State.UNDER_REPAIR if self._helpless is None else State.FAILED

    def _close(self, cause: int) -> None:
        self._stay_awake()
        self.track.end(cause)
        self._floor.touched[self] = None

    def _stay_awake(self) -> None:
        if self._doze is not None:
            self._doze.abandon()
            self._doze = None

    def _fall_asleep(self, _: Event) -> None:
        self._doze = None
        self._asleep = True
        self._close(Ending.DONE)

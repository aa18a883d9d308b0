"""What a server may be about at the start."""

from collections import deque

from twin.kernel.states import Progress, ShiftEnd
from twin.reference.calls import Call
from twin.reference.failures import Failure
from twin.reference.parts import Part
from twin.reference.stages import PROGRESS, Stage, Step, staffed
from twin.reference.watched import Watched


class Begun(Watched):
    """The side of a server that is there before anything happens."""

    _more: deque[Part]
    _calls: list[Call]
    _failures: list[Failure]
    _begun: bool
    _tooled_for: int

    def take(self, part: Part, by: int, *, reserved: bool = False) -> None:
        """Take a part."""
        raise NotImplementedError

    def _set_to_work(self, part: Part) -> None:
        raise NotImplementedError

    def _has_nothing_to_do(self) -> None:
        raise NotImplementedError

    def _put_on_offer(self) -> None:
        raise NotImplementedError

    def begin_with(self, part: Part, progress: Progress, left: int) -> None:
        """Have a part at the start: finished, or with so much (ns) of a stage left."""
        if progress is Progress.GATHERED:
            self.take(part, self.resource)
        elif self.part is not None:
            self._more.append(part)
        elif progress is Progress.FINISHED:
            self.part = part
            self._has_nothing_to_do()
            self._put_on_offer()
        else:
            self._set_to_work(part)
            self._begun = True
            self._overtime = not self._on_shift and self._habits.at_shift_end == ShiftEnd.FINISH
            self._resume_at(PROGRESS[progress], left)

    def _resume_at(self, step: Step, left: int) -> None:
        """Let all stages before one be over, and that have so much left."""
        assert self.part is not None
        if step is not Step.SETUP:
            self._tooled_for = self.part.product
        later = [stage for stage in self._todo if stage.step.value > step.value]
        self._todo = deque([Stage.new(step, left), *later])

    def open_call(self, group: int) -> Call | None:
        """Return its first call at the start that a group may answer."""
        if not self._down and not self._staff.called:
            self._staff.call(staffed(self._todo))
        calls = (call for call in self._calls if call.since is not None)
        return next((call for call in calls if group in call.groups), None)

    def failure(self, mode: int) -> Failure:
        """Return one of its failures or its maintenance, by its place among the modes."""
        return next(one for one in self._failures if one.column == mode)

"""Stations where a part that is worked on gives way to a more urgent one."""

from twin.kernel.model import NONE
from twin.kernel.states import Ending, Preempt
from twin.reference.buffer import Buffer
from twin.reference.floor import Floor
from twin.reference.parts import Part
from twin.reference.server import Server
from twin.reference.shifts import Calendar
from twin.reference.stages import Stage, Step
from twin.reference.station import Station


class Preemptible(Server):
    """Gives its part back to the queue when a more urgent one comes.

    Parameters
    ----------
    floor : Floor
    station : PreemptiveStation
    resource : int
    """

    def __init__(self, floor: Floor, station: "PreemptiveStation", resource: int) -> None:
        super().__init__(floor, station, resource)
        self._queue_of = station
        self._began = 0  # its present work
        self._work_ends = 0

    def gives_way_to(self, part: Part) -> bool:
        """Return whether its part would give way to another one."""
        if self.part is None or self._down or not self._on_shift:
            return False
        if not self._todo or self._todo[0].step is not Step.WORK:
            return False
        waits = any(plan.due for plan in self._plans)
        return not waits and self.part.priority > part.priority

    def importance(self) -> tuple[int, int, int]:
        """Return by what servers are sorted: the part of the last gives way first."""
        assert self.part is not None
        began = self._floor.env.now if self._doing is None else self._began
        return self.part.priority, began, self.resource

    def take(self, part: Part, by: int, *, reserved: bool = False) -> None:
        """Take a part in place of a less urgent one."""
        other = self.part
        if other is not None:
            self._take_off(other)
        super().take(part, by, reserved=reserved)
        if other is not None:
            self._queue_of.queue.take_back(other)

    def _take_off(self, part: Part) -> None:
        """Stop working on a part, and note what is left to do."""
        stage = self._todo.popleft()
        if self._doing is None:
            del self._floor.unstarted[self]
        else:
            self._doing = None
            self._process.interrupt(Ending.PREEMPTED)
            stage.left = max(0, self._work_ends - self._floor.env.now)
            for failure in self._failures:
                failure.work_ends()
            self._close(Ending.PREEMPTED)
        part.rest = stage.whole if self._queue_of.preempt is Preempt.RESTART else stage.left
        self.part = None
        self._begun = False

    def _start(self) -> None:
        super()._start()
        assert self._doing is not None
        self._began = self._floor.env.now
        self._work_ends = self._began + self._doing.left

    def _set_to_work(self, part: Part) -> None:
        if part.rest == NONE:
            super()._set_to_work(part)
            return
        self.part = part
        self._todo.append(Stage.new(Step.WORK, part.rest))
        part.rest = NONE
        self._floor.unstarted[self] = None


class PreemptiveStation(Station):
    """A station with a queue by priority, whose servers give parts back.

    Parameters
    ----------
    floor : Floor
    node : int
        Index of the node.
    calendar : Calendar or None
        Its shifts.
    """

    servers: list[Preemptible]  # type: ignore[assignment]
    queue: Buffer  # from which its parts come

    def __init__(self, floor: Floor, node: int, calendar: Calendar | None) -> None:
        self.preempt = Preempt(floor.line.nodes[node]["preempt"])
        super().__init__(floor, node, calendar)

    def _server(self, floor: Floor, resource: int) -> Preemptible:
        return Preemptible(floor, self, resource)

    def accepts(self, part: Part) -> bool:
        """Return whether a server is free, or its part gives way."""
        return super().accepts(part) or any(one.gives_way_to(part) for one in self.servers)

    def slot(self, part: Part) -> Server:
        """Return the first free server, else the one whose part gives way."""
        if super().accepts(part):
            return super().slot(part)
        yielding = [one for one in self.servers if one.gives_way_to(part)]
        return max(yielding, key=lambda one: one.importance())

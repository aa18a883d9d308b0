"""Servers: one machine or manual place each."""

from collections import deque
from collections.abc import Generator
from typing import TYPE_CHECKING

import simpy
from simpy.events import Event

from twin.kernel.states import Ending, OnFailure, ShiftEnd, State
from twin.reference.begun import Begun
from twin.reference.calls import Attendance, Call, calls_of
from twin.reference.environment import End, Family
from twin.reference.failures import Failure, failures_of
from twin.reference.floor import Floor
from twin.reference.maintenance import plans_of
from twin.reference.making import use_up
from twin.reference.parts import Offer, Part, run_length
from twin.reference.recorder import Track
from twin.reference.stages import Stage, Step, staffed

if TYPE_CHECKING:
    from twin.reference.group import Group
    from twin.reference.station import Station


_AWAITING = (State.WAITING_OPERATOR, State.WAITING_ROBOT)


class Server(Begun):
    """Takes a part, works on it, and offers it when it is finished.

    Parameters
    ----------
    floor : Floor
    station : Station
        Whose server it is.
    resource : int
    """

    def __init__(self, floor: Floor, station: "Station", resource: int) -> None:
        self.resource = resource
        self.rank = station.rank
        self.pick_at = station.pick_at
        self.part: Part | None = None
        self.awaits: State | None = None  # reserved; then how it waits for the carrier
        self.track = Track(floor.recorder, resource)
        self._floor = floor
        self._station = self.station = station
        self._offer: Offer | None = None  # its finished part
        self._more: deque[Part] = deque()  # other finished parts, which leave after it
        self._todo: deque[Stage] = deque()  # what is left to do for the part
        self._doing: Stage | None = None  # the first of these, while it is in progress
        self._begun = False  # any of it, and not finished
        self._down = False
        self._asleep = False
        self._tooled_for = self._tool = station.recipe.tooled_for
        self._doze: End | None = None
        calls = calls_of(floor, station.node, self)
        self._calls = calls
        self._staff = Attendance([call for call in calls if call.during])
        self._plans = plans_of(floor, station.node, self, calls)
        self._failures: list[Failure] = [
            *failures_of(floor, station.node, self, calls),
            *self._plans,
        ]
        self._mended: Failure | None = None  # by what it is down
        self._helpless: Failure | None = None  # nobody has come yet to repair or maintain it
        self._habits = station.habits
        calendar = station.habits.calendar
        self._on_shift = calendar is None or calendar.on
        self._overtime = False
        if calendar is not None:
            calendar.workers.append(self)
        self._go = floor.env.event()
        self._process = floor.env.process(self.run())
        floor.touched[self] = None

    # What it does by itself

    def run(self) -> Generator[Event, End, None]:
        """Go through one stage, each time the settling line says so."""
        while True:
            end = yield self._go
            self._go = self._floor.env.event()
            try:
                yield end
            except simpy.Interrupt as stop:
                end.abandon()
                if stop.cause is not Ending.PREEMPTED:
                    self._stop(max(0, end.due - self._floor.env.now), stop.cause)
            else:
                self._end_stage()

    def call_staff(self) -> None:
        """Call for those it needs to start or resume, if it could but for them.

        Those of whom the last came too late for this shift are let go.
        """
        if not self._staff.is_needed:
            return
        self.prepare()
        wakes_up = self._asleep and self._habits.wake_up
        if self._staff.lacking() or wakes_up or not self._is_up():
            return
        if not self._begun and not self._fits():
            self._staff.dismiss()
        elif not self._staff.called:
            self._staff.call(staffed(self._todo))

    def start_if_it_can(self) -> None:
        """Start or resume on the part it holds."""
        self.prepare()
        ready = self._is_up() and not self._staff.lacking()
        if ready and (self._begun or self._fits()):
            self._start()

    def prepare(self) -> None:
        """Get ready what is to be worked on; nothing to do where parts come as they are."""

    def is_stuck(self) -> bool:
        """Return whether it cannot start before somebody comes."""
        return self._helpless is not None or bool(self._staff.lacking())

    def _is_up(self) -> bool:
        return not self._down and (self._on_shift or self._overtime)

    def _start(self) -> None:
        self._begun = True
        self._staff.called = False
        if self._asleep:
            self._asleep = False
            if self._habits.wake_up:
                self._todo.appendleft(Stage.new(Step.WAKE_UP, self._habits.wake_up))
        env = self._floor.env
        stage = self._doing = self._todo[0]
        end = End(env, Family.OPERATION, self.resource, env.now + stage.left)
        if stage.step is Step.WORK:
            for failure in self._failures:
                failure.work_begins(end.at)
        del self._floor.unstarted[self]
        self._floor.touched[self] = None
        self._go.succeed(end)

    def _fits(self) -> bool:
        calendar = self._habits.calendar
        if self._habits.at_shift_end != ShiftEnd.START_IF_FITS or calendar is None:
            return True
        if calendar.until is None:
            return True
        env, wake_up = self._floor.env, self._habits.wake_up if self._asleep else 0
        end = env.noticed(env.now + wake_up) if wake_up else env.now
        for stage in self._todo:
            end = env.noticed(end + stage.left)
        return end <= calendar.until

    def _end_stage(self) -> None:
        stage = self._todo.popleft()
        self._doing = None
        self._close(Ending.DONE)
        if stage.step is Step.SETUP:
            self._tooled_for = self._tool
        elif stage.step is Step.WORK:
            for failure in self._failures:
                failure.work_ends()
            for plan in self._plans:
                plan.count()
        self._staff.keep(staffed(self._todo))
        if self._todo:
            self._floor.unstarted[self] = None
        else:
            self._finish()

    def _finish(self) -> None:
        assert self.part is not None
        self._begun = self._overtime = False
        if self._station.yields:
            self._take_apart(self.part)
        self._put_on_offer()
        self.begin_due()

    def _has_nothing_to_do(self) -> None:
        self._floor.unstarted.pop(self, None)

    def _put_on_offer(self) -> None:
        assert self.part is not None
        self._offer = self._station.outlet.offer(self, self.part)
        self._floor.offers.add(self._offer)

    def _take_apart(self, whole: Part) -> None:
        """Make of a part what it yields."""
        use_up(self._floor, self.resource, whole)
        made = [self._station.make(self.resource, one, whole) for one in self._station.yields]
        self.part = made[0]
        self._more.extend(made[1:])

    def _stop(self, left: int, fate: OnFailure | None) -> None:
        """Stop before the end; ``fate`` of the operation, None: it goes on next shift."""
        stage = self._doing
        assert stage is not None
        self._staff.dismiss()
        self._doing = None
        self._close(Ending.INTERRUPTED)
        self._floor.unstarted[self] = None
        stage.left = left
        if stage.step is not Step.WORK:
            return
        for failure in self._failures:
            failure.work_ends()
        if fate == OnFailure.RESTART:
            stage.left = stage.whole
        elif fate == OnFailure.SCRAP:
            self._scrap()

    def _scrap(self) -> None:
        floor, part = self._floor, self.part
        assert part is not None
        for one in (part, *self._more):
            floor.recorder.fact(one.entered, State.SCRAPPED, self.resource, one, self.resource)
            floor.inside -= 1
            one.keep_cards()
        self.part = None
        self._more.clear()
        self._todo.clear()
        self._begun = self._overtime = False
        del floor.unstarted[self]

    # What others do to it

    @property
    def offered(self) -> Offer | None:
        """Its finished part."""
        return self._offer

    def is_finished_for(self, group: "Group") -> bool:
        """Return whether a group could exchange its finished part, as that could go on now."""
        offer = self._offer
        if offer is None or offer.sent or offer.route.group is not group:
            return False
        there = self._on_shift and not self._down and self.awaits is None
        return there and offer.find() is not None

    def expect_exchange(self, kind: State) -> "Server":
        """Be kept for the part that its finished one is exchanged for."""
        self.awaits = kind
        return self

    def is_free(self) -> bool:
        """Return whether a part may come."""
        return self.part is None and self._on_shift and self.would_be_free()

    def would_be_free(self) -> bool:
        """Return whether a part might come if it were on shift."""
        return self.part is None and self.awaits is None and not self._down

    def take(self, part: Part, by: int, *, reserved: bool = False) -> None:
        """Take a part; how long everything to be done for it takes is drawn at once."""
        if reserved:
            self.awaits = None
        self._close(by)
        self._set_to_work(part)

    def expect(self, part: Part, kind: State) -> None:
        """Be kept for a part that a carrier brings."""
        self.awaits = kind

    def give_up(self) -> None:
        """Be kept for a part no longer."""
        self.awaits = None
        self._floor.touched[self] = None

    def holds(self) -> int:
        """Return how many parts it has, those on the way to it included."""
        return (self.part is not None) + (self.awaits is not None) + len(self._more)

    def parts(self) -> list[Part]:
        """Return the parts it has."""
        return [] if self.part is None else [self.part, *self._more]

    def in_a_row(self) -> int:
        """Return how many parts like the offered one leave one after the other."""
        assert self.part is not None
        return run_length([part.product for part in (self.part, *self._more)])

    def _draw(self, product: int) -> list[Stage]:
        """Return what has to be done for a product; without a set-up it is tooled at once."""
        stages = self._station.recipe.stages(product, self._tooled_for)
        self._tool = product
        if stages[0].step is not Step.SETUP:
            self._tooled_for = product
        return stages

    def _set_to_work(self, part: Part) -> None:
        self.part = part
        self._todo.extend(self._draw(part.product))
        self._floor.unstarted[self] = None

    def let_go(self, by: int) -> Part:
        """Let the finished part go."""
        part, offer = self.part, self._offer
        assert part is not None
        assert offer is not None
        self._floor.offers.withdraw(offer)
        self._close(by)
        self.part = self._offer = None
        if self._more:
            self.part = self._more.popleft()
            self._put_on_offer()
        return part

    def break_down(self, failure: Failure) -> None:
        """Go down for repair; all failure clocks stop."""
        self._down = True
        self._mended = failure
        self._helpless = failure if failure.crew is not None else None
        self._staff.dismiss()
        for other in self._failures:
            other.hold()
        if self._doing is not None:
            self._process.interrupt(failure.fate)
        elif self._on_shift or self._overtime:
            self._close(Ending.DONE)

    def joined(self, call: Call) -> None:
        """Let a unit that was called begin to repair, or be there for a stage."""
        assert call.unit is not None
        if self._helpless is not None and call is self._helpless.crew:
            if self.track.state is self._down_state():
                self._close(call.unit.resource)
            self._helpless.begin_repair()
            self._helpless = None
        elif not self._staff.lacking() and self.track.state in _AWAITING:
            self._close(call.unit.resource)

    def repaired(self, failure: Failure) -> None:
        """Be up again; calendar clocks go on."""
        self._down = False
        if self.track.state in (State.UNDER_REPAIR, State.MAINTENANCE):
            self._close(Ending.DONE)
        for other in self._failures:
            if other is not failure:
                other.go_on()

    def begin_due(self) -> None:
        """Begin the first maintenance that is due, unless an operation is to end first."""
        if self._down or self._begun:
            return
        plan = next((plan for plan in self._plans if plan.due), None)
        if plan is not None:
            plan.begin()

    def shift_begins(self) -> None:
        """Be there again."""
        if self._station.stopped:
            return
        self._on_shift = True
        self._overtime = False
        # With a part to work on, what it does now is known when the line has settled.
        known = self._down and self.track.state is not self._down_state()
        if not self._todo or known:
            self._close(Ending.DONE)
        self._floor.touched[self] = None

    def shift_ends(self) -> None:
        """Leave, now or when the operation is finished."""
        if self._station.stopped:
            return
        self._on_shift = False
        if self._begun and self._habits.at_shift_end == ShiftEnd.FINISH:
            self._overtime = True
            return
        self._asleep = False
        self._staff.dismiss()
        if self._doing is not None:
            self._process.interrupt()
        elif self.track.state is not State.OFF_SHIFT:
            self._close(Ending.DONE)

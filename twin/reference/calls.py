"""Calls of servers: somebody is to repair them, or to be there during some of their stages."""

from typing import TYPE_CHECKING, Protocol

from twin.kernel.states import CarrierKind, Stage, State
from twin.reference.floor import Floor

if TYPE_CHECKING:
    from twin.reference.carrier import Unit


class Caller(Protocol):
    """Who calls."""

    resource: int
    rank: int

    def joined(self, call: "Call") -> None:
        """Learn that the unit that was called has come."""


class Call:
    """One unit that a server may call.

    Parameters
    ----------
    floor : Floor
    index : int
        Its row in Line.calls.
    caller : Caller
        The server.
    place : int
        Where that is.

    Attributes
    ----------
    since : int or None
        Since when it is open, ns; None: nobody is called, or somebody answers.
    unit : Unit or None
        Who answers.
    there : bool
        Whether that unit has come.
    """

    def __init__(self, floor: Floor, index: int, caller: Caller, place: int) -> None:
        row = floor.line.calls[index]
        first, count = int(row["first"]), int(row["count"])
        self.index = index
        self.groups: list[int] = floor.line.answers[first : first + count].tolist()
        self.during = [stage for stage in Stage if int(row["during"]) >> stage & 1]
        self.shows = State.ATTENDING if self.during else State.REPAIRING
        kind = floor.line.carriers["kind"][self.groups[0]]
        robot = kind == CarrierKind.ROBOT
        self.awaited = State.WAITING_ROBOT if robot else State.WAITING_OPERATOR
        self.caller = caller
        self.place = place
        self.since: int | None = None
        self.unit: Unit | None = None
        self.there = False
        self._which = int(row["which"])
        self._floor = floor

    @property
    def order(self) -> tuple[int, ...]:
        """Its place among requests: priority, since, rank, resource, before all offers."""
        assert self.since is not None
        return 0, self.since, self.caller.rank, self.caller.resource, self._which

    def make(self) -> None:
        """Call."""
        self.since = self._floor.env.now
        self._floor.calls.append(self)

    def answer(self, unit: "Unit") -> None:
        """Be answered by a unit, which sets out."""
        self._close()
        self.unit = unit

    def arrive(self) -> None:
        """Let the unit be there."""
        self.there = True
        self.caller.joined(self)

    def call_off(self) -> None:
        """Need nobody any more; a unit on its way learns of it when it comes."""
        if self.since is not None:
            self._close()
        unit, there = self.unit, self.there
        self.unit, self.there = None, False
        if unit is not None and there:
            unit.leave()

    def lacks(self) -> bool:
        """Return whether somebody was called who is not there yet."""
        return self.since is not None or (self.unit is not None and not self.there)

    def _close(self) -> None:
        self.since = None
        self._floor.calls.remove(self)


class Attendance:
    """Those who have to be there while a server is in some of its stages.

    Parameters
    ----------
    calls : list of Call
        One for each of them, in order of declaration.
    """

    def __init__(self, calls: list[Call]) -> None:
        self._calls = calls
        self.is_needed = bool(calls)  # by any stage
        self.called = False  # for the next stage

    def call(self, stage: Stage | None) -> None:
        """Call for those whom the next stage needs and who are not there."""
        self.called = True
        for call in self._calls:
            if stage in call.during and call.unit is None:
                call.make()

    def lacking(self) -> list[Call]:
        """Return the calls that keep the next stage from beginning."""
        return [call for call in self._calls if call.lacks()]

    def keep(self, stage: Stage | None) -> None:
        """Let those go whom the next stage does not need."""
        for call in self._calls:
            if stage not in call.during:
                call.call_off()

    def dismiss(self) -> None:
        """Let all go, and call for no more."""
        self.called = False
        for call in self._calls:
            call.call_off()


def calls_of(floor: Floor, node: int, caller: Caller) -> list[Call]:
    """Return all calls of a server of the station at a node, those for repairs first."""
    row = floor.line.nodes[node]
    count = int(row["call_count"])
    first = int(row["call_first"]) + (caller.resource - int(row["resource"])) * count
    return [Call(floor, first + k, caller, int(row["place_at"])) for k in range(count)]

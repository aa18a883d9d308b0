"""Stations: what their servers have in common."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twin.kernel.log import PART_SHIFT
from twin.kernel.states import ShiftEnd, State
from twin.reference.floor import Floor
from twin.reference.making import make
from twin.reference.outlet import Outlet
from twin.reference.parts import Part
from twin.reference.server import Server
from twin.reference.shifts import Calendar
from twin.reference.stages import Recipe

if TYPE_CHECKING:
    from twin.reference.group import Group


@dataclass(frozen=True, slots=True)
class Habits:
    """How the servers of a station keep their hours."""

    calendar: Calendar | None
    at_shift_end: ShiftEnd
    standby_after: int  # ns, NONE: never
    wake_up: int  # ns


class Station:
    """A target whose servers work side by side.

    Parameters
    ----------
    floor : Floor
    node : int
        Index of the node.
    calendar : Calendar or None
        Its shifts.
    """

    gathers = False  # several parts, before work begins

    def __init__(self, floor: Floor, node: int, calendar: Calendar | None) -> None:
        row = floor.line.nodes[node]
        self.node = node
        self._floor = floor
        self.name = floor.line.node_names[node]
        self.recipe = Recipe(floor, node)
        self.loops = floor.loops_at(node)
        self.rank = int(row["rank"])
        self.pick_at = int(row["pick_at"])
        self.place_at = int(row["place_at"])
        self.outlet = Outlet(floor, node)
        self.habits = Habits(
            calendar=calendar,
            at_shift_end=ShiftEnd(row["at_shift_end"]),
            standby_after=int(row["standby_after"]),
            wake_up=int(row["wake_up"]),
        )
        first, count = int(row["yield_first"]), int(row["yield_count"])
        self.yields: list[int] = floor.line.yields[first : first + count].tolist()
        self._made = 0
        self.stopped = False  # by a user's process
        first = int(row["resource"])
        self.servers = [self._server(floor, first + k) for k in range(int(row["capacity"]))]

    def _server(self, floor: Floor, resource: int) -> Server:
        return Server(floor, self, resource)

    def stop(self) -> None:
        """Let all servers stop as at the end of a shift, until it is started again."""
        if not self.stopped:
            if self._on_shift:
                for server in self.servers:
                    server.shift_ends()
            self.stopped = True

    def start(self) -> None:
        """Let all servers go on as at the beginning of a shift."""
        if self.stopped:
            self.stopped = False
            if self._on_shift:
                for server in self.servers:
                    server.shift_begins()

    @property
    def _on_shift(self) -> bool:
        calendar = self.habits.calendar
        return calendar is None or calendar.on

    def finished_for(self, group: "Group") -> Server | None:
        """Return the first server whose finished part a group could exchange for another."""
        if self.yields or self.gathers:
            return None
        return next((one for one in self.servers if one.is_finished_for(group)), None)

    def accepts(self, part: Part) -> bool:
        """Return whether a server is free."""
        for server in self.servers:  # noqa: SIM110 - any() takes twice as long, and this is asked most
            if server.is_free():
                return True
        return False

    def has_room(self) -> bool:
        """Return whether a server would be free if all were on shift."""
        return any(server.would_be_free() for server in self.servers)

    def would_accept(self, part: Part) -> bool:
        """Return whether a server would take it if all were on shift."""
        return self.has_room()

    def first_empty(self) -> Server:
        """Return the first server without a part, on shift or off."""
        return next(server for server in self.servers if not server.parts())

    def slot(self, part: Part) -> Server:
        """Return the first free server."""
        return next(server for server in self.servers if server.is_free())

    def reserve(self, kind: State, part: Part) -> Server:
        """Keep the place it would take for a part that is to be carried."""
        server = self.slot(part)
        server.expect(part, kind)
        return server

    def room_for(self, part: Part) -> Server:
        """Return the first server with room for a part at the start, on shift or off."""
        return next(server for server in self.servers if server.would_be_free())

    def keep(self, kind: State, part: Part) -> Server:
        """Keep that for a part that is carried at the start."""
        server = self.room_for(part)
        server.expect(part, kind)
        return server

    def holds(self) -> int:
        """Return how many parts its servers have or wait for."""
        return sum(server.holds() for server in self.servers)

    def parts(self) -> list[Part]:
        """Return the parts on its servers."""
        return [part for server in self.servers for part in server.parts()]

    def make(self, resource: int, product: int, like: Part) -> Part:
        """Return a part that comes to be at a server, with the entry and urgency of another one."""
        number = (self.node << PART_SHIFT) + self._made
        self._made += 1
        part = make(self._floor, resource, number, product, like)
        part.take_cards(self.loops)
        return part

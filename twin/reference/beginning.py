"""The beginning: parts inside, units under way and servers that are down, as a plant has them."""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from simpy.events import Event

from twin.kernel.log import PART_SHIFT
from twin.kernel.model import NONE
from twin.kernel.states import Begin, Progress, State
from twin.reference.carrier import Unit
from twin.reference.conveyor import Conveyor
from twin.reference.environment import AT_ONCE, Planned
from twin.reference.floor import Floor
from twin.reference.parts import Part, Slot, Target
from twin.reference.server import Server
from twin.reference.station import Station

if TYPE_CHECKING:
    from twin.reference.plant import Node, Plant

_FIRST = 1 << (PART_SHIFT - 1)  # numbers of parts inside at the start begin here


class Beginning:
    """Brings a plant to what it is at time 0.

    Parameters
    ----------
    floor : Floor
    plant : Plant
        Still empty and at rest.
    """

    def __init__(self, floor: Floor, plant: "Plant") -> None:
        self._floor = floor
        self._nodes = plant.nodes
        self._servers = {server.resource: server for server in plant.servers}
        self._units = {unit.resource: unit for group in plant.groups for unit in group.units}
        self._made: Counter[int] = Counter()

    def begin(self) -> None:
        """Put everything where it is."""
        for row in self._floor.line.initial:
            if row["kind"] == Begin.UNIT:
                self._set_out(row)
            elif row["kind"] == Begin.DOWN:
                self._take_down(row)
            elif row["stage"] == NONE:
                self._put_at_node(row)
            else:
                self._put_on_servers(row)

    def _make(self, row: np.void, resource: int, target: Target) -> Part:
        """Return a part that enters the line at a resource."""
        floor, index, product = self._floor, int(row["node"]), int(row["product"])
        number = (index << PART_SHIFT) + _FIRST + self._made[index]
        self._made[index] += 1
        part = Part(number, product, 0, int(row["priority"]), due=int(row["due"]))
        part.entered = -int(row["age"])
        floor.recorder.fact(0, State.ENTERED, resource, part, resource)
        floor.inside += 1
        part.take_cards(target.loops)
        return part

    def _target(self, row: np.void) -> "Node":
        return self._nodes[int(row["node"])]

    def _put_at_node(self, row: np.void) -> None:
        node = self._target(row)
        slot: Slot = node  # type: ignore[assignment]  # neither a source nor a station
        for _ in range(int(row["count"])):
            part = self._make(row, slot.resource, node)  # type: ignore[arg-type]
            slot.take(part, slot.resource)
            if isinstance(node, Conveyor) and row["travelled"] != NONE:
                node.move_along(int(row["travelled"]))

    def _put_on_servers(self, row: np.void) -> None:
        station = self._target(row)
        assert isinstance(station, Station)
        several = self._floor.line.nodes[station.node]["several"]
        together = several and row["stage"] != Progress.GATHERED
        server: Server | None = None
        for _ in range(int(row["count"])):
            if server is None or not together:
                server = self._server(row, station)
            part = self._make(row, server.resource, station)
            server.begin_with(part, Progress(row["stage"]), int(row["left"]))

    def _server(self, row: np.void, station: Station) -> Server:
        """Return the server on which the next part of a row is."""
        if row["resource"] != NONE:
            return self._servers[int(row["resource"])]
        if row["stage"] == Progress.GATHERED:
            return station.room_for(Part(0, int(row["product"]), 0, 0))
        return station.first_empty()

    def _set_out(self, row: np.void) -> None:
        unit = self._units[int(row["resource"])]
        state, left, place = State(row["stage"]), int(row["left"]), int(row["place"])
        if row["product"] != NONE:
            target: Target = self._target(row)  # type: ignore[assignment]  # no source
            unit.bring(self._make(row, unit.resource, target), target, state, left)
        elif state is State.ATTENDING:
            self._attend(unit, self._servers[place], left)
        elif state is State.IDLE:
            unit.stand_at(place)
        else:
            unit.come_to(place, left)

    def _attend(self, unit: Unit, server: Server, left: int) -> None:
        """Send a unit to a server that needs it, when that has broken down if it does."""

        def attend(_: Event) -> None:
            call = server.open_call(unit.group)
            if call is not None:
                unit.answer(call, left)

        Planned(self._floor.env, 0, AT_ONCE, attend)

    def _take_down(self, row: np.void) -> None:
        """Break a server down at 0, when its clocks run and before anything happens."""
        server = self._servers[int(row["resource"])]
        mode, left = int(row["stage"]), int(row["left"])

        def strike(_: Event) -> None:
            server.failure(mode).strike(left)

        Planned(self._floor.env, 0, AT_ONCE, strike)

"""Sets up the shop floor of a line."""

import numpy as np

from twin.kernel.model import NONE
from twin.kernel.states import Choose, Intake, NodeKind
from twin.reference.assembly import Assembly
from twin.reference.beginning import Beginning
from twin.reference.belt import Belt
from twin.reference.buffer import Buffer
from twin.reference.campaign import Campaigns
from twin.reference.conveyor import Conveyor
from twin.reference.deciding import worth_of_targets
from twin.reference.floor import Floor
from twin.reference.foresight import Foresight
from twin.reference.group import Group
from twin.reference.oven import Oven
from twin.reference.parts import Route, Target
from twin.reference.preemption import PreemptiveStation
from twin.reference.settling import Settling
from twin.reference.shifts import Calendar
from twin.reference.sink import Sink
from twin.reference.source import Source
from twin.reference.station import Station

Node = Source | Buffer | Conveyor | Station | Sink


class Plant:
    """Everything that stands on a floor.

    Parameters
    ----------
    floor : Floor
        Still empty.
    """

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._calendars = [Calendar(floor, index) for index in range(floor.line.calendars.size)]
        self.nodes = [self._node(index) for index in range(floor.line.nodes.size)]
        self.sources = [node for node in self.nodes if isinstance(node, Source)]
        self.stations = [node for node in self.nodes if isinstance(node, Station)]
        self.servers = [server for station in self.stations for server in station.servers]
        self.groups = [
            Group(floor, index, self._hours(int(row["calendar"])))
            for index, row in enumerate(floor.line.carriers)
        ]
        floor.groups = self.groups
        self.tracks = {server.resource: server.track for server in self.servers}
        self.tracks |= {unit.resource: unit.track for group in self.groups for unit in group.units}
        self.settling = Settling(floor, self.servers, self.groups)
        floor.offers.routes = [self._routes(index) for index in range(len(self.nodes))]
        self._join_queues()
        Beginning(floor, self).begin()
        for source in self.sources:
            source.open()

    def fullest(self) -> tuple[str, int]:
        """Return the node with most parts, and how many those are."""
        names = self._floor.line.node_names
        held = [len(n.waiting) if isinstance(n, Source) else n.holds() for n in self.nodes]
        return names[held.index(max(held))], max(held)

    def _hours(self, calendar: int) -> Calendar | None:
        return None if calendar == NONE else self._calendars[calendar]

    def _node(self, index: int) -> Node:
        floor, row = self._floor, self._floor.line.nodes[index]
        calendar = self._hours(int(row["calendar"]))
        match NodeKind(row["kind"]):
            case NodeKind.SOURCE:
                node: Node = Source(floor, index, calendar)
            case NodeKind.BUFFER:
                node = Buffer(floor, index)
            case NodeKind.CONVEYOR:
                node = Belt(floor, index) if row["stops"] else Conveyor(floor, index)
            case NodeKind.STATION if row["intake"] == Intake.KIT:
                node = Assembly(floor, index, calendar)
            case NodeKind.STATION if row["intake"] == Intake.BATCH:
                node = Oven(floor, index, calendar)
            case NodeKind.STATION if row["intake"] == Intake.CAMPAIGN:
                node = Campaigns(floor, index, calendar)
            case NodeKind.STATION if row["before"]:
                node = Foresight(floor, index, calendar)
            case NodeKind.STATION if row["preempt"]:
                node = PreemptiveStation(floor, index, calendar)
            case NodeKind.STATION:
                node = Station(floor, index, calendar)
            case _:
                node = Sink(floor, index)
        return node

    def _routes(self, node: int) -> dict[int, Route]:
        """Return the route of each product that leaves a node."""
        line = self._floor.line
        routes: dict[int, Route] = {}  # by row
        of_product = {}
        for product, row in enumerate(line.route_of[node].tolist()):
            if row != NONE:
                routes[row] = routes.get(row) or self._route(node, row)
                of_product[product] = routes[row]
        return of_product

    def _route(self, origin: int, index: int) -> Route:
        line = self._floor.line
        row = line.routes[index]
        first, choices, span = (int(row[key]) for key in ("first", "choices", "span"))
        options = line.options[first : first + choices * span : span]
        targets = [self._target(option) for option in options]
        last = int(row["otherwise"])
        choose = Choose(row["choose"])
        limits = zip(targets, options["limit"].tolist(), strict=True)
        return Route(
            origin=origin,
            choose=choose,
            targets=tuple(targets),
            cumulative=tuple(options["cumulative"].tolist()),
            limits={target: limit for target, limit in limits if limit != NONE},
            otherwise=self._target(line.options[last]) if last != NONE else None,
            overflow=self._target(line.options[first + 1]) if span > 1 else None,
            worth=worth_of_targets(self._floor, choose, int(row["function"]), targets),
            group=None if row["carrier"] == NONE else self.groups[row["carrier"]],
            priority=int(row["priority"]),
        )

    def _join_queues(self) -> None:
        """Let stations know the queue into which their parts go back."""
        for node, routes in zip(self.nodes, self._floor.offers.routes, strict=True):
            for target in {one for route in routes.values() for one in route.targets}:
                if isinstance(target, PreemptiveStation):
                    assert isinstance(node, Buffer)
                    target.queue = node

    def _target(self, option: np.void) -> Target:
        node = self.nodes[int(option["target"])]
        assert not isinstance(node, Source)
        return node

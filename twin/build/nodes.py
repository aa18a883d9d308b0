"""Nodes of the flow: what stands where, and how far downstream."""

from collections import deque
from dataclasses import dataclass, field
from math import floor

import numpy as np
from numpy.typing import NDArray

from cells.schema import Buffer, Cell, Conveyor, Sink, Source, Station
from twin.build.kits import Kits, add_kit
from twin.build.setups import SetupTables, add_stages
from twin.build.sources import SourceTables
from twin.build.tables import CalendarTable, DistributionTable
from twin.kernel.model import MODE, NODE, NONE, NS_PER_S
from twin.kernel.names import stream_id
from twin.kernel.states import Clock, NodeKind, OnFailure, Order, Preempt, ShiftEnd

# Columns that count or measure something: 0, not NONE, where they do not apply.
_ZERO = (
    "intake",
    "several",
    "kit_count",
    "kit_size",
    "together",
    "yield_count",
    "preempt",
    "before",
    "batch_least",
    "batch_most",
    "batch_same",
    "staged",
    "order",
    "dwell",
    "saturated",
    "external",
    "batch",
    "off_shift",
    "mix_count",
    "at_shift_end",
    "wake_up",
    "mode_count",
    "planned",
    "call_count",
    "need_first",
    "transit",
    "gap",
    "stops",
    "good",
)


@dataclass
class Nodes:
    """The nodes of a line while they are collected, and what hangs on them."""

    rows: NDArray[np.void]  # (N,) NODE
    names: tuple[str, ...]
    setups: SetupTables
    sources: SourceTables
    kits: Kits
    resources: list[str] = field(default_factory=list)
    resource_node: list[int] = field(default_factory=list)
    modes: list[tuple[int, int, int, int]] = field(default_factory=list)
    plans: dict[int, int] = field(default_factory=dict)  # parts until due, of modes planned
    mode_names: list[str] = field(default_factory=list)
    mode_call: dict[int, int] = field(default_factory=dict)  # of modes that need somebody

    def index(self, name: str) -> int:
        """Return the index of a node by its name."""
        return self.names.index(name)


def collect_nodes(
    cell: Cell, dists: DistributionTable, calendars: CalendarTable, places: tuple[str, ...]
) -> Nodes:
    """Return the nodes of an expanded cell in the order the model prescribes."""
    groups = (cell.sources, cell.buffers, cell.conveyors, cell.stations, cell.sinks)
    described = [(name, node) for group in groups for name, node in group.items()]
    rows = np.zeros(len(described), dtype=NODE)
    for column in NODE.names or ():
        if NODE[column] == np.int64:
            rows[column] = NONE
    for column in _ZERO:
        rows[column] = 0
    rows["pace"] = 1.0
    products = list(cell.products)
    nodes = Nodes(
        rows=rows,
        names=tuple(name for name, _ in described),
        setups=SetupTables(products),
        sources=SourceTables(cell, dists, calendars),
        kits=Kits(products),
    )
    for index, (name, node) in enumerate(described):
        row = rows[index]
        row["resource"] = len(nodes.resources)
        row["route_stream"] = stream_id(name, "route")
        servers = node.servers if isinstance(node, Station) else 1
        nodes.resources += [name] if servers == 1 else [f"{name}[{k + 1}]" for k in range(servers)]
        nodes.resource_node += [index] * servers
        row["pick_at"], row["place_at"] = _where(node, places)
        if isinstance(node, Source | Buffer) and node.patience is not None:
            row["patience"] = dists.add(node.patience)
            row["patience_stream"] = stream_id(name, "patience")
        if isinstance(node, Source):
            nodes.sources.describe(row, name, node)
        elif isinstance(node, Buffer):
            row["kind"] = NodeKind.BUFFER
            row["capacity"] = NONE if node.capacity is None else node.capacity
            row["order"] = Order[node.order.upper()]
            row["dwell"] = node.dwell
        elif isinstance(node, Conveyor):
            _conveyor(row, node)
        elif isinstance(node, Station):
            _station(nodes, row, name, node, dists, calendars)
        else:
            row["kind"] = NodeKind.SINK
            row["good"] = int(node.counts_as == "good")
    return nodes


def _where(
    node: Source | Buffer | Conveyor | Station | Sink, places: tuple[str, ...]
) -> tuple[int, int]:
    at = getattr(node, "at", None)
    pick = getattr(node, "pick_at", None) or at
    place = getattr(node, "place_at", None) or at
    return (
        places.index(pick) if pick is not None else NONE,
        places.index(place) if place is not None else NONE,
    )


def _conveyor(row: np.void, conveyor: Conveyor) -> None:
    row["kind"] = NodeKind.CONVEYOR
    # The small allowance keeps 1.2 m of 0.1 m pitch at twelve parts in spite of binary fractions.
    row["capacity"] = floor(conveyor.length / conveyor.pitch + 1e-9)
    row["transit"] = round(conveyor.length / conveyor.speed * NS_PER_S)
    row["gap"] = round(conveyor.pitch / conveyor.speed * NS_PER_S)
    row["stops"] = not conveyor.accumulating


def _station(
    nodes: Nodes,
    row: np.void,
    name: str,
    station: Station,
    dists: DistributionTable,
    calendars: CalendarTable,
) -> None:
    row["kind"] = NodeKind.STATION
    row["capacity"] = station.servers
    row["process_stream"] = stream_id(name, "process")
    add_kit(row, station, nodes.kits)
    add_stages(row, name, station, nodes.setups, dists)
    row["before"] = int(station.blocking is not None)
    if station.preempt is not None:
        row["preempt"] = Preempt[station.preempt.upper()]
    row["calendar"] = calendars.add(station.shifts)
    row["at_shift_end"] = ShiftEnd[station.at_shift_end.upper()]
    standby = station.power.standby if station.power else None
    if standby is not None:
        row["standby_after"], row["wake_up"] = standby.after, standby.wake_up
    row["mode_first"], row["mode_count"] = len(nodes.modes), len(station.failures)
    for mode_name, mode in station.failures.items():
        nodes.mode_names.append(mode_name)
        nodes.modes.append(
            (
                dists.add(mode.after),
                dists.add(mode.repair),
                Clock[mode.clock.upper()],
                OnFailure[mode.on_failure.upper()],
            )
        )
    _maintenance(nodes, row, station, dists)


def _maintenance(nodes: Nodes, row: np.void, station: Station, dists: DistributionTable) -> None:
    """Fill in the maintenance of a station: modes behind those of its failures."""
    row["planned"] = int(bool(station.maintenance))
    row["mode_count"] += len(station.maintenance)
    for name, plan in station.maintenance.items():
        after, clock = NONE, Clock.IDLE
        if plan.every is not None:
            after, clock = dists.constant(float(plan.every)), Clock.CALENDAR
        elif plan.after_working is not None:
            after, clock = dists.constant(float(plan.after_working)), Clock.OPERATING
        elif plan.after_parts is not None:
            clock = Clock.PARTS
        else:
            row["idle_mode"] = len(nodes.modes) - int(row["mode_first"])
        nodes.plans[len(nodes.modes)] = plan.after_parts or 0
        nodes.mode_names.append(name)
        nodes.modes.append((after, dists.add(plan.takes), clock, OnFailure.RESUME))


def mode_rows(nodes: Nodes) -> NDArray[np.void]:
    """Return the failure modes of all stations, dtype MODE."""
    rows = [
        (*mode, nodes.mode_call.get(k, NONE), int(k in nodes.plans), nodes.plans.get(k, 0))
        for k, mode in enumerate(nodes.modes)
    ]
    return np.array(rows, dtype=MODE)


def ranks(count: int, sinks: list[int], moves: list[tuple[int, int]]) -> list[int]:
    """Return for each node the fewest moves to a sink; one more than the most if none leads there.

    Parameters
    ----------
    count
        Number of nodes.
    sinks
        Nodes where parts leave.
    moves
        Pairs (from, to) a part may move along.
    """
    feeders: dict[int, list[int]] = {node: [] for node in range(count)}
    for origin, target in moves:
        feeders[target].append(origin)
    distance = dict.fromkeys(sinks, 0)
    queue = deque(sinks)
    while queue:
        node = queue.popleft()
        for feeder in feeders[node]:
            if feeder not in distance:
                distance[feeder] = distance[node] + 1
                queue.append(feeder)
    last = max(distance.values(), default=0) + 1
    return [distance.get(node, last) for node in range(count)]

"""Robots and operators: groups, their places, and how long they take between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import dist

import numpy as np
from numpy.typing import NDArray

from cells.attendance import needs_of
from cells.carriers import Operator, Robot, Sequence, Tool
from cells.errors import CellError
from cells.own_rules import DISPATCH, OwnRule
from cells.schema import Cell
from twin.build.nodes import Nodes
from twin.build.rules import Rules
from twin.build.tables import CalendarTable, DistributionTable
from twin.kernel.model import CARRIER, HAND, NONE, NS_PER_S
from twin.kernel.states import CarrierKind, Serve
from twin.motion import MoveTimes

NOWHERE = ""  # the place of nodes without one, as close as can be to everything


@dataclass
class Carriers:
    """The carrier groups of a line."""

    rows: NDArray[np.void]  # (G,) CARRIER
    names: tuple[str, ...]
    units: list[str]  # resource names of all units, group by group
    unit_group: list[int]
    sequences: list[int]  # nodes
    hands: NDArray[np.void]  # (G, P) HAND
    travel: NDArray[np.int64]  # (G, 1 + W, S, S) ns
    pick: NDArray[np.int64]  # (G, W, L)
    place: NDArray[np.int64]  # (G, W, L)


def collect_carriers(
    cell: Cell,
    motion: Mapping[str, MoveTimes],
    places: tuple[str, ...],
    dists: DistributionTable,
    calendars: CalendarTable,
    nodes: Nodes,
    rules: Rules,
) -> Carriers:
    """Return robots, then operators; their units get their resources after those of the nodes.

    Raises
    ------
    CellError
        If a robot carries parts and ``motion`` does not say how long it takes.
    """
    groups: dict[str, Robot | Operator | Tool] = {
        **cell.robots,
        **cell.operators,
        **cell.tools,
    }
    loads = max([1, *(times.loads for times in motion.values())])
    stands = len(places) * max([1, *(times.grippers for times in motion.values())])
    shape = (len(groups), loads, len(places))
    carriers = Carriers(
        rows=np.zeros(len(groups), dtype=CARRIER),
        names=tuple(groups),
        units=[],
        unit_group=[],
        sequences=[],
        hands=np.zeros((len(groups), len(cell.products)), dtype=HAND),
        travel=np.zeros((len(groups), 1 + loads, stands, stands), dtype=np.int64),
        pick=np.full(shape, NONE, dtype=np.int64),
        place=np.full(shape, NONE, dtype=np.int64),
    )
    for index, (name, group) in enumerate(groups.items()):
        row = carriers.rows[index]
        row["resource"] = len(nodes.resources) + len(carriers.units)
        row["rule"], row["calendar"], row["home"] = Serve.FIRST_COME, NONE, NONE
        row["exchange"] = row["function"] = NONE
        if not isinstance(group, Tool):
            _rule(carriers, row, group.serves, nodes, rules)
            row["calendar"] = calendars.add(group.shifts)
            row["home"] = places.index(group.home) if group.home is not None else NONE
        if isinstance(group, Robot) and group.gripper.exchange is not None:
            row["exchange"] = group.gripper.exchange
        if isinstance(group, Robot):
            row["kind"], row["units"] = CarrierKind.ROBOT, 1
            if name in motion:
                _robot(carriers, index, motion[name], places, dists)
                _hands(carriers.hands[index], motion[name], list(cell.products), len(places))
            elif _is_asked(cell, name):
                raise CellError(
                    f"robot {name!r}: how long do its moves take?  Give `motion` for it"
                )
        elif isinstance(group, Tool):
            row["kind"], row["units"] = CarrierKind.TOOL, group.count
        else:
            row["kind"], row["units"] = CarrierKind.OPERATOR, group.count
            _operator(carriers, index, group, cell, places, dists)
        units = int(row["units"])
        carriers.units += [name] if units == 1 else [f"{name}[{k + 1}]" for k in range(units)]
        carriers.unit_group += [index] * units
    return carriers


def _is_asked(cell: Cell, robot: str) -> bool:
    """Return whether a robot carries or attends anything."""
    needs = (need for station in cell.stations.values() for need in needs_of(station))
    return any(flow.by == robot for flow in cell.flow) or any(need.robot == robot for need in needs)


def _rule(
    carriers: Carriers, row: np.void, serves: str | Sequence | OwnRule, nodes: Nodes, rules: Rules
) -> None:
    """Write down which request a group takes, and the nodes of a fixed sequence."""
    if isinstance(serves, Sequence):
        row["rule"], row["turn_first"] = Serve.SEQUENCE, len(carriers.sequences)
        row["turn_count"] = len(serves.sequence)
        carriers.sequences += [nodes.index(name) for name in serves.sequence]
    elif isinstance(serves, OwnRule):
        row["rule"], row["function"] = Serve.OWN, rules.add(serves, len(DISPATCH))
    else:
        row["rule"] = Serve[serves.upper()]


def _robot(
    carriers: Carriers,
    group: int,
    times: MoveTimes,
    places: tuple[str, ...],
    dists: DistributionTable,
) -> None:
    at = np.array([places.index(name) for name in times.places], dtype=np.int64)
    stands = (np.arange(times.grippers)[:, None] * len(places) + at).ravel()
    for row, travel in enumerate(times.travel):
        carriers.travel[group, row][np.ix_(stands, stands)] = travel
    for table, handling in ((carriers.pick, times.pick), (carriers.place, times.place)):
        for load, values in enumerate(np.atleast_2d(handling)):
            for place, value in zip(at, values, strict=True):
                table[group, load, place] = dists.constant(float(value))


def _hands(hands: NDArray[np.void], times: MoveTimes, products: list[str], places: int) -> None:
    """Write down which load and which gripper go with each product."""
    for k, product in enumerate(products):
        hands["load"][k] = times.load_of.get(product, 0)
        hands["grip"][k] = times.gripper_of.get(product, 0) * places


def _operator(
    carriers: Carriers,
    group: int,
    operator: Operator,
    cell: Cell,
    places: tuple[str, ...],
    dists: DistributionTable,
) -> None:
    for i, origin in enumerate(places):
        for k, target in enumerate(places):
            if NOWHERE not in (origin, target):
                metres = dist(cell.places[origin].position[:2], cell.places[target].position[:2])
                ns = round(metres / operator.walking * NS_PER_S)
                carriers.travel[group, :2, i, k] = ns
    for table, time in ((carriers.pick, operator.pick), (carriers.place, operator.place)):
        if time is not None:
            table[group, 0] = dists.add(time)


def settle_places(
    carriers: Carriers, nodes: NDArray[np.void], moves: list[tuple[int, int, int]], nowhere: int
) -> None:
    """Give every node a carrier serves a place, and every group a home, in place.

    A group without a home starts where it first picks, in order of the flow.
    """
    for origin, target, carrier in moves:
        if carrier == NONE:
            continue
        if nodes["pick_at"][origin] == NONE:
            nodes["pick_at"][origin] = nowhere
        if nodes["place_at"][target] == NONE:
            nodes["place_at"][target] = nowhere
        if carriers.rows["home"][carrier] == NONE:
            carriers.rows["home"][carrier] = nodes["pick_at"][origin]
    idle = carriers.rows["home"] == NONE  # groups no flow entry uses
    carriers.rows["home"][idle] = nowhere

"""What a line begins with, as rows of the line."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cells.inside import Inside, UnitNow
from cells.schema import Cell, Conveyor
from twin.build.carriers import Carriers
from twin.build.nodes import Nodes
from twin.kernel.model import INITIAL, NONE, NS_PER_S
from twin.kernel.states import Begin, Progress, State

Row = dict[str, int]

_NOTHING: Row = {
    **dict.fromkeys(INITIAL.names or (), NONE),
    **dict.fromkeys(("count", "age", "left"), 0),
}


def collect_initial(
    cell: Cell, nodes: Nodes, carriers: Carriers, places: tuple[str, ...]
) -> NDArray[np.void]:
    """Return what holds at time 0: parts inside, units under way, servers that are down.

    Parameters
    ----------
    cell : Cell
        Expanded.
    nodes, carriers
        Its nodes and groups.
    places : tuple of str
    """
    products = list(cell.products)
    units = [_unit(cell, nodes, carriers, places, products, entry) for entry in cell.units]
    rows = [
        *(row for entry in cell.inside for row in _parts(cell, nodes, products, entry)),
        *(unit for unit in units if unit["stage"] != State.ATTENDING),
        *_downs(cell, nodes),
        *(unit for unit in units if unit["stage"] == State.ATTENDING),
    ]
    table = np.zeros(len(rows), dtype=INITIAL)
    for column in INITIAL.names or ():
        table[column] = [row[column] for row in rows]
    return table


def _parts(cell: Cell, nodes: Nodes, products: list[str], entry: Inside) -> Iterator[Row]:
    index = nodes.index(entry.at)
    row = _NOTHING | {"kind": Begin.PARTS, "node": index, "count": entry.count, "age": entry.age}
    row |= _kind_of_part(cell, products, entry, entry.product)
    if entry.server is not None:
        row["resource"] = int(nodes.rows["resource"][index]) + entry.server - 1
    for stage, left in entry.progress.items():
        named = "process" if stage == "work" else stage
        row["stage"], row["left"] = Progress[named.upper()], left
    conveyor = cell.conveyors.get(entry.at)
    station = cell.stations.get(entry.at)
    if conveyor is not None and entry.positions is not None:
        for position in entry.positions:
            yield row | {"count": 1, "travelled": _travelled(conveyor, position)}
    elif station is not None and station.yields and not entry.finished:
        yield from [row | {"count": 1}] * entry.count  # each on a server of its own
    else:
        yield row


def _kind_of_part(cell: Cell, products: list[str], entry: Inside | UnitNow, product: str) -> Row:
    priority = cell.products[product].priority if entry.priority is None else entry.priority
    due = NONE if entry.due is None else entry.due
    return {"product": products.index(product), "priority": priority, "due": due}


def _travelled(conveyor: Conveyor, position: float) -> int:
    """Return how long ago a part at a position got on a belt that has run since, ns."""
    transit = round(conveyor.length / conveyor.speed * NS_PER_S)
    return min(transit, round(position / conveyor.speed * NS_PER_S))


def _unit(
    cell: Cell,
    nodes: Nodes,
    carriers: Carriers,
    places: tuple[str, ...],
    products: list[str],
    entry: UnitNow,
) -> Row:
    group = carriers.names.index(entry.group)
    row = _NOTHING | {
        "kind": Begin.UNIT,
        "resource": int(carriers.rows["resource"][group]) + entry.unit - 1,
        "left": entry.left or 0,
    }
    if entry.carries is not None and entry.to is not None:
        row |= _kind_of_part(cell, products, entry, entry.carries)
        row |= {"node": nodes.index(entry.to)}
        row |= {"count": 1, "age": entry.age, "stage": State[entry.step.upper()]}
        return row
    if entry.attends is not None:
        index = nodes.index(entry.attends)
        row["stage"] = State.ATTENDING
        row["place"] = int(nodes.rows["resource"][index]) + entry.server - 1
        return row
    place = entry.at if entry.moves_to is None else entry.moves_to
    assert place is not None
    row |= {"place": places.index(place)}
    row["stage"] = State.IDLE if entry.moves_to is None else State.MOVING
    return row


def _downs(cell: Cell, nodes: Nodes) -> Iterator[Row]:
    for entry in cell.down:
        index, station = nodes.index(entry.at), cell.stations[entry.at]
        failures, plans = list(station.failures), list(station.maintenance)
        if entry.failure is not None:
            mode = failures.index(entry.failure)
        else:
            mode = len(failures) + plans.index(entry.maintenance or "")
        yield _NOTHING | {
            "kind": Begin.DOWN,
            "resource": int(nodes.rows["resource"][index]) + entry.server - 1,
            "stage": mode,
            "left": entry.left,
        }

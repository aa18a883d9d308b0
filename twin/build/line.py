"""A cell and its robots' move times become a line."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cells.canonical import model_id
from cells.expand import expand
from cells.graph import build_graph
from cells.load import load_cell
from cells.schema import Cell
from twin.build.beginning import collect_initial
from twin.build.calls import Calls, collect_calls
from twin.build.carriers import NOWHERE, Carriers, collect_carriers, settle_places
from twin.build.loops import Loops, collect_loops
from twin.build.nodes import Nodes, collect_nodes, mode_rows, ranks
from twin.build.orders import mean_times
from twin.build.routes import Routes, collect_routes
from twin.build.rules import Rules
from twin.build.tables import CalendarTable, DistributionTable
from twin.kernel.model import NONE, Line
from twin.kernel.names import stream_id
from twin.kernel.states import NodeKind
from twin.motion import MoveTimes, move_times
from twin.programs import with_process_times


def load_line(path: str | Path, *, allow_rules: bool = False) -> Line:
    """Return the line of a cell file, with the move times of its robots.

    Parameters
    ----------
    path : str or Path
    allow_rules : bool
        Whether the user's own rules may be run with the line.

    Raises
    ------
    cells.errors.CellFileError
        If the file is wrong; all its faults are listed.
    robots.errors.MotionError
        If a robot cannot do what the cell asks of it.
    """
    cell = load_cell(path, allow_rules=allow_rules)
    return build_line(cell, move_times(cell, Path(path).parent))


def build_line(cell: Cell, motion: Mapping[str, MoveTimes] | None = None) -> Line:
    """Return the line of a cell.

    Parameters
    ----------
    cell
        A checked cell.
    motion
        For each robot how long its moves take; may be left out if the cell has no robot.
    """
    flat = with_process_times(expand(cell), motion or {})
    parts = _collect(cell, flat, motion or {})
    nodes, carriers, routes = parts.nodes, parts.carriers, parts.routes
    process = _process(flat, nodes, parts.dists)
    after, repair = _failure_streams(nodes, len(carriers.units))
    units = ("",) * len(nodes.resources) + tuple(carriers.units)
    return Line(
        name=cell.name,
        model_id=model_id(cell),
        nodes=nodes.rows,
        node_names=nodes.names,
        resources=(*nodes.resources, *carriers.units),
        resource_node=np.array(nodes.resource_node + [NONE] * len(carriers.units), np.int64),
        resource_carrier=np.array([NONE] * len(nodes.resources) + carriers.unit_group, np.int64),
        products=tuple(flat.products),
        product_priority=np.array([x.priority for x in flat.products.values()], np.int64),
        mean_time=mean_times(flat, nodes),
        process=process,
        kits=nodes.kits.rows(),
        yields=nodes.kits.yielded(),
        setup=nodes.setups.rows(),
        route_of=routes.route_of,
        routes=routes.rows(),
        options=routes.option_rows(),
        arrivals=nodes.sources.arrival_rows(),
        mix=nodes.sources.mix_rows(),
        modes=mode_rows(nodes),
        mode_names=tuple(nodes.mode_names),
        after_stream=after,
        repair_stream=repair,
        dists=parts.dists.rows(),
        values=parts.dists.values(),
        carriers=carriers.rows,
        carrier_names=carriers.names,
        places=parts.places,
        hands=carriers.hands,
        travel=carriers.travel,
        pick=carriers.pick,
        place=carriers.place,
        pick_stream=_unit_streams(units, "pick"),
        place_stream=_unit_streams(units, "place"),
        calls=parts.calls.rows(),
        answers=parts.calls.groups(),
        sequences=np.array(carriers.sequences or [0], np.int64),
        calendars=parts.calendars.rows(),
        toggles=parts.calendars.toggles(),
        loops=parts.loops.rows,
        loop_names=parts.loops.names,
        loop_nodes=parts.loops.nodes,
        rules=tuple(parts.rules.found),
        initial=collect_initial(flat, nodes, carriers, parts.places),
        scan=flat.run.scan,
        most_parts=flat.run.most_parts,
        most_events=flat.run.most_events,
    )


class _Parts(NamedTuple):
    """What a line is put together from."""

    nodes: Nodes
    carriers: Carriers
    loops: Loops
    routes: Routes
    dists: DistributionTable
    calendars: CalendarTable
    places: tuple[str, ...]
    calls: Calls
    rules: Rules


def _collect(cell: Cell, flat: Cell, motion: Mapping[str, MoveTimes]) -> _Parts:
    dists = DistributionTable()
    calendars = CalendarTable(flat.shifts, flat.run.start)
    places = (*flat.places, NOWHERE)
    nodes = collect_nodes(flat, dists, calendars, places)
    rules = Rules(flat.rule_files)
    carriers = collect_carriers(flat, motion, places, dists, calendars, nodes, rules)
    loops = collect_loops(cell, nodes)
    routes = collect_routes(flat, nodes, list(carriers.names), loops, rules)
    settle_places(carriers, nodes.rows, routes.moves, nowhere=len(places) - 1)
    calls = collect_calls(flat, nodes, list(carriers.names), nowhere=len(places) - 1)
    sinks = np.flatnonzero(nodes.rows["kind"] == NodeKind.SINK).tolist()
    nodes.rows["rank"] = ranks(len(nodes.names), sinks, [move[:2] for move in routes.moves])
    return _Parts(nodes, carriers, loops, routes, dists, calendars, places, calls, rules)


def _process(cell: Cell, nodes: Nodes, dists: DistributionTable) -> NDArray[np.int64]:
    products = list(cell.products)
    process = np.full((len(nodes.names), len(products)), NONE, dtype=np.int64)
    for name, station in cell.stations.items():
        if isinstance(station.process, dict):
            for product, distribution in station.process.items():
                process[nodes.index(name), products.index(product)] = dists.add(distribution)
        else:
            made = products if station.makes is None else [station.makes]
            row = dists.add(station.process)
            process[nodes.index(name), [products.index(product) for product in made]] = row
    if any(station.campaign for station in cell.stations.values()):
        _leave_out_strangers(cell, nodes, process)
    return process


def _leave_out_strangers(cell: Cell, nodes: Nodes, process: NDArray[np.int64]) -> None:
    """Drop products that never get to a station with campaigns: it does not change over to them."""
    reached = build_graph(cell).reached
    for name, station in cell.stations.items():
        for k, product in enumerate(cell.products):
            if station.campaign and (name, product) not in reached:
                process[nodes.index(name), k] = NONE


def _failure_streams(nodes: Nodes, units: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the streams of each server's failure modes: time to failure and time to repair."""
    most = max(1, int(nodes.rows["mode_count"].max(initial=0)))
    after = np.zeros((len(nodes.resources) + units, most), dtype=np.uint64)
    repair = np.zeros_like(after)
    for resource, node in enumerate(nodes.resource_node):
        first = int(nodes.rows["mode_first"][node])
        for k in range(max(0, int(nodes.rows["mode_count"][node]))):
            name, mode = nodes.resources[resource], nodes.mode_names[first + k]
            after[resource, k] = stream_id(name, f"failure:{mode}")
            mends = "maintenance" if first + k in nodes.plans else "repair"
            repair[resource, k] = stream_id(name, f"{mends}:{mode}")
    return after, repair


def _unit_streams(units: tuple[str, ...], purpose: str) -> NDArray[np.uint64]:
    return np.array([stream_id(name, purpose) if name else 0 for name in units], dtype=np.uint64)

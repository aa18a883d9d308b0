"""What servers that gather lack in a line that stands still."""

from collections.abc import Iterator
from itertools import takewhile
from math import inf

import numpy as np

from twin.kernel.arrays import EMPTY, Model, State
from twin.kernel.model import Line
from twin.kernel.states import Intake, NodeKind

# What is waited for, and the nodes whose parts keep it.
Awaited = tuple[str, tuple[int, ...]]


def targets_of(line: Line, state: State, r: int) -> list[int]:
    """Return the nodes to which the part that resource r offers may go."""
    x = state.res[r]
    if x["row"] < 0:
        return []
    route = line.routes[x["row"]]
    first, count = int(route["first"]), int(route["count"])
    options = range(first, first + count)
    if x["choice"] >= 0:
        options = range(int(x["choice"]), int(x["choice"] + route["span"]))
    return [int(line.options["target"][k]) for k in options]


def short_of(line: Line, model: Model, state: State) -> dict[int, list[Awaited]]:
    """Return the servers that lack parts to begin with, and what they lack."""
    found: dict[int, list[Awaited]] = {}
    for n in np.flatnonzero(np.isin(line.nodes["intake"], (Intake.KIT, Intake.BATCH))).tolist():
        node = line.nodes[n]
        servers = range(int(node["resource"]), int(node["resource"] + node["capacity"]))
        ready = [r for r in servers if _may_gather(state, r)]
        begun = [r for r in ready if _kept(model, state, r)[1] > 0]
        if node["intake"] == Intake.BATCH:
            suppliers = model.suppliers[model.supplier_first[n] : model.supplier_first[n + 1]]
            found |= {r: [("more parts", tuple(suppliers.tolist()))] for r in begun}
        else:
            found |= _short_of_components(line, model, state, n, begun or ready)
    return {r: lacking for r, lacking in found.items() if lacking}


def _may_gather(state: State, r: int) -> bool:
    return bool(state.res["phase"][r] == EMPTY and state.res["down"][r] < 0)


def _short_of_components(
    line: Line, model: Model, state: State, n: int, servers: list[int]
) -> dict[int, list[Awaited]]:
    """Return what assembly servers lack: all that have begun, or the first empty one."""
    node = line.nodes[n]
    kit = line.kits[node["kit_first"] : node["kit_first"] + node["kit_count"]]
    products, counts = kit["product"].tolist(), kit["count"].tolist()
    if not any(_kept(model, state, r)[1] for r in servers):
        here = [_on_offer(line, model, state, n, product) for product in products]
        waits = node["together"] == 1 and any(here)
        counters = {r: here for r in servers[:1] if waits}
    else:
        first = model.res["kit"]
        counters = {r: state.kit["here"][first[r] : first[r] + len(kit)].tolist() for r in servers}
    return {
        r: [
            (f"component {line.products[product]}", _where(line, model, state, product))
            for product, count, got in zip(products, counts, here, strict=True)
            if got < count
        ]
        for r, here in counters.items()
    }


def _on_offer(line: Line, model: Model, state: State, n: int, product: int) -> float:
    """Return how many parts of a product are on offer to station n, whoever is on shift."""
    offering = np.flatnonzero(state.res["offered"] == 1).tolist()
    return sum(
        _run(line, model, state, r, product) for r in offering if n in targets_of(line, state, r)
    )


def _run(line: Line, model: Model, state: State, r: int, product: int) -> float:
    """Return how many parts of a product resource r would offer one after the other."""
    n = int(line.resource_node[r])
    node = line.nodes[n]
    if node["kind"] == NodeKind.STATION:
        parts = _held_by(line, state, r)
    else:
        parts = _listed(state, int(state.nodes["head"][n]), int(state.nodes["parts"][n]))
    run = len(list(takewhile(lambda one: one == product, parts)))
    if run and node["kind"] == NodeKind.SOURCE and node["saturated"] and node["mix_count"] == 1:
        return inf if node["limit"] < 0 else run + int(node["limit"] - state.nodes["created"][n])
    return run


def _where(line: Line, model: Model, state: State, product: int) -> tuple[int, ...]:
    """Return the nodes inside the line at which parts of a product are."""
    return tuple(
        n for n in range(line.nodes.size) if product in _products_at(line, model, state, n)
    )


def _products_at(line: Line, model: Model, state: State, n: int) -> Iterator[int]:
    node, x, y = line.nodes[n], state.nodes[n], state.node_extra[model.extra_of[n]]
    if node["kind"] == NodeKind.STATION:
        for r in range(int(node["resource"]), int(node["resource"] + node["capacity"])):
            yield from _held_by(line, state, r)
            yield from _listed(state, *_kept(model, state, r))
    elif node["kind"] in (NodeKind.BUFFER, NodeKind.CONVEYOR):
        yield from _listed(state, int(x["head"]), int(x["parts"]))
        yield from _listed(state, int(y["unripe_head"]), int(y["unripe"]))


def _kept(model: Model, state: State, r: int) -> tuple[int, int]:
    """Return the first of the parts that a server has gathered, and how many there are."""
    x = state.extra[model.res["extra"][r]]
    return int(x["kept"]), int(x["gathered"])


def _held_by(line: Line, state: State, r: int) -> Iterator[int]:
    """Yield the products of the parts that a server works on or has finished."""
    part = int(state.res["part"][r])
    several = line.nodes["several"][line.resource_node[r]] == 1
    while part >= 0:
        yield int(state.parts["product"][part])
        part = int(state.parts["next"][part]) if several else -1


def _listed(state: State, part: int, count: int) -> Iterator[int]:
    """Yield the products of so many parts of a list."""
    for _ in range(count):
        yield int(state.parts["product"][part])
        part = int(state.parts["next"][part])

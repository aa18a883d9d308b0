"""Checks of flow entries: each complete in itself, and one for each node and product."""

from collections.abc import Iterator

from cells.arrivals import adds_up
from cells.expand import QUEUE, expand, machines, numbered_flow
from cells.graph import Node, spare_targets, targets_of
from cells.names import NODES
from cells.own_rules import OwnRule
from cells.problems import Problem
from cells.rework import check_limits_of_ways
from cells.schema import Cell, Flow, Source, Station


def check_entries(cell: Cell) -> list[Problem]:
    """Return what is wrong with the flow entries of a cell whose names are right."""
    flat = expand(cell)
    nodes: dict[str, Node] = {
        **flat.sources,
        **flat.buffers,
        **flat.conveyors,
        **flat.stations,
        **flat.sinks,
    }
    found = [*_written(cell), *check_limits_of_ways(cell), *_repeated(cell)]
    for k, entry in numbered_flow(cell):
        if k < 0:
            found += _round(entry, nodes)
            continue
        if len(set(targets_of(entry))) < len(targets_of(entry)):
            found.append(Problem(("flow", k, "to"), "a target is named twice"))
        if len(targets_of(entry)) == 1 and isinstance(entry.choose, OwnRule):
            message = "a rule chooses among several targets; name them, `to: [mill, lathe]`"
            found.append(Problem(("flow", k, "choose"), message))
        found += [*_itself(k, entry, nodes), *_places(k, entry, nodes, cell)]
    return list(dict.fromkeys(found))


def _written(cell: Cell) -> Iterator[Problem]:
    for k, entry in enumerate(cell.flow):
        named = targets_of(entry)
        if not named:
            yield Problem(("flow", k, "to"), "no target is named")
        if isinstance(entry.to, dict):
            wrong = adds_up(entry.to.values()) if named else None
            if wrong:
                yield Problem(("flow", k, "to"), wrong)
            if "choose" in entry.model_fields_set and entry.choose != "random":
                what = "{rule}" if isinstance(entry.choose, OwnRule) else entry.choose
                message = f"shares are drawn at random; leave out `choose: {what}`"
                yield Problem(("flow", k, "choose"), message)


def _repeated(cell: Cell) -> Iterator[Problem]:
    first: dict[tuple[str, str | None], int] = {}
    written = [(k, entry) for k, entry in numbered_flow(cell) if k >= 0]
    leaving = {entry.from_: k for k, entry in written}
    for name, station in cell.stations.items():
        for machine in machines(name, station):
            if station.then is not None and machine in leaving:
                message = f"parts leaving {machine!r} have an entry already"
                both = f"flow[{leaving[machine]}]; leave one of both out"
                yield Problem(("stations", name, "then"), f"{message}, {both}")
    for k, entry in written:
        products = [entry.product] if isinstance(entry.product, str) else entry.product
        for product in [None] if products is None else products:
            spot = (entry.from_, product)
            if spot in first:
                what = "parts" if product is None else f"parts of product {product!r}"
                yield Problem(
                    ("flow", k, "from"),
                    f"{what} leaving {entry.from_!r} have an entry already, flow[{first[spot]}];"
                    " write one entry with all targets",
                )
            first.setdefault(spot, k)


def _round(entry: Flow, nodes: dict[str, Node]) -> Iterator[Problem]:
    """Find stations that send their parts to themselves by `then`."""
    for one in _itself(0, entry, nodes):
        yield Problem(("stations", entry.from_, "then"), one.message)


def _itself(k: int, entry: Flow, nodes: dict[str, Node]) -> Iterator[Problem]:
    node = nodes[entry.from_]
    several = isinstance(node, Station) and node.servers > 1
    if entry.from_ in (*targets_of(entry), *spare_targets(entry)) and not several:
        yield Problem(
            ("flow", k, "to"),
            f"{entry.from_!r} would wait for its own place; give a station a `queue` for rework",
        )


def _places(k: int, entry: Flow, nodes: dict[str, Node], cell: Cell) -> Iterator[Problem]:
    """Robots need a position at both ends; people find theirs."""
    if entry.by not in cell.robots:
        return
    if _place(nodes[entry.from_], "pick_at") is None:
        key = _key(entry.from_, "pick_at", cell)
        yield Problem(
            ("flow", k, "from"),
            f"robot {entry.by!r} has no place to pick at {entry.from_!r}; give it `{key}`",
        )
    for target in dict.fromkeys([*targets_of(entry), *spare_targets(entry)]):
        if _place(nodes[target], "place_at") is None:
            key = _key(target, "place_at", cell)
            yield Problem(
                ("flow", k, "to"),
                f"robot {entry.by!r} has no place to put parts at {target!r}; give it `{key}`",
            )


def _key(name: str, key: str, cell: Cell) -> str:
    """Return the key at which a node of the expanded cell is given its place."""
    written = [node for section in NODES for node in getattr(cell, section)]
    if name not in written:  # one machine of several, or its queue
        return "places" if name.removesuffix(QUEUE) not in cell.stations else "at"
    return "at" if name in cell.stations else key


def _place(node: Node, key: str) -> str | None:
    found: str | None = getattr(node, key, None) or getattr(node, "at", None)
    return None if isinstance(node, Source) and key == "place_at" else found

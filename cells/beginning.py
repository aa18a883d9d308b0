"""Checks of what a line begins with: parts inside."""

from collections import Counter
from collections.abc import Iterator

from cells.at_work import check_downs, check_units
from cells.expand import has_queue
from cells.graph import Graph, Node
from cells.inside import Inside
from cells.loads import Taken, check_servers
from cells.places import one_machine, room_of
from cells.problems import Problem
from cells.schema import Cell, Conveyor, Station

_SLACK = 1e-6  # m; positions are written as decimal fractions


def check_beginning(cell: Cell, graph: Graph) -> Iterator[Problem]:
    """Yield what is wrong with the start of a cell whose names and flow entries are right."""
    total: Counter[str] = Counter()
    for k, (entry, flat) in enumerate(zip(cell.inside, graph.cell.inside, strict=True)):
        node = graph.nodes[flat.at]
        yield from one_machine(cell, ("inside", k, "at"), entry.at)
        yield from _under_way(cell, k, entry, node)
        yield from _positions(k, entry, node)
        total[flat.at] += flat.count
        room = room_of(node)
        if room is not None and total[flat.at] > room:
            message = f"{total[flat.at]} parts do not fit into {flat.at!r}: it holds {room}"
            yield Problem(("inside", k, "at"), message)
    taken: Taken = {}
    yield from check_servers(graph, taken)
    yield from _spacing(graph)
    yield from check_units(cell, graph, total, taken)
    yield from check_downs(cell)


# ---- parts on servers ----


def _under_way(cell: Cell, k: int, entry: Inside, node: Node) -> Iterator[Problem]:
    """Find operations under way where they cannot be."""
    progress = entry.progress
    station = cell.stations.get(entry.at)
    if len(progress) > 1:
        path = ("inside", k, _key(list(progress)[1]))
        yield Problem(path, "say of one stage how much is left; those after it are still to come")
    elif not progress:
        if entry.server is not None:
            message = "goes with `work_left` (or `setup_left`, `load_left`, `unload_left`,"
            yield Problem(
                ("inside", k, "server"), f"{message} `finished`, `gathered`); leave it out"
            )
        if station is not None and not has_queue(station) and station.count is None:
            yield Problem(
                ("inside", k, "at"),
                f"{entry.at!r} has no queue; write `queue: {entry.count}` at it, or `work_left:"
                " 20 s` here for a part that is being worked on",
            )
    else:
        (stage,) = progress
        for message in _impossible(stage, entry, node):
            yield Problem(("inside", k, _key(stage)), message)


def _key(stage: str) -> str:
    return stage if stage in ("finished", "gathered") else f"{stage}_left"


def _impossible(stage: str, entry: Inside, node: Node) -> Iterator[str]:
    """Yield why parts cannot be in a stage at a node."""
    if not isinstance(node, Station):
        yield f"only a station works on parts; leave `{_key(stage)}` out"
        return
    if stage in ("setup", "load", "unload") and getattr(node, stage) is None:
        yield f"{entry.at!r} has no `{stage}`; give it one, or write `work_left`"
    if stage == "gathered":
        if node.batch is None and not node.assemble:
            yield f"{entry.at!r} neither assembles nor works on batches; leave it out"
        elif node.assemble and entry.product not in node.assemble:
            yield f"no kit of {entry.at!r} has a {entry.product!r}"
    elif node.makes is not None and entry.product != node.makes:
        message = f"what it works on is the {node.makes!r} that it makes; parts of a kit are"
        yield f"{message} `gathered: true`"
    if node.yields and stage == "finished" and entry.product not in node.yields:
        what = " or ".join(node.yields)
        yield f"what is finished there is {what}; found {entry.product!r}"
    if stage == "finished" and node.blocking is not None:
        yield "a finished part has a place to go to there; put it where it goes"


# ---- parts on conveyors ----


def _positions(k: int, entry: Inside, node: Node) -> Iterator[Problem]:
    if entry.positions is None:
        return
    path = ("inside", k, "positions")
    if not isinstance(node, Conveyor):
        yield Problem(path, "only on a conveyor parts have positions; leave them out")
        return
    if len(entry.positions) != entry.count:
        yield Problem(path, f"one for each part: {len(entry.positions)} for {entry.count}")
    for position in entry.positions:
        if not 0.0 <= position <= node.length + _SLACK:
            message = f"from 0 m, its entry, to {node.length:g} m, its end; found {position:g} m"
            yield Problem(path, message)


def _spacing(graph: Graph) -> Iterator[Problem]:
    """Find parts on conveyors that overlap, and some with positions beside some without."""
    last: dict[str, float | None] = {}
    for k, entry in enumerate(graph.cell.inside):
        node = graph.nodes[entry.at]
        if not isinstance(node, Conveyor):
            continue
        path = ("inside", k, "positions" if entry.positions else "at")
        if entry.at in last and (last[entry.at] is None) != (entry.positions is None):
            yield Problem(path, f"give `positions` of all parts on {entry.at!r}, or of none")
            return
        before = last.get(entry.at)
        for position in entry.positions or ():
            if before is not None and position > before - node.pitch + _SLACK:
                message = f"the first first, each at least the pitch, {node.pitch:g} m, behind the"
                found = f"one before; found {position:g} m behind {before:g} m"
                yield Problem(path, f"{message} {found}")
                return
            before = position
        last[entry.at] = before

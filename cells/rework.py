"""Checks of how often a part may go a way, and where it goes instead."""

from collections.abc import Iterator

from cells.expand import machines
from cells.problems import Problem
from cells.schema import Cell, Flow


def check_limits_of_ways(cell: Cell) -> Iterator[Problem]:
    """Yield what is wrong with `at_most`, `otherwise` and `if_full` in the flow."""
    for k, entry in enumerate(cell.flow):
        named = [entry.to] if isinstance(entry.to, str) else list(entry.to)
        drawn = isinstance(entry.to, dict) or entry.choose == "cyclic"
        found = [*_at_most(entry, named), *_otherwise(entry), *_drawn(entry, named, drawn=drawn)]
        for key, message in [*found, *_several(cell, entry)]:
            yield Problem(("flow", k, key), message)


def _at_most(entry: Flow, named: list[str]) -> Iterator[tuple[str, str]]:
    for name in entry.at_most:
        if name not in named:
            yield "at_most", f"{name!r} is none of the targets: {', '.join(named)}"
    if entry.at_most and entry.otherwise is None:
        yield "at_most", "where does a part go that has been there so often?  Give `otherwise`"


def _otherwise(entry: Flow) -> Iterator[tuple[str, str]]:
    if entry.otherwise is not None and not entry.at_most:
        message = "`otherwise` goes with `at_most: {mill: 2}`; for what finds no room: `if_full`"
        yield "otherwise", message
    if entry.otherwise in entry.at_most:
        yield "otherwise", f"{entry.otherwise!r} has a limit itself; name a target without one"


def _drawn(entry: Flow, named: list[str], *, drawn: bool) -> Iterator[tuple[str, str]]:
    """Limits and overflows are for parts that have been given one target."""
    if entry.at_most and len(named) > 1 and not drawn:
        yield "at_most", "a limit goes with shares, `choose: cyclic`, or a single target"
    if entry.if_full is not None and not drawn:
        both = ", ".join([*named, entry.if_full])
        yield "if_full", f"write `to: [{both}]`: the first that has room takes the part"


def _several(cell: Cell, entry: Flow) -> Iterator[tuple[str, str]]:
    limited = [("at_most", name) for name in entry.at_most]
    for key, name in [*limited, ("otherwise", entry.otherwise), ("if_full", entry.if_full)]:
        station = cell.stations.get(name or "")
        if station is not None and station.count is not None:
            names = ", ".join(machines(name or "", station))
            yield key, f"{name!r} stands for several machines; name one of {names}"

"""Checks of who does what: robots and operators, and what the cell asks of them."""

from collections import Counter
from collections.abc import Iterator

from cells.attendance import needs_of, runner
from cells.carriers import Need, Operator, Robot, Sequence
from cells.expand import machines, numbered_flow
from cells.problems import Problem
from cells.schema import Cell, Station

_STAGES = ("setup", "load", "process", "unload")


def check_staff(cell: Cell) -> list[Problem]:
    """Return what is wrong with the work of robots and operators; names are right."""
    found: list[Problem] = []
    for section in ("robots", "operators"):
        described: dict[str, Robot | Operator] = getattr(cell, section)
        for name, group in described.items():
            if isinstance(group.serves, Sequence):
                path = (section, name, "serves", "sequence")
                found += _sequence(cell, path, name, group.serves.sequence)
    return [*found, *_carriers(cell), *_skills(cell), *_crews(cell), *_needs(cell)]


def crews_of(cell: Cell) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield who is called to repair or to maintain a station, and where that is written."""
    for name, station in cell.stations.items():
        for section in ("failures", "maintenance"):
            for mode, described in getattr(station, section).items():
                if described.crew is not None:
                    yield ("stations", name, section, mode, "crew"), described.crew


def _carriers(cell: Cell) -> Iterator[Problem]:
    """Find operators who carry parts in no known time."""
    for name, operator in cell.operators.items():
        if any(entry.by == name for entry in cell.flow):
            for key in ("pick", "place"):
                if getattr(operator, key) is None:
                    message = f"{name!r} carries parts; how long does it take?  Write `{key}: 4 s`"
                    yield Problem(("operators", name, key), message)


def _skills(cell: Cell) -> Iterator[Problem]:
    for name, operator in cell.operators.items():
        for k, skill in enumerate(operator.skills):
            path = ("operators", name, "skills", k)
            if skill in {**cell.operators, **cell.robots, **cell.tools}:
                yield Problem(path, f"{skill!r} is a group already; call the skill something else")
            elif skill in operator.skills[:k]:
                yield Problem(path, f"the skill {skill!r} is named twice")


def _crews(cell: Cell) -> Iterator[Problem]:
    for path, who in crews_of(cell):
        yield from _bound(cell, path, who)


def _needs(cell: Cell) -> Iterator[Problem]:
    for name, station in cell.stations.items():
        asked: Counter[tuple[str, str]] = Counter()
        for need in needs_of(station):
            path = ("stations", name, "needs")
            given = [
                who for who in (need.robot, need.operator, need.skill, need.tool) if who is not None
            ]
            if len(given) != 1:
                yield Problem(path, "give exactly one of `robot`, `operator`, `skill` and `tool`")
                continue
            yield from _bound(cell, path, need.who)
            placed = station.at is not None or station.places is not None
            # `cells.runs` looks after those that come for their program.
            if need.robot is not None and not placed and need.robot != runner(cell, station):
                message = f"robot {need.robot!r} has no place at {name!r}; give the station `at`"
                yield Problem(path, message)
            yield from _absent(station, path, need)
            for stage in _during(need):
                asked[need.who, stage] += need.count
        for who in dict.fromkeys(who for who, _ in asked):
            most, there = max(asked[who, stage] for stage in _STAGES), _heads(cell, who)
            if most > there:
                message = f"needs {most} of {who!r} at once; there are {there}: it could never work"
                yield Problem(("stations", name, "needs"), message)


def _during(need: Need) -> list[str]:
    stages = [need.during] if isinstance(need.during, str) else need.during
    return [stage for stage in _STAGES if stage in stages or "all" in stages]


def _absent(station: Station, path: tuple[str, ...], need: Need) -> Iterator[Problem]:
    """Find needs for stages that the station does not have."""
    stages = [need.during] if isinstance(need.during, str) else need.during
    if not stages:
        yield Problem((*path, "during"), "no stage is named; write `during: process`")
    for stage in stages:
        if stage not in ("process", "all") and getattr(station, stage) is None:
            yield Problem(
                (*path, "during"), f"the station has no `{stage}`; give it one: {stage}: 1 min"
            )


def _bound(cell: Cell, path: tuple[str, ...], who: str) -> Iterator[Problem]:
    """Find a group that is asked to come though it serves in a fixed sequence."""
    for section in ("robots", "operators"):
        for name, group in getattr(cell, section).items():
            if who in (name, *getattr(group, "skills", ())) and isinstance(group.serves, Sequence):
                message = f"{name!r} serves in a fixed sequence and answers no call"
                yield Problem(path, f"{message}; give it another rule")


def _heads(cell: Cell, who: str) -> int:
    """Return how many there are of a robot, a group, or operators with a skill."""
    if who in cell.robots:
        return 1
    if who in cell.tools:
        return cell.tools[who].count
    groups = [one for name, one in cell.operators.items() if who == name or who in one.skills]
    return sum(group.count for group in groups)


def _sequence(
    cell: Cell, path: tuple[str, ...], name: str, sequence: list[str]
) -> Iterator[Problem]:
    """Find nodes of a sequence from which nothing is picked, and nodes it leaves out."""
    picked = dict.fromkeys(entry.from_ for _, entry in numbered_flow(cell) if entry.by == name)
    for k, node in enumerate(sequence):
        station = cell.stations.get(node)
        if station is not None and station.count is not None:
            names = ", ".join(machines(node, station))
            message = f"{node!r} stands for several machines; name each of {names}"
            yield Problem((*path, k), message)
        elif node not in picked:
            message = f"{name!r} carries nothing from {node!r}; it would wait there for ever"
            yield Problem((*path, k), message)
    missing = [node for node in picked if node not in sequence]
    if missing:
        message = f"{name!r} carries parts from {', '.join(missing)} too; name each in the sequence"
        yield Problem(path, message)

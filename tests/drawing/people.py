"""Random features of robots and operators, drawn into the document of a random cell."""

from random import Random
from typing import Any


def sequences(rng: Random, document: dict[str, Any]) -> None:
    """Let some groups serve their nodes in a fixed sequence."""
    for section in ("robots", "operators"):
        for name, group in document[section].items():
            carried = [entry for entry in document["flow"] if entry.get("by") == name]
            nodes = list(dict.fromkeys(entry["from"] for entry in carried))
            if nodes and rng.random() > 0.8:
                rng.shuffle(nodes)
                again = [rng.choice(nodes)] if rng.random() > 0.7 else []
                group["serves"] = {"sequence": nodes + again}


def crews(rng: Random, document: dict[str, Any]) -> None:
    """Let operators, of a group or with a skill, repair some failures and do some maintenance."""
    modes = _modes(document)
    if not modes or rng.random() > 0.6:
        return
    if rng.random() > 0.5:
        fixers: dict[str, Any] = {"walking": "1 m/s", "count": rng.choice([1, 1, 2])}
        if document["shifts"] and rng.random() > 0.6:
            fixers["shifts"] = rng.choice(list(document["shifts"]))
        fixers["serves"] = rng.choice(["first_come", "nearest", "longest_wait"])
        document["operators"]["fixers"] = fixers
    who = [name for name in _willing(rng, document) if name not in document["robots"]]
    for mode in modes:
        if who and rng.random() > 0.3:
            mode["crew"] = rng.choice(who)


def _modes(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return all failures and all maintenance."""
    return [
        mode
        for station in document["stations"].values()
        for key in ("failures", "maintenance")
        for mode in station.get(key, {}).values()
    ]


def needs(rng: Random, document: dict[str, Any]) -> None:
    """Let somebody be there during some stages of some stations."""
    who = _willing(rng, document)
    if rng.random() > 0.8:
        document["tools"] = {"wrench": {"count": rng.choice([1, 2])}}
        who.append("wrench")
        for mode in _modes(document):
            if rng.random() > 0.8:
                mode["crew"] = "wrench"
    for station in document["stations"].values():
        if who and rng.random() > 0.75:
            station["needs"] = [
                _need(rng, document, station, name) for name in rng.sample(who, min(len(who), 2))
            ][: rng.choice([1, 1, 2])]


def _need(rng: Random, document: dict[str, Any], station: dict[str, Any], who: str) -> Any:
    stages = [stage for stage in ("setup", "load", "unload") if stage in station]
    stages += ["process", "process", "all"]
    during: Any = rng.choice(stages)
    if rng.random() > 0.7:
        during = sorted({rng.choice(stages), rng.choice(stages)})
    kind = "operator" if who in document["operators"] else "skill"
    if who in document["robots"]:
        kind = "robot"
    if who in document.get("tools", {}):
        kind = "tool"
    count = {"count": 2} if kind == "operator" and rng.random() > 0.8 else {}
    return {kind: who, "during": during, **count}


def _willing(rng: Random, document: dict[str, Any]) -> list[str]:
    """Return groups that answer calls, and skills that some of them get here."""
    groups = [
        name
        for section in ("operators", "robots")
        for name, group in document[section].items()
        if not isinstance(group["serves"], dict)
    ]
    people = [name for name in groups if name in document["operators"]]
    if people and rng.random() > 0.5:
        for name in people:
            if rng.random() > 0.4:
                document["operators"][name]["skills"] = ["fixing"]
    skilled = [name for name in people if "skills" in document["operators"][name]]
    return groups + ["fixing"] * min(1, len(skilled))


def grippers(rng: Random, document: dict[str, Any]) -> None:
    """Give some robots a dual gripper."""
    for robot in document["robots"].values():
        if not isinstance(robot["serves"], dict) and rng.random() > 0.5:
            robot["gripper"] |= {"type": "dual", "exchange": f"{rng.randint(0, 2)} s"}

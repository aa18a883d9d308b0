"""Random starts: what a plant may be about when the line begins."""

from random import Random
from typing import Any

from tests.drawing.flow import entry_of

Document = dict[str, Any]


def now(rng: Random, document: Document) -> None:
    """Let some of a cell be under way at the start."""
    _positions(rng, document)
    if rng.random() > 0.8:
        _servers(rng, document)
    document["down"], document["units"] = [], []
    if rng.random() > 0.8:
        _downs(rng, document)
    if rng.random() > 0.7:
        _units(rng, document)


def _positions(rng: Random, document: Document) -> None:
    """Give the parts on conveyors positions, from the end on."""
    for name, conveyor in document["conveyors"].items():
        own = [entry for entry in document["inside"] if entry["at"] == name]
        product = entry_of(document, name)
        if not own and product is not None and rng.random() > 0.8:
            own = [{"product": product, "at": name, "count": rng.randint(1, 2)}]
            document["inside"] += own
        if not own or rng.random() < 0.2:
            continue
        length = float(conveyor["length"].removesuffix(" m"))
        pitch = 0.5 if conveyor["pitch"] == "500 mm" else 1.0
        at = length - rng.choice([0.0, 0.0, 0.5 * pitch, 1.25 * pitch])
        for entry in own:
            entry["positions"] = []
            for _ in range(entry["count"]):
                entry["positions"].append(f"{at:g} m")
                at -= pitch * rng.choice([1.0, 1.0, 1.5])


def _servers(rng: Random, document: Document) -> None:
    """Put parts on machines, in any stage."""
    for name, station in document["stations"].items():
        if any(entry["at"] == name and "work_left" in entry for entry in document["inside"]):
            continue
        product = station.get("makes") or entry_of(document, name)
        if rng.random() < 0.3 or product is None or station.get("count"):
            continue
        stages = [key for key in ("setup", "load", "unload") if key in station]
        gathers = "batch" in station or "assemble" in station
        if gathers and rng.random() > 0.5:
            part = rng.choice(list(station["assemble"])) if "assemble" in station else product
            most = station.get("assemble", {}).get(part, 1)
            document["inside"].append({"product": part, "at": name, "count": rng.randint(1, most)})
            document["inside"][-1]["gathered"] = True
            continue
        stage = rng.choice(["finished", "work_left", *(f"{key}_left" for key in stages)])
        if "yields" in station and rng.random() > 0.5:
            stage, product = "finished", rng.choice(list(station["yields"]))
        most = station["batch"]["most"] if "batch" in station else station.get("servers", 1)
        entry: Document = {"product": product, "at": name, "count": rng.randint(1, most)}
        entry[stage] = True if stage == "finished" else f"{rng.randint(0, 5)} s"
        if rng.random() > 0.7:
            entry |= {"priority": rng.randint(-1, 2), "due": f"{rng.randint(0, 60)} s"}
        if entry["count"] == 1 and rng.random() > 0.6:
            entry["server"] = rng.randint(1, station.get("servers", 1))
        document["inside"].append(entry)


def _downs(rng: Random, document: Document) -> None:
    for name, station in document["stations"].items():
        modes = [("failure", mode) for mode in station.get("failures", {})]
        modes += [("maintenance", mode) for mode in station.get("maintenance", {})]
        if modes and not station.get("count") and rng.random() > 0.4:
            key, mode = rng.choice(modes)
            server = rng.randint(1, station.get("servers", 1))
            left = f"{rng.randint(0, 9)} s"
            document["down"].append({"at": name, "server": server, key: mode, "left": left})


def _units(rng: Random, document: Document) -> None:
    groups = [("robot", name) for name in document["robots"]]
    groups += [("operator", name) for name in document["operators"]]
    for key, name in groups:
        unit: Document = {key: name}
        if key == "operator":
            unit["unit"] = rng.randint(1, document["operators"][name].get("count", 1))
        places = list(document["places"])
        what = rng.choice(["at", "moves_to", "carries", "carries", "attends"])
        left = f"{rng.randint(0, 5)} s"
        ways = [entry["to"] for entry in document["flow"] if entry.get("by") == name]
        targets = [to for way in ways for to in ([way] if isinstance(way, str) else list(way))]
        if what == "carries" and targets:
            to = rng.choice(targets)
            product = entry_of(document, to) or next(iter(document["products"]))
            unit |= {"carries": product, "to": to, "left": left}
            if rng.random() > 0.5:
                unit |= {"step": "placing", "age": f"{rng.randint(0, 30)} s"}
        elif what == "attends":
            needy = _needy(document, name)
            if not needy:
                continue
            unit |= {"attends": rng.choice(needy)} | ({"left": left} if rng.random() > 0.5 else {})
        elif places:
            unit |= {what: rng.choice(places)} if what != "carries" else {"at": places[0]}
            unit |= {"left": left} if what == "moves_to" else {}
        else:
            continue
        document["units"].append(unit)


def _needy(document: Document, group: str) -> list[str]:
    """Return stations of which the first server may need a group at the start."""
    operator = document["operators"].get(group, {})
    names = {group, *operator.get("skills", [])}
    found = []
    for entry in document["inside"]:
        station = document["stations"].get(entry["at"], {})
        needs = station.get("needs", [])
        who = {
            need.get(key)
            for need in (needs if isinstance(needs, list) else [needs])
            for key in ("robot", "operator", "skill")
        }
        if "work_left" in entry and entry.get("server", 1) == 1 and who & names:
            found.append(entry["at"])
    for entry in document["down"]:
        station = document["stations"][entry["at"]]
        key = "failure" if "failure" in entry else "maintenance"
        mode = station["failures" if key == "failure" else key][entry[key]]
        if entry["server"] == 1 and mode.get("crew") in names:
            found.append(entry["at"])
    return found

"""Random cells: what stations can do beside working on one part after the other."""

from random import Random
from typing import Any

Document = dict[str, Any]


def time(rng: Random, *, shortest: int = 0) -> Any:
    """Return a short duration or a distribution of short durations."""
    value = f"{rng.randint(shortest, 3)} s"
    return rng.choice(
        [value, value, value, {"empirical": ["1 s", value]}, {"exponential": {"mean": "2 s"}}]
    )


def stages(rng: Random, document: Document) -> None:
    """Give some stations set-ups, loading and unloading."""
    products = list(document["products"])
    for station in document["stations"].values():
        if rng.random() > 0.7:
            station["setup"] = setup(rng, products)
            if rng.random() > 0.6:
                station["tooled_for"] = rng.choice(products)
        for stage in ("load", "unload"):
            if rng.random() > 0.75:
                station[stage] = time(rng)


def ovens(rng: Random, document: Document) -> None:
    """Let some stations work on several parts together."""
    for station in document["stations"].values():
        if rng.random() > 0.88 and not ({"assemble", "yields"} & set(station)):
            most = rng.choice([1, 2, 3, 4])
            station["batch"] = {"most": most, "least": rng.randint(1, most)}
            if rng.random() > 0.5:
                station["batch"]["wait"] = f"{rng.randint(0, 5)} s"
            if rng.random() > 0.6:
                station["batch"]["same"] = "product"


def maintenance(rng: Random, document: Document) -> None:
    """Let some stations be maintained."""
    for station in document["stations"].values():
        if rng.random() > 0.85:
            kinds = rng.sample(["every", "after_working", "after_parts", "when_idle"], 2)
            station["maintenance"] = {
                kind: {kind: _due(rng, kind), "takes": time(rng, shortest=1)}
                for kind in kinds[: rng.choice([1, 1, 2])]
            }


def _due(rng: Random, kind: str) -> Any:
    if kind == "when_idle":
        return True
    return rng.randint(1, 4) if kind == "after_parts" else f"{rng.randint(2, 12)} s"


def setup(rng: Random, products: list[str]) -> Any:
    """Return one time for all changes, or a matrix with gaps in it."""
    if rng.random() > 0.5:
        return time(rng)
    names = [*products, "any"]
    rows = {rng.choice(names) for _ in names}
    return {
        row: {to: time(rng) for to in sorted({rng.choice(names) for _ in names})}
        for row in sorted(rows)
    }


def kits(rng: Random, document: Document) -> None:
    """Let one station assemble what comes to it, or take it apart."""
    stations = list(document["stations"])
    if stations and rng.random() > 0.75:
        _assemble(rng, document, rng.choice(stations))
    if stations and rng.random() > 0.8:
        _take_apart(rng, document, rng.choice(stations))


def _assemble(rng: Random, document: Document, name: str) -> None:
    station, arriving = document["stations"][name], arriving_at(document, name)
    if not arriving or "yields" in station:
        return
    station["assemble"] = {product: rng.choice([1, 1, 2, 3]) for product in arriving}
    station["collect"] = rng.choice(["together", "as_they_come"])
    station["makes"] = _new_product(rng, document, name, "set")
    if len(arriving) > 1:
        station.pop("queue", None)


def _take_apart(rng: Random, document: Document, name: str) -> None:
    station = document["stations"][name]
    if "assemble" not in station:
        products = rng.sample(["lid", "base"], rng.choice([1, 2]))
        station["yields"] = {
            _new_product(rng, document, name, product): rng.choice([1, 1, 2])
            for product in products
        }


def _new_product(rng: Random, document: Document, name: str, new: str) -> str:
    """Return a product that stations know what to do with from now on."""
    if rng.random() > 0.7:
        return str(rng.choice(list(document["products"])))
    document["products"][new] = {}
    for station in document["stations"].values():
        process = station["process"]
        if isinstance(process, dict) and set(process) & set(document["products"]):
            process[new] = time(rng, shortest=1)
    return new


def arriving_at(document: Document, name: str) -> list[str]:
    """Return the products that get to a node as they come from sources and from the start."""
    ways = {
        (entry["from"], product): _targets(entry)
        for entry in sorted(document["flow"], key=lambda entry: "product" in entry)
        for product in ([entry["product"]] if "product" in entry else document["products"])
    }
    spots = [
        (source, product)
        for source, described in document["sources"].items()
        for product in _products(described["product"])
    ]
    spots += [(entry["at"], entry["product"]) for entry in document["inside"]]
    for node, product in spots:
        following = [(target, product) for target in ways.get((node, product), [])]
        spots += [spot for spot in following if spot not in spots]
    return list(dict.fromkeys(product for node, product in spots if node == name))


def _targets(entry: Document) -> list[str]:
    return [entry["to"]] if isinstance(entry["to"], str) else list(entry["to"])


def _products(described: Any) -> list[str]:
    return [described] if isinstance(described, str) else list(described)


def preemption(rng: Random, document: Document) -> None:
    """Let parts at some stations give way to more urgent ones."""
    chosen = [
        station
        for station in document["stations"].values()
        if station.get("queue") and not {"batch", "assemble"} & set(station) and rng.random() > 0.7
    ]
    for station in chosen:
        for key in ("setup", "tooled_for", "load", "unload", "needs"):
            station.pop(key, None)
        queue = dict(station["queue"]) if isinstance(station["queue"], dict) else {}
        if isinstance(station["queue"], int):
            queue["capacity"] = station["queue"]
        station["queue"] = queue | {"order": "priority"}
        station["preempt"] = rng.choice(["resume", "restart"])
    if chosen:
        _hurry(rng, document)


def _hurry(rng: Random, document: Document) -> None:
    """Mix urgent parts in."""
    if any("assemble" in station for station in document["stations"].values()):
        return
    document["products"]["rush"] = {"priority": -2}
    for station in document["stations"].values():
        process = station["process"]
        if isinstance(process, dict) and set(process) & set(document["products"]):
            process["rush"] = time(rng, shortest=1)
    for source in document["sources"].values():
        if isinstance(source["product"], str):
            source["product"] = {source["product"]: "60 %", "rush": "40 %"}


def campaigns(rng: Random, document: Document) -> None:
    """Let some stations work on one product until none waits, then on the next."""
    busy = {"preempt", "batch", "assemble", "yields", "queue"}
    apart = {to for entry in document["flow"] if "by" in entry for to in _targets(entry)}
    apart |= {entry["at"] for entry in document["inside"]}
    for name, station in document["stations"].items():
        several = len(arriving_at(document, name)) > 1
        if several and name not in apart and not busy & set(station) and rng.random() > 0.3:
            drawn = {"empirical": ["0 s", "2 s"]}
            station["setup"] = rng.choice(["1 s", "3 s", drawn, {"any": {"any": "2 s"}}])
            station["campaign"] = "exhaustive"
            station.pop("power", None)
            station.pop("tooled_for", None)
            for plan in station.get("maintenance", {}).values():
                if plan.pop("when_idle", False):
                    plan["after_parts"] = 2


def blocking(rng: Random, document: Document) -> None:
    """Let some stations begin only when there is room for their part."""
    stations = document["stations"]
    choosy = {"campaign", "batch", "assemble"}
    for name, station in stations.items():
        out = [entry for entry in document["flow"] if entry["from"] == name]
        reached = {to for entry in out for to in [*_targets(entry), *_spare(entry)]}
        apart = any("by" in entry for entry in out) or any(
            choosy & set(stations.get(to, {})) and not stations[to].get("queue") for to in reached
        )
        if not apart and not {*choosy, "preempt", "yields"} & set(station) and rng.random() > 0.8:
            station["blocking"] = "before_service"


def _spare(entry: Document) -> list[str]:
    return [entry[key] for key in ("otherwise", "if_full") if key in entry]

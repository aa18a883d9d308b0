"""Random control of flow: loops of cards."""

from random import Random
from typing import Any

Document = dict[str, Any]


def loops(rng: Random, document: Document) -> None:
    """Put loops of cards over some nodes of a cell, or over all of them."""
    if rng.random() > 0.96:
        document["run"]["most_parts"] = rng.randint(3, 30)
    if rng.random() > 0.97:
        document["run"]["most_events"] = rng.randint(20, 400)
    document["loops"] = {}
    names = [name for kind in ("buffers", "conveyors", "stations") for name in document[kind]]
    for k in range(rng.choice([1, 1, 2, 3]) if rng.random() > 0.7 else 0):
        loop: Document = {"cards": rng.randint(1, 6)}
        if rng.random() > 0.3:
            loop["nodes"] = rng.sample(names, rng.randint(1, len(names))) if names else []
        if rng.random() > 0.6:
            loop["return"] = f"{rng.randint(1, 4)} s"
        inside = sum(
            entry["count"]
            for entry in document["inside"]
            if entry["at"] in loop.get("nodes", names)
        )
        loop["cards"] += inside
        document["loops"][f"k{k}"] = loop


def inside(rng: Random, document: Document) -> None:
    """Begin with parts on machines, and with parts that have been in the line for a while."""
    for entry in document["inside"]:
        if rng.random() > 0.7:
            entry["age"] = f"{rng.randint(0, 50)} s"
    for name, station in document["stations"].items():
        known = station["process"] if isinstance(station["process"], dict) else {}
        product = entry_of(document, name)
        if rng.random() < 0.9 or "batch" in station or "assemble" in station or not product:
            continue
        if set(known) <= {"a", "b", "c", "pallet"} and known and product not in known:
            continue
        parts = {"product": product, "count": rng.randint(1, station.get("servers", 1))}
        left = {"work_left": f"{rng.randint(0, 6)} s", "age": f"{rng.randint(0, 50)} s"}
        document["inside"].append({**parts, "at": name, **left})


def entry_of(document: Document, name: str) -> str | None:
    """Return a product that goes on from a node: one that its flow names, else the first."""
    for entry in document["flow"]:
        if entry["from"] == name:
            return str(entry.get("product", next(iter(document["products"]))))
    return None

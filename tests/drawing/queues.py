"""Random cells: priorities, and buffers and queues that sort."""

from random import Random
from typing import Any

Document = dict[str, Any]


def orders(rng: Random, document: Document) -> None:
    """Let some products be more urgent than others, and some buffers and queues sort."""
    dated = any(row.count(" s") == 2 for row in _orders(document))
    by_due = ["earliest_due"] if dated else []
    for product in document["products"].values():
        if rng.random() > 0.6:
            product["priority"] = rng.randint(-1, 2)
    for buffer in document["buffers"].values():
        if rng.random() > 0.6:
            buffer["order"] = rng.choice(["lifo", "priority", "fifo", *by_due])
    for station in document["stations"].values():
        if station.get("queue") and rng.random() > 0.6:
            queue: Document = {"order": rng.choice(["lifo", "priority", "shortest", *by_due])}
            if station["queue"] != "unlimited":
                queue["capacity"] = station["queue"]
            station["queue"] = queue


def _orders(document: Document) -> list[str]:
    lists = [source.get("orders", ()) for source in document["sources"].values()]
    return [row for orders in lists for row in orders]


def arrivals(rng: Random, document: Document) -> None:
    """Let some sources follow a timetable or an order list, and some close off shift."""
    products = list(document["products"])
    for source in document["sources"].values():
        if rng.random() > 0.8:
            _listed(rng, source, products)
        if "shifts" in source and not source.get("saturated") and rng.random() > 0.5:
            source["off_shift"] = rng.choice(["lost", "wait"])


def _listed(rng: Random, source: Document, products: list[str]) -> None:
    for key in ("every", "saturated", "first", "batch"):
        source.pop(key, None)
    own = rng.choice([source["product"], *products]) if isinstance(source["product"], str) else ""
    if rng.random() > 0.5:
        times = [f"00:0{rng.randint(0, 3)}:{rng.randint(0, 59):02d}" for _ in range(4)]
        lots: list[Any] = [
            {"at": f"{rng.choice(['mon ', ''])}{at}", "quantity": rng.randint(1, 3)} for at in times
        ]
        if own:
            lots[0]["product"] = own
        source["timetable"] = [*lots, times[0]]
    else:
        source["orders"] = ["release,product,quantity,due,priority"]
        for _ in range(rng.randint(1, 12)):
            release, due = rng.randint(0, 60), rng.choice(["", f"{rng.randint(60, 99)} s"])
            lot = f"{release} s,{own},{rng.randint(1, 3)},{due},{rng.choice(['', '-1', '2'])}"
            source["orders"].append(lot)


def stays(rng: Random, document: Document) -> None:
    """Let some parts stay for a while, or not wait for ever."""
    waiting = [*document["buffers"].values()]
    for station in document["stations"].values():
        if station.get("queue"):
            if not isinstance(station["queue"], dict):
                unlimited = station["queue"] == "unlimited"
                station["queue"] = {} if unlimited else {"capacity": station["queue"]}
            waiting.append(station["queue"])
    for buffer in waiting:
        if rng.random() > 0.75:
            buffer["dwell"] = f"{rng.randint(0, 6)} s"
    waiting += [x for x in document["sources"].values() if not x.get("saturated")]
    for node in waiting:
        if rng.random() > 0.75:
            drawn = [{"exponential": {"mean": "6 s"}}, {"sequence": ["2 s", "9 s"]}]
            node["patience"] = rng.choice([f"{rng.randint(0, 9)} s", *drawn])


def limits(rng: Random, document: Document) -> None:
    """Let some parts go a way only so often, or elsewhere where there is no room."""
    kinds = ("buffers", "conveyors", "stations", "sinks")
    nodes = [name for kind in kinds for name in document[kind]]
    for entry in document["flow"]:
        named = [entry["to"]] if isinstance(entry["to"], str) else list(entry["to"])
        drawn = isinstance(entry["to"], dict) or entry.get("choose") == "cyclic"
        limited, elsewhere = rng.choice(named), [node for node in nodes if node != entry["from"]]
        others = [node for node in elsewhere if node != limited]
        if entry.get("product") == "pallet" or entry.get("by") in document["robots"] or not others:
            continue
        if (drawn or len(named) == 1) and rng.random() > 0.85:
            entry["at_most"] = {limited: rng.randint(1, 3)}
            entry["otherwise"] = rng.choice(others)
        if drawn and rng.random() > 0.75:
            entry["if_full"] = rng.choice(elsewhere)


def belts(rng: Random, document: Document) -> None:
    """Let some conveyors stand still while the part at their end is not taken."""
    for conveyor in document["conveyors"].values():
        if rng.random() > 0.6:
            conveyor["accumulating"] = False

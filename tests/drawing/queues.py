"""Random cells: priorities, and buffers and queues that sort."""

from random import Random
from typing import Any

Document = dict[str, Any]


def orders(rng: Random, document: Document) -> None:
    """Let some products be more urgent than others, and some buffers and queues sort."""
    for product in document["products"].values():
        if rng.random() > 0.6:
            product["priority"] = rng.randint(-1, 2)
    for buffer in document["buffers"].values():
        if rng.random() > 0.6:
            buffer["order"] = rng.choice(["lifo", "priority", "priority", "fifo"])
    for station in document["stations"].values():
        if station.get("queue") and rng.random() > 0.6:
            queue: Document = {"order": rng.choice(["lifo", "priority", "shortest"])}
            if station["queue"] != "unlimited":
                queue["capacity"] = station["queue"]
            station["queue"] = queue

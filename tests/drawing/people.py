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

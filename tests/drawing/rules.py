"""Random rules of users, put in the place of built-in ones."""

from pathlib import Path
from random import Random
from typing import Any

FILE = "plant_rules.py"
TEXT = Path(__file__).with_name(FILE).read_text(encoding="utf-8")
ROUTING = ("first", "level", "last", "fullest", "mixed")
DISPATCH = ("downstream", "longest", "near", "far", "latest", "shuffled")


def rules(rng: Random, document: dict[str, Any]) -> None:
    """Let functions decide where some parts go, and what some groups serve first."""
    if rng.random() > 0.3:
        return
    used = False
    for entry in document["flow"]:
        several = isinstance(entry["to"], list) and len(entry["to"]) > 1
        free = several and entry.get("choose", "first_free") in ("first_free", "shortest")
        if free and rng.random() > 0.2:
            entry["choose"] = own(rng.choice(ROUTING))
            used = True
    for section in ("robots", "operators"):
        for group in document[section].values():
            if isinstance(group.get("serves"), str) and rng.random() > 0.2:
                group["serves"] = own(rng.choice(DISPATCH))
                used = True
    if used:
        document["rule_files"] = {FILE: TEXT}


def own(function: str) -> dict[str, str]:
    """Return a rule as a cell file names it."""
    return {"rule": f"{FILE}:{function}"}

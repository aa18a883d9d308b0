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

"""Random times of robots, for every load and gripper."""

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np

from twin.motion import MoveTimes

NS = 10**9


def tables(
    places: tuple[str, ...], times: Sequence[int], hands: dict[str, tuple[int, int]]
) -> MoveTimes:
    """Return move times of which each is one of `times`, s, in turn."""
    n = len(places)
    loads, grippers = (1 + max((hand[k] for hand in hands.values()), default=0) for k in (0, 1))
    stands = grippers * n
    travel, handling = (1 + loads) * stands**2, loads * n
    ns = np.resize(np.array(times, dtype=np.int64) * NS, travel + 2 * handling)
    return MoveTimes(
        places,
        ns[:travel].reshape(1 + loads, stands, stands),
        ns[travel : travel + handling].reshape(loads, n),
        ns[travel + handling :].reshape(loads, n),
        load_of={product: load for product, (load, _) in hands.items()},
        gripper_of={product: gripper for product, (_, gripper) in hands.items()},
    )


def hands(rng: Random, document: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Return how a robot holds some of the products; a dual gripper is one gripper."""
    if rng.random() < 0.5:
        return {}
    grippers = rng.choice([1, 1, 2])
    return {
        product: (rng.randint(0, 2), rng.randint(0, grippers - 1))
        for product in document["products"]
        if rng.random() < 0.7
    }

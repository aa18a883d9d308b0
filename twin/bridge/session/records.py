"""Whether records from outside can be what they claim to be."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kernel.states import N_STATES, Ending


def names_of(welcome: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the names that a welcome gives under a key; empty if they are no list of names."""
    names = welcome.get(key)
    is_list = isinstance(names, Sequence) and not isinstance(names, str)
    return tuple(str(name) for name in names) if is_list and names else ()


def fault_in(records: NDArray[np.void], welcome: Mapping[str, Any]) -> str:
    """Return what is wrong with records, shape (n,) ACTIVITY; empty if nothing is."""
    resources = len(names_of(welcome, "resources"))
    products = len(names_of(welcome, "products"))
    limits = {
        "resource": (0, resources),
        "state": (0, N_STATES),
        "product": (-1, products),
        "cause": (min(Ending), resources),
    }
    for key, (low, beyond) in limits.items():
        values = records[key]
        wrong = (values < low) | (values >= beyond)
        if wrong.any():
            return f"{key} {values[wrong][0]}, not one of {low} to {beyond - 1}"
    backwards = records["t1"] < records["t0"]
    if backwards.any():
        first = records[backwards][0]
        return f"ends at {first['t1']} ns, before it begins at {first['t0']} ns"
    return ""

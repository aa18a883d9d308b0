"""The log: what happened, whoever saw it (kernel, reference, or the recorder of a controller)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# One activity: a resource was in a state with a part from t0 to t1, and what ended it.
ACTIVITY = np.dtype(
    [
        ("t0", np.int64),  # ns
        ("t1", np.int64),  # ns
        ("resource", np.int64),
        ("state", np.int64),  # states.State
        ("part", np.int64),  # (source node << 40) + count from 0, NONE without a part
        ("product", np.int64),
        ("cause", np.int64),  # resource that delivered or took the part, or states.Ending
    ]
)

PART_SHIFT = 40  # part = (node << PART_SHIFT) + its count at that node


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Activities in canonical order: by t1, then resource, t0, state and part."""

    activities: NDArray[np.void]  # (n,) ACTIVITY
    resources: tuple[str, ...]
    products: tuple[str, ...]
    end: int  # ns, where the log was cut


def canonical(activities: NDArray[np.void]) -> NDArray[np.void]:
    """Return activities in the order in which logs are compared and stored.

    Parameters
    ----------
    activities : ndarray, shape (n,), dtype ACTIVITY
    """
    keys = ("part", "state", "t0", "resource", "t1")  # lexsort: the last key is the first criterion
    return activities[np.lexsort([activities[key] for key in keys])]

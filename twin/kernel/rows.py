"""Lists of indices laid out one behind the other."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def rows(indices: Any, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return lists indices[0], ..., indices[n - 1] as offsets and one array."""
    lists = [sorted(indices[k]) for k in range(n)]
    first = np.zeros(n + 1, np.int64)
    first[1:] = np.cumsum([len(members) for members in lists])
    flat = [member for members in lists for member in members]
    return first, np.array(flat, np.int64)

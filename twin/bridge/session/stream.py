"""What a controller has produced: its retained records and its latest state."""

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kernel.log import ACTIVITY

RETAIN = 1 << 18  # records kept for resending, 14 MiB


class Stream:
    """One run of a controller, as its followers see it.

    Records are numbered from 0 in the order in which they were produced.  At least the last
    `retain` of them can be sent again; `oldest` is the first that still can.

    Parameters
    ----------
    epoch : int
        Fresh number of this run, 1 to 2^64 - 1.
    model_id : str
        SHA-256 of the canonical cell, hex.
    name : str
        Name of the cell.
    resources, products : sequence of str
        What the indices in the records mean.
    scan : int
        Scan time of the controller, ns; 0: none.
    """

    def __init__(
        self,
        *,
        epoch: int,
        model_id: str,
        name: str,
        resources: Sequence[str],
        products: Sequence[str],
        scan: int = 0,
        retain: int = RETAIN,
    ) -> None:
        self.epoch = epoch
        self.model_id = model_id
        self.name = name
        self.resources = tuple(resources)
        self.products = tuple(products)
        self.scan = scan
        self.retain = retain
        self.oldest = 0
        self.next = 0
        self.simulation_time = 0
        self.status: Mapping[str, Any] = {}
        self.end: int | None = None  # ns, set once nothing follows
        self._chunks: list[NDArray[np.void]] = []
        self._starts: list[int] = []  # number of the first record of each chunk
        self._digest = hashlib.sha256()

    def anew(self, epoch: int) -> "Stream":
        """Return an empty stream of the same cell: a controller that lost its memory."""
        return Stream(
            epoch=epoch,
            model_id=self.model_id,
            name=self.name,
            resources=self.resources,
            products=self.products,
            scan=self.scan,
            retain=self.retain,
        )

    @property
    def digest(self) -> str:
        """SHA-256 of all records so far, hex."""
        return self._digest.hexdigest()

    def append(self, records: NDArray[np.void], simulation_time: int) -> None:
        """Add records, shape (n,) ACTIVITY, known at `simulation_time` ns."""
        self.simulation_time = simulation_time
        if not len(records):
            return
        self._chunks.append(records)
        self._starts.append(self.next)
        self._digest.update(records.tobytes())
        self.next += len(records)
        gone = max(0, bisect_right(self._starts, self.next - self.retain) - 1)
        del self._chunks[:gone], self._starts[:gone]
        self.oldest = self._starts[0]

    def finish(self, end: int) -> None:
        """Say that nothing follows; the log was cut at `end` ns."""
        self.simulation_time = end
        self.end = end

    def read(self, first: int, last: int) -> NDArray[np.void]:
        """Return the records from `first` to before `last`, shape (n,), as far as retained."""
        first = max(first, self.oldest)
        parts = []
        for index in range(bisect_right(self._starts, first) - 1, len(self._starts)):
            start = self._starts[index]
            if start >= last:
                break
            parts.append(self._chunks[index][max(0, first - start) : last - start])
        return np.concatenate(parts) if parts else np.empty(0, ACTIVITY)

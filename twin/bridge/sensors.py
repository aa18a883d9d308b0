"""What a controller believes of its plant: sensors that stick or bounce, and a wrong clock."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from twin.bridge.faults import Fault
from twin.kernel.log import ACTIVITY
from twin.kernel.model import Line
from twin.kernel.states import Ending, State

_BOUNCE = 20_000_000  # ns before the true end at which a bouncing sensor reports one too early
_SPREAD = 2_654_435_761  # Knuth's multiplicative hash: which operations bounce is no pattern


class Sensors:
    """Turns what happened into what is reported.

    A stuck sensor shows one state for as long as it sticks; one that bounces reports some
    operations as two; the clock runs too fast or jumps.

    Parameters
    ----------
    line : Line
    faults : sequence of Fault
        Others than those of sensors and clock are of no concern here.
    """

    def __init__(self, line: Line, faults: Sequence[Fault]) -> None:
        self._resources = {
            name: np.flatnonzero(line.resource_node == k) for k, name in enumerate(line.node_names)
        }
        self._stuck = [fault for fault in faults if fault.kind == "stuck"]
        self._bouncing = [fault for fault in faults if fault.kind == "bounce"]
        self._clock = [fault for fault in faults if fault.kind in ("skew", "step")]
        self._withheld: dict[int, list[np.void]] = {}  # rows of stuck resources, by resource

    def report(self, rows: NDArray[np.void], now: int) -> NDArray[np.void]:
        """Return what is reported of rows, shape (n,) ACTIVITY, known at `now` ns."""
        for fault in self._bouncing:
            rows = self._bounce(rows, fault)
        for fault in self._stuck:
            rows = self._stick(rows, fault, now)
        if self._clock and len(rows):
            rows = rows.copy()
            rows["t0"] = self.times(rows["t0"])
            rows["t1"] = np.maximum(self.times(rows["t1"]), rows["t0"])
        return rows

    def time(self, now: int) -> int:
        """Return what the controller's clock shows at `now` ns."""
        return int(self.times(np.array([now]))[0]) if self._clock else now

    def times(self, true: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return what the controller's clock shows at true times, ns."""
        shown = true.copy()
        for fault in self._clock:
            late = np.maximum(true - fault.onset, 0)
            shown += np.round(late * fault.share).astype(np.int64)
            shown += np.where(true >= fault.onset, fault.duration, 0)
        return np.maximum(shown, 0)

    def _bounce(self, rows: NDArray[np.void], fault: Fault) -> NDArray[np.void]:
        mine = np.isin(rows["resource"], self._resources[fault.station])
        done = mine & (rows["state"] == State.WORKING) & (rows["cause"] == Ending.DONE)
        long = rows["t1"] - rows["t0"] > 2 * _BOUNCE
        luck = (rows["part"] * _SPREAD % (1 << 32)) / (1 << 32)
        hit = done & long & (rows["t1"] > fault.onset) & (luck < fault.share)
        if not hit.any():
            return rows
        early = rows[hit].copy()
        early["t1"] -= _BOUNCE
        rest = rows.copy()
        rest["t0"][hit] = rest["t1"][hit] - _BOUNCE
        # The spurious end is reported with the true one: a record is never dated before another.
        early["t1"] = np.maximum(early["t1"], early["t0"])
        both = np.concatenate([early, rest])
        return both[np.argsort(both["t1"], kind="stable")]

    def _stick(self, rows: NDArray[np.void], fault: Fault, now: int) -> NDArray[np.void]:
        end = fault.onset + fault.duration
        mine = np.isin(rows["resource"], self._resources[fault.station])
        held = mine & (rows["t1"] > fault.onset) & (rows["t1"] <= end)
        for row in rows[held]:
            self._withheld.setdefault(int(row["resource"]), []).append(row.copy())
        rest = rows[~held].copy()
        if now < end:
            return rest
        late = mine[~held] & (rest["t0"] < end) & (rest["t0"] >= fault.onset)
        rest["t0"][late] = np.minimum(end, rest["t1"][late])
        freed = [
            self._merged(self._withheld.pop(resource), end)
            for resource in self._resources[fault.station].tolist()
            if resource in self._withheld
        ]
        both = np.concatenate([np.array(freed, ACTIVITY), rest])
        return both[np.argsort(both["t1"], kind="stable")]

    @staticmethod
    def _merged(rows: list[np.void], end: int) -> tuple[int, ...]:
        """Return the one activity that a stuck sensor shows instead of many."""
        first = rows[0].copy()
        first["t1"] = end
        return tuple(int(x) for x in first.tolist())

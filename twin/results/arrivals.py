"""Whether a line delivers what arrives."""

import numpy as np

from twin.kernel.model import NONE, Line
from twin.kernel.states import NodeKind, OffShift
from twin.results.estimates import estimate
from twin.results.observed import Observed
from twin.results.planned import mean_of
from twin.results.schedule import Schedule, on_intervals

_ENOUGH = 0.98  # of what arrives: a line that delivers it keeps up


def keeps_up(seen: Observed) -> bool:
    """Return whether the line delivers what arrives, so that arrivals set its output.

    Parameters
    ----------
    seen : Observed
    """
    offered = arrivals(seen.line, seen.tally.start, seen.end)
    delivered = estimate(seen.left, "parts")
    most = delivered.high if delivered.n > 1 else delivered.mean  # arrivals vary as well
    return offered is not None and most >= _ENOUGH * offered


def arrivals(line: Line, start: int, end: int) -> float | None:
    """Return the parts expected to arrive in (start, end]; None where a source always has parts.

    Parameters
    ----------
    line : Line
    start, end : int
        ns.
    """
    total = 0.0
    for row in line.nodes[line.nodes["kind"] == NodeKind.SOURCE]:
        if row["saturated"] and row["limit"] == NONE:
            return None
        parts = float(row["limit"]) if row["limit"] != NONE else np.inf
        if not row["saturated"]:
            coming = _listed if row["list_count"] != NONE else _drawn
            parts = min(parts, coming(line, row, start, end))
        total += parts
    return total if (line.nodes["kind"] == NodeKind.SOURCE).any() else None


def _drawn(line: Line, row: np.void, start: int, end: int) -> float:
    """Return the parts expected after drawn intervals."""
    time = end - start
    if row["off_shift"] != OffShift.WAIT:
        # Lost or put off: only working hours count.
        time = Schedule(on_intervals(line, int(row["calendar"]), end)).between(start, end)
    return float(row["batch"] * time / mean_of(line, int(row["every"])))


def _listed(line: Line, row: np.void, start: int, end: int) -> float:
    """Return the parts that the list of a source brings."""
    lots = line.arrivals[row["list_first"] : row["list_first"] + row["list_count"]]
    period = int(row["list_period"])
    rounds = 1 if period == NONE else end // period + 1
    at = (np.arange(rounds)[:, None] * period + lots["at"][None, :]).ravel()
    coming = (at > start) & (at <= end)
    if row["off_shift"] == OffShift.LOST:
        on = on_intervals(line, int(row["calendar"]), end + 1)
        k = np.searchsorted(on[:, 0], at, side="right") - 1
        coming &= (k >= 0) & (at < on[np.maximum(k, 0), 1]) if on.size else False
    return float(np.tile(lots["quantity"], rounds)[coming].sum())

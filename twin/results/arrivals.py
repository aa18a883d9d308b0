"""Whether a line delivers what arrives."""

import numpy as np

from twin.kernel.model import NONE, Line
from twin.kernel.states import NodeKind
from twin.results.estimates import estimate
from twin.results.observed import Observed
from twin.results.planned import mean_of

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
        # Arrivals go on while a source is off shift; it only offers nothing then.
        parts = float(row["limit"]) if row["limit"] != NONE else np.inf
        if not row["saturated"]:
            parts = min(parts, row["batch"] * (end - start) / mean_of(line, int(row["every"])))
        total += parts
    return total if (line.nodes["kind"] == NodeKind.SOURCE).any() else None

"""Whether the two engines do the same with a case, and if not, where they first differ."""

from dataclasses import fields

import numpy as np

from tests.strategies import Case
from twin.kernel import run as kernel
from twin.kernel.model import Line
from twin.kernel.outcome import Outcome
from twin.kernel.states import Ending, State
from twin.kernel.tally import Tally
from twin.reference import run as reference


def disagreement(case: Case) -> str | None:
    """Return the first difference between the engines in words; None if there is none.

    Raises
    ------
    cells.errors.CellFileError
        If the case is no valid cell.
    """
    line = case.line()
    start = case.horizon // 3 if case.seed % 2 else 0
    settings = {"replication": case.replication, "end": case.horizon, "start": start}
    theirs = reference.simulate(line, seed=case.seed, **settings)
    ours = kernel.simulate(line, seed=case.seed, **settings)
    return differ_logs(line, ours, theirs) or differ_tallies(ours.tally, theirs.tally)


def differ_logs(line: Line, ours: Outcome, theirs: Outcome) -> str | None:
    """Return where the logs or the stops of two outcomes differ first."""
    logs = [outcome.log.activities for outcome in (ours, theirs)]
    for k in range(max(log.size for log in logs)):
        rows = [log[k] if k < log.size else None for log in logs]
        if rows[0] is None or rows[1] is None or rows[0] != rows[1]:
            kernel_says, reference_says = (_told(line, row) for row in rows)
            return f"record {k}:\n  kernel    {kernel_says}\n  reference {reference_says}"
    if ours.log.end != theirs.log.end:
        return f"the logs end at {ours.log.end} (kernel) and {theirs.log.end} (reference)"
    if ours.stop != theirs.stop:
        return f"stops:\n  kernel    {ours.stop!r}\n  reference {theirs.stop!r}"
    return None


def differ_tallies(ours: Tally, theirs: Tally) -> str | None:
    """Return which sums of two tallies differ."""
    for column in fields(Tally):
        a, b = (np.asarray(getattr(tally, column.name)) for tally in (ours, theirs))
        if a.shape != b.shape:
            return f"tally.{column.name}: shapes {a.shape} (kernel) and {b.shape} (reference)"
        if not np.array_equal(a, b):
            at = tuple(int(x) for x in np.argwhere(a != b)[0])
            return f"tally.{column.name}{list(at)}: {a[at]} (kernel), {b[at]} (reference)"
    return None


def _told(line: Line, row: np.void | None) -> str:
    if row is None:
        return "nothing more"
    cause = int(row["cause"])
    by = line.resources[cause] if cause >= 0 else Ending(cause).name.lower()
    number = int(row["part"])
    part = f"{number >> 40}:{number % 2**40}" if number >= 0 else "-"
    return (
        f"{row['t0'] / 1e9:g} - {row['t1'] / 1e9:g} s  {line.resources[row['resource']]}"
        f"  {State(row['state']).name}  part {part}  product {row['product']}  by {by}"
    )

"""Whether the order of what happens at one instant matters for a line: a short check run."""

from dataclasses import replace

from twin.experiments.replicate import Run
from twin.kernel.model import NS_PER_S, Line
from twin.reference.run import Reference
from twin.reference.ties import Ties

_MOST_ENDS = 1_000  # of the check run: a fraction of a second


def check_ties(line: Line, *, seed: int, horizon: int, most_ends: int = _MOST_ENDS) -> Ties:
    """Return how often the order at one instant decided, from a run in the reference engine.

    Parameters
    ----------
    line : Line
    seed : int
    horizon : int
        ns, where the run ends if it has not after so many ends.
    most_ends : int
        With so many the run ends.
    """
    reference = Reference(line, seed)
    ties = reference.look_for_ties()
    while reference.stop is None and reference.env.total < most_ends:
        due = reference.env.peek()
        if due > horizon:
            break
        reference.run(int(due))
    return ties


def with_ties(run: Run, line: Line) -> Run:
    """Return a run whose results say how often the order at one instant mattered."""
    results = run.results
    ties = check_ties(line, seed=results.seed, horizon=round(results.window.end * NS_PER_S))
    conventions = (*results.conventions, said(ties))
    return run._replace(results=replace(results, conventions=conventions))


def said(ties: Ties) -> str:
    """Return what was found as a sentence."""
    run = f"in a check run of {ties.instants} instants, {ties.now / NS_PER_S:.3g} s long"
    if not ties.any:
        return f"The order of what happens at one instant decided nothing {run}."
    kinds = "; ".join(f"{what}: {count}" for what, count in ties.decided.items())
    return f"The order of what happens at one instant decided at {ties.any} {run} ({kinds})."

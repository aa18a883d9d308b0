"""Run the twin as often as a verdict on the plant needs."""

from collections.abc import Callable

from twin.kernel.log import Log
from twin.kernel.model import Line
from twin.kernel.run import simulate
from twin.results.fidelity import compare_with_plant
from twin.results.likeness import Fidelity

_RUNS = 24  # enough to allow for a few kinds of luck


def judge_plant(
    line: Line,
    plant: Log,
    *,
    seed: int,
    runs: int = _RUNS,
    margin: float = 0.02,
    begin: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Fidelity:
    """Return whether the twin tells the truth about a plant, from runs as long as the plant's log.

    Parameters
    ----------
    line : Line
        The twin.
    plant : Log
        Of the plant, from the start of work on.
    seed : int
        Of the twin's runs.
    runs : int
        At least 1; with 20 or more, the plant's own stops are allowed for.
    margin : float
        Largest difference that does not matter, a share.
    begin : int
        ns; where the plant's log begins, if it was taken up in a running line.
    progress : callable, optional
        Called with (done, total) runs.

    Raises
    ------
    twin.kernel.stops.RunError
        If a sample is bad.
    """
    logs: list[Log] = []
    for replication in range(runs):
        outcome = simulate(line, seed=seed, replication=replication, end=plant.end)
        assert outcome.log is not None  # asked for
        logs.append(outcome.log)
        if progress is not None:
            progress(replication + 1, runs)
    return compare_with_plant(line, plant, logs, margin=margin, begin=begin)

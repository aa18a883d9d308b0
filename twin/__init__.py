"""The line, its two engines, the bridge to a controller and what the results mean.

Examples
--------
>>> import twin
>>> cell = twin.load("machine_tending_manual")
>>> results = twin.simulate(cell, replications=4)
>>> results.throughput.unit
'parts/h'
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from simpy import Environment

    from cells.schema import Cell
    from twin.embed import AttachedLine
    from twin.results.model import Comparison, Results

__all__ = ["attach", "compare", "load", "simulate"]

# Nothing heavy is imported here: the command line answers `--help` at once because of it.


def load(path: "str | Path", *, allow_rules: bool = False) -> "Cell":
    """Return the cell of a file, or the ready-made cell of that name, checked.

    Parameters
    ----------
    path
    allow_rules
        Whether rules of your own that the cell names, which are Python code, may run with it.

    Raises
    ------
    cells.errors.CellFileError
        If the file is wrong; all its faults are listed.
    """
    from cells.load import load_cell, locate

    return load_cell(locate(path), allow_rules=allow_rules)


def simulate(
    cell: "Cell", *, seed: int | None = None, replications: int | None = None
) -> "Results":
    """Run a cell and return what it makes, with 95 % intervals.

    Parameters
    ----------
    cell
        A checked cell.
    seed, replications
        Default: what the cell's `run` says.

    Raises
    ------
    robots.errors.MotionError
        If a robot cannot do what the cell asks of it.
    twin.kernel.stops.RunError
        If the line cannot be run to its end.
    """
    from twin.build import build_line
    from twin.experiments.replicate import run_cell
    from twin.motion import move_times

    line = build_line(cell, move_times(cell))
    return run_cell(cell, line, seed=seed, replications=replications).results


def attach(
    env: "Environment",
    cell: "Cell",
    *,
    seed: int | None = None,
    replication: int = 0,
    unit: str = "s",
    log: bool = True,
) -> "AttachedLine":
    """Put the line of a cell into a SimPy environment of your own; it begins now.

    Parameters
    ----------
    env
        Your environment, with its processes.
    cell
        A checked cell; sources with `external: true` take parts from your processes.
    seed
        Default: what the cell's `run` says.
    replication
        Number of the replication, for other luck with the same seed.
    unit
        What the environment counts in: `ns`, `us`, `ms`, `s`, `min` or `h`.
    log
        Whether to keep the log.

    Raises
    ------
    robots.errors.MotionError
        If a robot cannot do what the cell asks of it.
    ValueError
        If the unit is none of these.
    """
    from twin.build import build_line
    from twin.embed import AttachedLine
    from twin.motion import move_times

    line = build_line(cell, move_times(cell))
    chosen = cell.run.seed if seed is None else seed
    return AttachedLine(env, line, seed=chosen, replication=replication, unit=unit, log=log)


def compare(
    candidate: "Cell",
    baseline: "Cell",
    *,
    seed: int | None = None,
    replications: int | None = None,
) -> "Comparison":
    """Run two cells on the same luck and return their differences, with paired 95 % intervals.

    Parameters
    ----------
    candidate, baseline
        Checked cells.
    seed, replications
        Default: what the candidate's `run` says.
    """
    from twin.build import build_line
    from twin.experiments.compare import compare_cells
    from twin.motion import move_times

    a, b = (build_line(cell, move_times(cell)) for cell in (candidate, baseline))
    return compare_cells((candidate, a), (baseline, b), seed=seed, replications=replications)

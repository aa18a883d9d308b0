"""What the verbs have in common: read a cell, time and prove its robots, run it, report it."""

import atexit
import subprocess
import sys
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from cells.schema import Cell
    from robots.plan import Plan
    from robots.proof import Proof
    from robots.task import ArmTask, MoveTable
    from twin.experiments.compare import Pair
    from twin.experiments.replicate import Run
    from twin.kernel.model import Line


@dataclass(frozen=True, slots=True)
class Job:
    """A cell that is ready to run."""

    path: Path
    cell: "Cell"
    line: "Line"
    motion: "dict[str, tuple[ArmTask, MoveTable]]"
    proofs: "dict[str, Proof]"
    plans: "dict[str, Plan]"  # of programs
    allow_rules: bool = False  # the user consents to running the rules of the cell


def console(quiet: bool = False) -> "Console":
    """Return where progress goes: standard error, so that standard output stays clean for JSON."""
    from rich.console import Console

    # No markup: titles and names are the user's, and may hold brackets.
    return Console(stderr=True, quiet=quiet, highlight=False, markup=False)


@contextmanager
def progress(out: "Console", label: str) -> "Iterator[Callable[[int, int], None]]":
    """Show a bar while work is done; the value is called with (done, total)."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def prepare(
    out: "Console",
    name: str,
    *,
    prove: bool = True,
    run: bool = True,
    allow_rules: bool = False,
) -> Job:
    """Read a cell, work out its robots' moves, prove them and build its line.

    Parameters
    ----------
    name
        A cell file, or the name of a ready-made cell.
    prove
        Whether PyBullet has to follow every move.
    run
        Whether the line is going to run, so that the kernel may be compiled meanwhile.
    allow_rules
        Whether the user consents to running the rules that the cell names.

    Raises
    ------
    cells.errors.CellFileError
        If the file is wrong.
    robots.errors.RobotError
        If a robot cannot do what is asked.
    """
    from cells.load import load_cell, locate

    path = locate(name)
    cell = load_cell(path, allow_rules=allow_rules)
    out.print(cell.title or cell.name, style="bold", end="  ")
    out.print(path.name)
    cold = run and _compiling(out) is not None
    # These take a while to import: the other process is at work by now.
    from twin.build import build_line
    from twin.kernel.cache import uncollected
    from twin.motion import tables
    from twin.programs import meetings, plans, with_programs

    if cell.robots:
        with uncollected() if cold else nullcontext(), out.status("Timing the robots' moves"):
            motion = tables(cell, path.parent)
            made = plans(cell, motion, path.parent)
    else:
        motion, made = {}, {}
    for title, one in made.items():
        out.print(f"program {title}: {one.duration:.3f} s ({one.basis})")
    _say_limits(out, motion, made)
    for names, gap in meetings(cell, made, path.parent).items():
        end = f"stay {1e3 * gap:.0f} mm apart" if gap > 0 else f"touch, {-1e3 * gap:.0f} mm deep"
        out.print(f"programs {names}, begun at one instant: the arms {end}")
    proofs = _prove(out, motion) if prove else {}
    if prove and made:
        proofs |= _prove_programs(out, cell, made, path.parent)
    line = build_line(cell, with_programs(cell, motion, made, path.parent))
    return Job(path, cell, line, motion, proofs, made, allow_rules)


def _say_limits(
    out: "Console", motion: "dict[str, tuple[ArmTask, MoveTable]]", made: "dict[str, Plan]"
) -> None:
    """Say what collaborative limits cost robots and programs."""
    from twin.collaboration import COLLABORATIVE

    notes = {name: table.notes for name, (_, table) in motion.items()}
    notes |= {f"program {name}": one.notes for name, one in made.items()}
    for title, said in notes.items():
        for note in said:
            if note.startswith(COLLABORATIVE):
                out.print(f"{title}: {note}")


def try_rules(line: "Line") -> None:
    """Execute the files of a line's own rules and compile these, as a run does first.

    Raises
    ------
    twin.kernel.stops.RunError
        If that fails.
    """
    if line.rules:
        from twin.kernel.asking import addresses

        addresses(line)


def _prove(out: "Console", motion: "dict[str, tuple[ArmTask, MoveTable]]") -> "dict[str, Proof]":
    if not motion:
        return {}
    from robots.proof import prove

    proofs = {}
    for robot, (task, table) in motion.items():
        with progress(out, f"Proving the moves of {robot} in PyBullet") as tell:
            proof = proofs[robot] = prove(task, table, progress=tell)
        count = f"{len(proof.moves)} motions " if proof.moves else ""
        out.print(f"{robot} ({proof.arm}): {count}{proof.verdict}. {proof.reason}".rstrip(" ."))
    return proofs


def _prove_programs(
    out: "Console", cell: "Cell", made: "dict[str, Plan]", folder: Path
) -> "dict[str, Proof]":
    from robots.plan_proof import prove_plan
    from twin.programs import workplace

    proofs = {}
    for name, plan in made.items():
        with out.status(f"Proving program {name} in PyBullet"):
            proof = prove_plan(workplace(cell, cell.programs[name], folder), plan)
        proofs[f"program {name}"] = proof
        out.print(f"program {name}: {proof.verdict}. {proof.reason}".rstrip(" ."))
    return proofs


@cache
def _compiling(out: "Console") -> "subprocess.Popen[bytes] | None":
    """Start compiling the kernel in a process of its own, if this machine has not done so yet.

    Robots' functions, also compiled once, are compiled in this process meanwhile.
    """
    from twin.kernel.cache import is_warm

    if is_warm():
        return None
    out.print("First run on this machine: compiling, once; this takes some 20 seconds")
    command = [sys.executable, "-m", "twin", "doctor", "--warm"]
    silent = subprocess.DEVNULL
    child = subprocess.Popen(command, stdin=silent, stdout=silent, stderr=silent)
    atexit.register(child.terminate)
    return child


def warm_kernel(out: "Console") -> None:
    """Have the kernel compiled, once a machine, and say so while it takes its time."""
    from twin.kernel.cache import ensure_compiled

    child = _compiling(out)
    if child is not None and child.poll() is None:
        with out.status("Compiling the simulation kernel (once)"):
            child.wait()
    ensure_compiled()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What the command line asks of a run; None: as the cell's `run` says.  Times in ns."""

    seed: int | None = None
    replications: int | None = None
    precision: float | None = None
    horizon: int | None = None
    warm_up: int | None = None
    threads: int | None = None


def simulate(out: "Console", job: Job, ask: Ask) -> "Run":
    """Run a job's line in the kernel, with a progress bar."""
    from twin.experiments.replicate import run_cell
    from twin.experiments.ties import with_ties

    warm_kernel(out)
    with progress(out, f"Running {job.cell.name}") as tell:
        run = run_cell(job.cell, job.line, **asdict(ask), progress=tell)
    return with_ties(run, job.line)


def compare(out: "Console", job: Job, other: Job, ask: Ask) -> "Pair":
    """Run two jobs on common random numbers; return the paired differences and both runs."""
    from twin.experiments.compare import compare_runs

    warm_kernel(out)
    with progress(out, f"Running {job.cell.name} and {other.cell.name}") as tell:
        return compare_runs(
            (job.cell, job.line), (other.cell, other.line), **asdict(ask), progress=tell
        )


def baseline_of(job: Job) -> str:
    """Return the cell file that a cell names as its baseline.

    Raises
    ------
    typer.BadParameter
        If it names none.
    """
    if job.cell.baseline is None:
        import typer

        raise typer.BadParameter(
            f"{job.path.name} names no baseline; give one as the second argument"
        )
    return str(job.path.parent / job.cell.baseline)

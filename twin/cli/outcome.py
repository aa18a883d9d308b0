"""What a verb leaves behind: the summary in the terminal, the report and its JSON."""

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from robots.proof import MoveProof, Proof
    from robots.task import ArmTask, MoveTable
    from twin.cli.steps import Job
    from twin.experiments.replicate import Run
    from twin.report import Move, ReportMotion
    from twin.results.model import Comparison, Fidelity

NS_PER_S = 1_000_000_000
_FIRST_CYCLES = 900 * NS_PER_S  # of the Gantt chart


def say(json: bool, values: dict[str, Any], sentence: str) -> None:
    """Print values as JSON, or a sentence."""
    typer.echo(json_format.dumps(values, indent=2) if json else sentence)


def report(
    out: "Console",
    job: "Job",
    folder: Path,
    found: "Run",
    *,
    comparison: "Comparison | None" = None,
    fidelity: "Fidelity | None" = None,
    json: bool = False,
    quiet: bool = False,
) -> None:
    """Print what was found, write `<folder>/<cell>/report.html` and `.json`, and say where."""
    from cells.weekdays import read_start
    from twin.report import terminal, write_report
    from twin.results.timeline import timeline

    with out.status("Writing the report"):
        paths = write_report(
            folder / job.cell.name,
            results=found.results,
            timeline=timeline(job.line, found.log, end=_FIRST_CYCLES),
            comparison=comparison,
            fidelity=fidelity,
            motion=[_motion(job, robot) for robot in job.motion],
            start_of_week=read_start(job.cell.run.start) / NS_PER_S,
        )
    if json:
        typer.echo(paths.json.read_text(encoding="utf-8"), nl=False)
        return
    if quiet:
        return
    from rich.console import Console

    screen = Console(highlight=False)
    terminal.print_results(screen, found.results)
    if comparison is not None:
        terminal.print_comparison(screen, comparison)
    if fidelity is not None:
        terminal.print_fidelity(screen, fidelity)
    screen.print(f"Report: {paths.html}", soft_wrap=True, markup=False)
    screen.print(f"Data:   {paths.json}", soft_wrap=True, markup=False)


def tell_fidelity(fidelity: "Fidelity", *, json: bool, quiet: bool) -> None:
    """Print the verdict about a controller."""
    from rich.console import Console

    from twin.report import terminal
    from twin.results.model import to_json

    if json:
        typer.echo(json_format.dumps(to_json(fidelity), indent=2))
    elif not quiet:
        terminal.print_fidelity(Console(highlight=False), fidelity)


def _motion(job: "Job", robot: str) -> "ReportMotion":
    from twin.report import ReportMotion

    task, table = job.motion[robot]
    proof = job.proofs.get(robot)
    basis = ", ".join(f"{what}: {word}" for what, word in table.basis.items())
    notes = table.notes if proof is None or not proof.reason else (*table.notes, proof.reason)
    return ReportMotion(
        robot=f"{robot} ({task.arm.name})",
        basis=basis,
        moves=tuple(_moves(task, table, proof)),
        picture=_picture(task, table),
        picture_caption=f"{task.arm.model} above {table.names[task.home]}",
        notes=notes,
    )


def _picture(task: "ArmTask", table: "MoveTable") -> bytes | None:
    from robots.errors import PhysicsUnavailable
    from robots.picture import picture

    try:
        return picture(task, table.joints_approach[task.home])
    except PhysicsUnavailable:
        return None


def _moves(task: "ArmTask", table: "MoveTable", proof: "Proof | None") -> "Iterator[Move]":
    from twin.report import Move

    # The proof lists the asked moves first, in the order of the task.
    proven: list[MoveProof | None] = [None] * len(task.moves)
    if proof is not None and proof.moves:
        proven = list(proof.moves[: len(task.moves)])
    for (start, goal, load), shown in zip(task.moves, proven, strict=True):
        end = None if shown is None else shown.end_error
        nearest = int(table.nearest[load, start, goal])
        clear = float(table.clearance[load, start, goal])
        yield Move(
            from_=table.names[start],
            to=table.names[goal],
            loaded=load > 0,
            mass_kg=task.loads[load - 1] if load else None,
            seconds=float(table.travel[load, start, goal]),
            basis=table.basis["travel"],
            clearance_mm=clear * 1e3 if nearest >= 0 else None,
            nearest_fixture=task.fixtures[nearest].name if nearest >= 0 else "",
            verdict="" if shown is None else shown.verdict,
            end_error_mm=None if end is None else end * 1e3,
            saturation_share=None if shown is None else shown.saturated,
        )

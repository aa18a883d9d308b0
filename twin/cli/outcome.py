"""What a verb leaves behind: the summary in the terminal, the report and its JSON."""

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from twin.cli.steps import Job
    from twin.experiments.replicate import Run
    from twin.results.likeness import Fidelity
    from twin.results.model import Comparison

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
    from twin.cli.motions import motions
    from twin.report import terminal, write_report
    from twin.results.timeline import timeline

    with out.status("Writing the report"):
        paths = write_report(
            folder / job.cell.name,
            results=found.results,
            timeline=timeline(job.line, found.log, end=_FIRST_CYCLES),
            comparison=comparison,
            fidelity=fidelity,
            motion=motions(job),
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

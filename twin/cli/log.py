"""`taktwin log`: read what a twin recorded, or what a controller was commanded."""

import itertools
from pathlib import Path
from typing import Annotated

import typer

from twin.cli.endings import GATE_FAILED

log = typer.Typer(
    no_args_is_help=True,
    help="Read a write-ahead log: a record of a controller, or its log of commands.",
)
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder with *.wal files.")]


@log.command()
def show(
    folder: Folder,
    limit: Annotated[int, typer.Option(min=1, help="Most rows to print.")] = 40,
    last: Annotated[bool, typer.Option("--last", help="The last rows, not the first.")] = False,
) -> None:
    """Print a log as a table.

    Example: `taktwin log show out/machine_tending/record/0001/log`
    """
    from rich.console import Console
    from rich.table import Table

    from twin.bridge import logfile

    columns, every = logfile.table_of(folder)
    shown = every[-limit:] if last else every[:limit]
    table = Table(*columns, box=None, pad_edge=False)
    for row in shown:
        table.add_row(*map(str, row))
    screen = Console(highlight=False, markup=False)
    screen.print(table)
    screen.print(f"{len(shown)} of {len(every)} rows")


@log.command()
def verify(folder: Folder) -> None:
    """Say whether a log is intact and whole; end with 1 if not.

    Example: `taktwin log verify out/machine_tending/record/0001/log`
    """
    from twin.bridge import logfile

    verdict = logfile.verify(folder)
    for sentence in itertools.chain(verdict.sentences, ["whole" if verdict.well else "NOT whole"]):
        typer.echo(sentence)
    if not verdict.well:
        raise typer.Exit(GATE_FAILED)


@log.command()
def export(
    folder: Folder,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="*.csv or *.parquet")],
) -> None:
    """Write a log to a CSV or Parquet file, names in place of numbers.

    Example: `taktwin log export out/machine_tending/record/0001/log log.csv`
    """
    from twin.bridge import logfile

    typer.echo(f"{logfile.export(folder, target)} rows in {target}")

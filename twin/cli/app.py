"""The command `taktwin`: its verbs, and how they end."""

import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from twin.cli.calibrate import calibrate
from twin.cli.calibrate_arm import calibrate_arm
from twin.cli.check import check
from twin.cli.compare import compare
from twin.cli.demo import demo
from twin.cli.doctor import doctor
from twin.cli.endings import BAD_INPUT, INTERRUPTED, in_words, is_users_error
from twin.cli.gateway import gateway
from twin.cli.keys import keys
from twin.cli.log import log
from twin.cli.place import place
from twin.cli.robots import robots
from twin.cli.run import run
from twin.cli.schema import schema
from twin.cli.twin import twin

app = typer.Typer(
    name="taktwin",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (run, check, compare, place, twin, calibrate, demo, robots, schema, doctor):
    app.command()(verb)
app.command("calibrate-arm")(calibrate_arm)
for name, group in (("keys", keys), ("log", log), ("gateway", gateway)):
    app.add_typer(group, name=name)


def _show_version(wanted: bool) -> None:
    if wanted:
        try:
            typer.echo(f"taktwin {version('taktwin')}")
        except PackageNotFoundError:  # run from a source tree that was never installed
            typer.echo("taktwin (not installed)")
        raise typer.Exit


@app.callback()
def _taktwin(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Will the cell make takt, what holds it back, and does the real one agree?

    A cell is a text file; ready-made ones go by name, such as `machine_tending`.
    Start with `taktwin demo`, then `taktwin run machine_tending`, then copy that cell and
    change it.

    Ends with 0 when all is well, 1 when a gate failed, 2 when an input was wrong, 130 on Ctrl-C.
    """


def main() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        app()
    except SystemExit as ending:
        if ending.code == INTERRUPTED:
            sys.stderr.write("\nStopped. Nothing is half-written; finished files are kept.\n")
        raise
    except Exception as error:
        if not is_users_error(error):
            raise
        sys.stderr.write(f"{in_words(error)}\n")
        sys.exit(BAD_INPUT)

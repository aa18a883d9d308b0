"""`taktwin gateway`: real machines by OPC UA, Modbus TCP, MQTT or a growing file."""

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.endings import GATE_FAILED

gateway = typer.Typer(
    no_args_is_help=True,
    help="Let a twin follow machines that speak OPC UA, Modbus TCP or MQTT, or write a CSV file.",
)
MapArgument = Annotated[Path, typer.Argument(metavar="MAP", help="Mapping file, TOML.")]


@gateway.command()
def check(
    mapping: MapArgument,
    cell: Annotated[str, typer.Option("--cell", help="Check its station names too.")] = "",
    seconds: Annotated[float, typer.Option(min=0.1, max=3600, help="How long to look.")] = 3.0,
) -> None:
    """Try a mapping against a live server and show what each signal says; nothing is written.

    Ends with 1 if a signal said nothing, or something that is in no mapping.

    Example: `taktwin gateway check lathes.toml --cell machine_tending`
    """
    from twin.cli.gateways import look

    if not look(mapping, cell, seconds):
        raise typer.Exit(GATE_FAILED)


@gateway.command()
def run(
    mapping: MapArgument,
    cell: Annotated[str, typer.Argument(metavar="CELL", help="The cell that the twin runs.")],
    host: Annotated[str, typer.Option(help="Interface to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
    keys: Annotated[
        Path | None, typer.Option(help="Folder of keys; needed off this machine.")
    ] = None,
) -> None:
    """Read machines and serve what they do to twins, until Ctrl-C.

    Example: `taktwin gateway run lathes.toml machine_tending --port 5555`
    """
    from twin.cli.gateways import serve

    serve(mapping, cell, (host, port), keys)

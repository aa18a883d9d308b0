"""`taktwin doctor`: what this machine offers, and the kernel compiled ahead of time."""

from typing import Annotated

import typer


def doctor(
    warm: Annotated[
        bool, typer.Option("--warm", help="Compile the kernel now, so that no run has to wait.")
    ] = False,
) -> None:
    """Show versions, the cache of compiled code and whether motion can be proven here."""
    import platform
    import sys
    from importlib.metadata import PackageNotFoundError, version
    from importlib.util import find_spec

    from twin.cli import steps
    from twin.kernel.cache import cache_folder, ensure_compiled, is_warm

    typer.echo(f"python    {sys.version.split()[0]} on {platform.platform(terse=True)}")
    for package in ("taktwin", "numpy", "numba", "simpy", "pyzmq", "pydantic"):
        try:
            typer.echo(f"{package:9s} {version(package)}")
        except PackageNotFoundError:
            typer.echo(f"{package:9s} not installed")
    physics = find_spec("pybullet") is not None
    says = version("pybullet") if physics else "no wheel here: motion is timed but not proven"
    typer.echo(f"pybullet  {says}")
    typer.echo(f"cache     {cache_folder()} ({'warm' if is_warm() else 'cold'})")
    if warm:
        with steps.console().status("Compiling the simulation kernel"):
            ensure_compiled()
        typer.echo("kernel    compiled")

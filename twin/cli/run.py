"""`taktwin run`: what a cell makes, and what holds it back."""

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.endings import ALLOW_RULES, JSON, OUT, SEED, CellArgument


def run(
    cell: CellArgument,
    seed: Annotated[int | None, SEED] = None,
    replications: Annotated[
        int | None, typer.Option(min=2, help="How often the run is repeated with other luck.")
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(help="Repeat until throughput is known to within this, such as `1 %`."),
    ] = None,
    horizon: Annotated[
        str | None, typer.Option(help="How long each run is, such as `5 days`.")
    ] = None,
    warm_up: Annotated[
        str | None, typer.Option(help="What is left out at the start: `auto`, or such as `2 h`.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Results do not depend on it; default: all cores.")
    ] = None,
    out: Annotated[Path, OUT] = Path("out"),
    prove: Annotated[
        bool, typer.Option(help="Prove the robots' moves in PyBullet (kept, so paid once).")
    ] = True,
    allow_rules: Annotated[bool, ALLOW_RULES] = False,
    json: Annotated[bool, JSON] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Run a cell and report throughput, OEE, lead time, WIP, energy and the bottleneck.

    Every figure comes with its 95 % interval.  The report goes to `out/<cell>/report.html`.

    Examples: `taktwin run machine_tending`, `taktwin run my_cell.yaml --precision "1 %" --json`
    """
    from twin.cli import outcome, steps
    from twin.cli.quantities import duration, share

    plan = steps.Ask(
        seed=seed,
        replications=replications,
        precision=share("--precision", precision),
        horizon=duration("--horizon", horizon),
        warm_up=None if warm_up in (None, "auto") else duration("--warm-up", warm_up),
        threads=threads,
    )
    console = steps.console(quiet or json)
    job = steps.prepare(console, cell, prove=prove, allow_rules=allow_rules)
    found = steps.simulate(console, job, plan)
    outcome.report(console, job, out, found, json=json, quiet=quiet)

"""`taktwin twin`: does the controller make what the twin says?"""

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.endings import GATE_FAILED, JSON, OUT, SEED, CellArgument


def twin(
    cell: CellArgument,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="A seeded fault of the emulated controller, `STATION:slow:12%:0h` (what, how much,"
            " from when); may be given several times."
        ),
    ] = None,
    hours: Annotated[
        float, typer.Option(min=0.1, max=100_000, help="How long it is followed, h.")
    ] = 8.0,
    scan: Annotated[str, typer.Option(help="Scan cycle of the emulated controller.")] = "10 ms",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the controller; 0: any free one.")
    ] = 0,
    seed: Annotated[int | None, SEED] = None,
    out: Annotated[Path, OUT] = Path("out"),
    gate: Annotated[
        bool, typer.Option("--gate", help="End with 1 unless the verdict is `equivalent`.")
    ] = False,
    json: Annotated[bool, JSON] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Start an emulated cell controller, follow it over ZeroMQ, record it and compare.

    The controller runs as a program of its own on the same cell, with a scan cycle and PackML
    states.  The twin follows in shadow mode (it only listens), records every event, and says
    whether the controller makes what the twin says, and if not, which station differs.

    Example: `taktwin twin machine_tending --fault lathe_2:slow:12%:0h`
    """
    from twin.cli import outcome, shadow, steps
    from twin.cli.quantities import duration

    console = steps.console(quiet or json)
    job = steps.prepare(console, cell, prove=False)
    plan = shadow.Plan(
        faults=tuple(fault or ()),
        hours=hours,
        scan=duration("--scan", scan) or 0,
        port=port,
        seed=seed,
    )
    fidelity = shadow.follow(console, job, out, plan)
    outcome.tell_fidelity(fidelity, json=json, quiet=quiet)
    if gate and fidelity.verdict != "equivalent":
        raise typer.Exit(GATE_FAILED)

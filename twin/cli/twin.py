"""`taktwin twin`: does the controller make what the twin says?"""

from pathlib import Path
from typing import Annotated

import typer

from twin.cli import shadow
from twin.cli.endings import ALLOW_RULES, GATE_FAILED, JSON, OUT, SEED, CellArgument


def twin(
    cell: CellArgument,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="A seeded fault of the emulated controller, `STATION:slow:12%:0h` (what, how much,"
            " from when); kinds: slow, drift, jam, stuck, bounce, and skew, step, overrun, freeze,"
            " crash of `controller`; may be given several times."
        ),
    ] = None,
    hours: Annotated[
        float, typer.Option(min=0.1, max=100_000, help="How long it is followed, h.")
    ] = 8.0,
    scan: Annotated[str, typer.Option(help="Scan cycle of the emulated controller.")] = "10 ms",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the controller; 0: any free one.")
    ] = 0,
    connect: Annotated[
        str, typer.Option(help="Follow a controller that is there already, `tcp://HOST:PORT`.")
    ] = "",
    keys: Annotated[
        Path | None,
        typer.Option(help="Folder with twin.secret, twin.public and controller.public."),
    ] = None,
    from_now: Annotated[
        bool, typer.Option("--from-now", help="Begin in the running line; ask for nothing before.")
    ] = False,
    order: Annotated[
        int | None, typer.Option(min=1, help="Good parts wanted, for the forecast.")
    ] = None,
    until: Annotated[
        str,
        typer.Option(help="End of the forecast, from the start; default: the end of the shift."),
    ] = "",
    replay: Annotated[
        Path | None, typer.Option(help="Judge a record again, `.../0001/log`; nothing is followed.")
    ] = None,
    seed: Annotated[int | None, SEED] = None,
    out: Annotated[Path, OUT] = Path("out"),
    gate: Annotated[
        bool, typer.Option("--gate", help="End with 1 unless the verdict is `equivalent`.")
    ] = False,
    allow_rules: Annotated[bool, ALLOW_RULES] = False,
    json: Annotated[bool, JSON] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Start an emulated cell controller, follow it over ZeroMQ, record it and compare.

    The controller runs as a program of its own on the same cell, with a scan cycle and PackML
    states.  The twin follows in shadow mode (it only listens), records every event, and says
    whether the controller makes what the twin says, and if not, which station differs.
    With `--connect` it follows a controller or gateway that is there already, with a live view, to
    its end or to Ctrl-C; with `--replay` it judges a record.

    Example: `taktwin twin machine_tending --fault lathe_2:slow:12%:0h`
    """
    from twin.cli import following, outcome, steps
    from twin.cli.quantities import duration

    console = steps.console(quiet or json)
    job = steps.prepare(console, cell, prove=False, allow_rules=allow_rules)
    own = job.cell.run.seed if seed is None else seed
    if replay is not None:
        fidelity = following.replay(console, job, replay, seed=seed)
    elif connect:
        target = following.Target(
            endpoint=connect,
            keys=keys,
            from_now=from_now,
            until=duration("--until", until or None) or 0,
            order=order,
            seed=own,
        )
        folder = out / job.cell.name / "record"
        fidelity = following.connect(console, job, folder, target)
    else:
        plan = _plan(fault, hours, scan, port, seed)
        fidelity = shadow.follow(console, job, out, plan)
    outcome.tell_fidelity(fidelity, json=json, quiet=quiet)
    if gate and fidelity.verdict != "equivalent":
        raise typer.Exit(GATE_FAILED)


def _plan(
    fault: list[str] | None, hours: float, scan: str, port: int, seed: int | None
) -> shadow.Plan:
    from twin.bridge.faults import parse_fault
    from twin.cli.quantities import duration

    for text in fault or ():
        parse_fault(text)
    return shadow.Plan(
        faults=tuple(fault or ()),
        hours=hours,
        scan=duration("--scan", scan) or 0,
        port=port,
        seed=seed,
    )

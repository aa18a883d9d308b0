"""`taktwin compare`: two cells on the same luck."""

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.endings import ALLOW_RULES, GATE_FAILED, JSON, OUT, SEED


def compare(
    candidate: Annotated[str, typer.Argument(metavar="CANDIDATE", help="Cell file or name.")],
    baseline: Annotated[
        str | None,
        typer.Argument(metavar="[BASELINE]", help="Default: the `baseline` of the candidate."),
    ] = None,
    gate: Annotated[
        str | None,
        typer.Option(
            help="End with 1 unless this holds, such as `throughput >= -1%`: the candidate's good"
            " parts per week may fall short of the baseline's by at most 1 % (the lower end of"
            " the 95 % interval counts)."
        ),
    ] = None,
    seed: Annotated[int | None, SEED] = None,
    replications: Annotated[int | None, typer.Option(min=2, help="Paired runs.")] = None,
    out: Annotated[Path, OUT] = Path("out"),
    prove: Annotated[bool, typer.Option(help="Prove the robots' moves in PyBullet.")] = True,
    allow_rules: Annotated[bool, ALLOW_RULES] = False,
    json: Annotated[bool, JSON] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Compare a candidate with a baseline on common random numbers.

    Both meet the same arrivals, process times and failures, so that the difference is known far
    better than each figure by itself.

    Examples: `taktwin compare machine_tending`, `taktwin compare new.yaml old.yaml --gate
    "throughput >= -1%"`
    """
    from twin.cli import outcome, steps
    from twin.cli.gate import read_gate

    wanted = read_gate(gate)
    console = steps.console(quiet or json)
    how = {"prove": prove, "allow_rules": allow_rules}
    job = steps.prepare(console, candidate, **how)
    other = steps.prepare(console, baseline or steps.baseline_of(job), **how)
    ask = steps.Ask(seed=seed, replications=replications)
    pair = steps.compare(console, job, other, ask)
    outcome.report(
        console, job, out, pair.candidate, comparison=pair.comparison, json=json, quiet=quiet
    )
    if wanted is not None:
        passed, sentence = wanted.judge(pair.comparison)
        typer.echo(sentence, err=True)
        if not passed:
            raise typer.Exit(GATE_FAILED)

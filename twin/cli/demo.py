"""`taktwin demo`: the whole job on the machine-tending cell."""

from pathlib import Path
from typing import Annotated

from twin.cli.endings import OUT, SEED


def demo(
    seed: Annotated[int | None, SEED] = None,
    out: Annotated[Path, OUT] = Path("out"),
) -> None:
    """Check, time, prove, run, compare, follow a controller and report, on a ready-made cell.

    A UR10e tends two lathes.  Its controller is emulated, and one lathe of it is 12 % slower than
    the twin believes; the twin follows it, records it and finds out.
    """
    from twin.cli import outcome, shadow, steps

    console = steps.console()
    ask = steps.Ask(seed=seed)
    console.rule("1  Cell and robot")
    job = steps.prepare(console, "machine_tending")
    console.rule("2  What it makes, against loading by hand")
    other = steps.prepare(console, steps.baseline_of(job))
    pair = steps.compare(console, job, other, ask)
    console.rule("3  Twin against controller")
    plan = shadow.Plan(faults=("lathe_2:slow:12%:0h",), seed=seed)
    fidelity = shadow.follow(console, job, out, plan)
    console.print(fidelity.sentence)
    console.rule("4  Report")
    outcome.report(console, job, out, pair.candidate, comparison=pair.comparison, fidelity=fidelity)

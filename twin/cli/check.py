"""`taktwin check`: is the cell file right, and can its robots do what it asks?"""

from typing import Annotated

import typer

from twin.cli.endings import ALLOW_RULES, GATE_FAILED, JSON, CellArgument


def check(
    cell: CellArgument,
    motion: Annotated[
        bool, typer.Option(help="Also time the robots' moves and prove them in PyBullet.")
    ] = True,
    allow_rules: Annotated[bool, ALLOW_RULES] = False,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Check a cell file: all faults at once, each with line, key, value found and what would do.

    Ends with 0 when the file is right and its robots can move, 1 when a move is not feasible, 2
    when the file is wrong.
    """
    from twin.cli import steps
    from twin.cli.outcome import say

    console = steps.console(json)
    if not motion:
        from cells.load import load_cell, locate

        path = locate(cell)
        found = load_cell(path, allow_rules=allow_rules)
        say(json, {"cell": found.name, "ok": True}, f"{path}: no faults in the file")
        return
    job = steps.prepare(console, cell, run=False, allow_rules=allow_rules)
    steps.try_rules(job.line)
    infeasible = [name for name, proof in job.proofs.items() if proof.verdict == "infeasible"]
    summary = {
        "cell": job.cell.name,
        "model_id": job.line.model_id,
        "ok": not infeasible,
        "infeasible": infeasible,
    }
    verdict = f"infeasible: {', '.join(infeasible)}" if infeasible else "no faults"
    say(json, summary, f"{job.path}: {verdict}")
    if infeasible:
        raise typer.Exit(GATE_FAILED)

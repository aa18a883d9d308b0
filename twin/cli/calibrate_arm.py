"""`taktwin calibrate-arm`: fit what is not published of an arm to measured cycles."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.endings import JSON, CellArgument

if TYPE_CHECKING:
    from cells.measured import MeasuredCycles
    from robots.fit import Calibration, Measured
    from robots.task import ArmTask


def calibrate_arm(
    cell: CellArgument,
    measured: Annotated[
        Path, typer.Argument(metavar="MEASURED", help="A YAML file of measured cycles.")
    ],
    json: Annotated[bool, JSON] = False,
) -> None:
    """Fit a robot's effort, dead time and settling to measured cycles, and say how well it fits.

    One cycle tells the effort: how many times the published torques or accelerations the arm
    gives.  Two also tell the dead time before each motion, three the settling after each joint
    move.  Cycles marked `hold_back: true` are not fitted to, but compared with.  What is printed
    goes into the robot's entry of the cell file; its times are then *calibrated*.

    Example: `taktwin calibrate-arm machine_tending measured.yaml`
    """
    from cells.errors import CellError, hint
    from cells.load import load_cell, locate
    from cells.measured import load_measured
    from robots.fit import fit
    from twin.motion import arm_tasks, keep_compiled, uncalibrated

    keep_compiled()
    path, given = locate(cell), load_measured(measured)
    # Of the user's own rules nothing is run: only the robot moves.
    cell_read = load_cell(path, allow_rules=True)
    tasks = arm_tasks(uncalibrated(cell_read, given.robot), path.parent)
    if given.robot not in tasks:
        known = hint(given.robot, tasks)
        raise CellError(f"{measured}: robot: no robot named {given.robot!r} that moves.{known}")
    task = tasks[given.robot]
    found = fit(task, _cycles(measured, given, task))
    if json:
        typer.echo(_as_json(found))
    else:
        typer.echo("\n".join(_lines(found, given.robot, task.arm.basis)))


def _cycles(file: Path, given: "MeasuredCycles", task: "ArmTask") -> "list[Measured]":
    from cells.errors import CellError, hint
    from robots.fit import Measured, Piece

    index = {target.name: k for k, target in enumerate(task.targets)}

    def at(name: str, number: int) -> int:
        if name not in index:
            where = f"{file}: cycles[{number}]"
            raise CellError(f"{where}: the robot has no place {name!r}.{hint(name, index)}")
        return index[name]

    cycles = []
    for number, cycle in enumerate(given.cycles):
        pieces = []
        for done in cycle.does:
            if done.from_ is not None and done.to is not None:
                ends = at(done.from_, number), at(done.to, number)
                pieces.append(Piece("travel", *ends, task.heaviest if done.part else 0))
            elif done.pick_at is not None:
                pieces.append(Piece("pick", *(at(done.pick_at, number),) * 2, 0))
            elif done.place_at is not None:
                pieces.append(Piece("place", *(at(done.place_at, number),) * 2, 0))
        cycles.append(
            Measured(
                name=cycle.name or f"cycle {number + 1}",
                pieces=tuple(pieces),
                time=cycle.time / 1e9,
                held_back=cycle.hold_back,
            )
        )
    return cycles


def _as_json(found: "Calibration") -> str:
    import json
    from dataclasses import asdict

    shares = {
        "worst_fitted": found.worst(held_back=False),
        "worst_held_back": found.worst(held_back=True),
    }
    return json.dumps({**asdict(found), **shares}, indent=2)


def _lines(found: "Calibration", robot: str, basis: str) -> list[str]:
    width = max(len(cycle.name) for cycle in found.cycles)
    lines = [f"{'cycle':{width}s}  measured  by {basis:16s}    fitted  difference"]
    for cycle in found.cycles:
        off = cycle.fitted / cycle.measured - 1.0
        note = "  held back" if cycle.held_back else ""
        lines.append(
            f"{cycle.name:{width}s}  {cycle.measured:6.3f} s  {cycle.before:17.3f} s"
            f"  {cycle.fitted:6.3f} s  {off:+9.1%}{note}"
        )
    held = found.worst(held_back=True)
    lines.append("")
    lines.append(
        "No cycle was held back: mark one `hold_back: true` to see how well it foretells."
        if held is None
        else f"Held-back cycles are met within {held:.1%}."
    )
    lines += ["", "In the cell file:", "robots:", f"  {robot}:", *_entry(found)]
    return lines


def _entry(found: "Calibration") -> list[str]:
    parts: list[Any] = [f"effort: {found.effort:.4f}"]
    if found.dead_time is not None:
        parts.append(f"dead_time: {1e3 * found.dead_time:.1f} ms")
    lines = [f"    calibration: {{{', '.join(parts)}}}"]
    if found.settle is not None:
        lines.insert(0, f"    settle: {1e3 * found.settle:.1f} ms")
    return lines

"""`taktwin place`: where to put a robot, and in which order it should serve."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.endings import JSON, CellArgument

if TYPE_CHECKING:
    from twin.placement import Found, Placement


def place(
    cell: CellArgument,
    robot: Annotated[
        str | None, typer.Option(help="Which robot; may be left out if there is one.")
    ] = None,
    within: Annotated[str, typer.Option(help="How far the base may move sideways.")] = "400 mm",
    height: Annotated[str, typer.Option(help="How far it may move up or down.")] = "300 mm",
    clearance: Annotated[str, typer.Option(help="What all motions have to keep.")] = "10 mm",
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the cells written; default: out/<cell>.", file_okay=False),
    ] = None,
    json: Annotated[bool, JSON] = False,
) -> None:
    """Search for the place of a robot's base with the shortest cycle, and write the five best.

    The cycle is each program once, each carrying move once, and the empty ways between them in the
    best order.  What the robot stands on moves with it.  Each cell written can be run.

    Example: `taktwin place standard_cycle`, then
    `taktwin run out/standard_cycle/standard_cycle_place_1.yaml`
    """
    from cells.load import load_cell, locate
    from twin.cli import steps
    from twin.cli.quantities import length
    from twin.placed_files import write_placed
    from twin.placement import place as search

    reach = (length("--within", within), length("--height", height))
    least = length("--clearance", clearance)
    path = locate(cell)
    found_cell = load_cell(path, allow_rules=True)  # none of them is run: only the robot moves
    name = _robot(robot, list(found_cell.robots))
    console = steps.console(json)
    with steps.progress(console, f"Trying places of {name}") as tell:
        found = search(found_cell, name, path.parent, reach, least, progress=tell)
    folder = out or Path("out") / found_cell.name
    files = write_placed(path, found_cell, name, found.best, folder)
    if json:
        import json as json_format

        values = {**asdict(found), "robot": name, "files": [str(file) for file in files]}
        typer.echo(json_format.dumps(values, indent=2))
        return
    _say(found, name, files)


def _robot(asked: str | None, known: list[str]) -> str:
    if asked is None and len(known) == 1:
        return known[0]
    if asked in known:
        return str(asked)
    names = ", ".join(known) or "none"
    raise typer.BadParameter(f"which robot?  The cell has: {names}", param_hint="--robot")


def _say(found: "Found", robot: str, files: list[Path]) -> None:
    typer.echo(f"{robot}: {found.tried} places tried")
    if found.present is not None:
        typer.echo(f"now   {_line(found.present)}")
    else:
        typer.echo("now   it cannot work where it stands")
    for rank, (one, file) in enumerate(zip(found.best, files, strict=True), start=1):
        typer.echo(f"{rank}     {_line(one)}  {file}")
    options = {"sideways": "--within", "height": "--height"}
    if found.at_limit:
        asked = " and ".join(options[name] for name in found.at_limit)
        typer.echo(f"the best is as far as the robot may be moved: a larger {asked} may find more")
    if len(found.trade) > 1:
        typer.echo("cycle against peak torque, nothing beats these in both:")
        for one in found.trade:
            typer.echo(f"      {_line(one)}{_share(one)}")


def _line(one: "Placement") -> str:
    x, y, z = (round(1e3 * value) for value in one.position)
    peak = "" if one.peak is None else f", peak torque {one.peak:.0%}"
    order = f", serves {' > '.join(one.order)}" if one.order else ""
    gap = "" if one.clearance == float("inf") else f", clearance {1e3 * one.clearance:.0f} mm"
    return f"({x}, {y}, {z}) mm: cycle {one.cycle:.3f} s{peak}{gap}{order}"


def _share(one: "Placement") -> str:
    return "" if one.torque is None else f", programs with `torque: {100 * one.torque:.0f} %`"

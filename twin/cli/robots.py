"""`taktwin robots`: the arms of the catalogue, one with its sources, and where it reaches."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.endings import JSON

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from robots.arm import Arm


def robots(
    name: Annotated[
        str | None, typer.Argument(metavar="[ARM]", help="An arm of the catalogue, or a URDF file.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(help='Where the flange is asked to be, such as "600 mm, 0 mm, 300 mm".'),
    ] = None,
    approach: Annotated[
        str, typer.Option(help="Direction the flange looks in: down, up, +x, -x, +y or -y.")
    ] = "down",
    start: Annotated[
        str | None,
        typer.Option("--from", help='Joint angles in degrees, such as "0, -90, 90, 0, 0, 0".'),
    ] = None,
    goal: Annotated[
        str | None, typer.Option("--to", help="With --from: how long the arm takes to get there.")
    ] = None,
    json: Annotated[bool, JSON] = False,
) -> None:
    """List the arms with payload, reach and what their times rest on; show one with its sources.

    With `--at`, tell every way in which the arm can stand there and how near to a singular pose
    each is, or how far out of reach it is.  With `--from` and `--to`, tell how long the bare arm
    takes for that joint move.

    Examples: `taktwin robots`, `taktwin robots fr3`,
    `taktwin robots ur10e --at "800 mm, 0 mm, 400 mm"`
    """
    from twin.motion import keep_compiled

    keep_compiled()
    if name is None:
        if at is not None or start is not None or goal is not None:
            raise typer.BadParameter("name the arm that is to get there")
        _print(_listed(), json, _list_lines)
        return
    arm = _arm(name)
    if start is not None or goal is not None:
        from twin.cli.arm_move import lines_of, timed

        if start is None or goal is None or at is not None:
            raise typer.BadParameter("--from and --to go together, without --at")
        _print(timed(arm, start, goal), json, lines_of)
    elif at is None:
        _print(_described(arm), json, _arm_lines)
    else:
        _print(_reached(arm, at, approach), json, _place_lines)


def _print(found: Any, as_json: bool, lines: Any) -> None:
    if as_json:
        import json

        typer.echo(json.dumps(found, indent=2))
    else:
        for line in lines(found):
            typer.echo(line)


def _arm(name: str) -> "Arm":
    from pathlib import Path

    from twin.motion import arm_of

    path = Path(name)
    return arm_of(path.name, path.parent) if name.endswith(".urdf") else arm_of(name, Path())


def _summary(arm: "Arm") -> dict[str, Any]:
    """Return what the list says of an arm."""
    from robots.kinematics.posture import flange_reach

    return {
        "name": arm.name,
        "maker": arm.maker,
        "model": arm.model,
        "axes": arm.dof,
        "payload_kg": arm.payload,
        "reach_m": arm.reach,
        "flange_reach_m": round(flange_reach(arm), 4),
        "basis": arm.basis,
    }


def _listed() -> list[dict[str, Any]]:
    from robots.load import known_arms, load_arm

    return [_summary(load_arm(name)) for name in known_arms()]


def _list_lines(rows: list[dict[str, Any]]) -> list[str]:
    head = ("name", "maker and model", "axes", "payload", "reach", "times rest on")
    table = [head] + [
        (
            row["name"],
            f"{row['maker']} {row['model']}",
            str(row["axes"]),
            _kg(row["payload_kg"]),
            _reach(row),
            row["basis"],
        )
        for row in rows
    ]
    widths = [max(len(line[k]) for line in table) for k in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]
    return [
        *lines,
        "",
        "* computed from the kinematics, to the flange; makers often give it to the wrist",
        "`taktwin robots NAME` shows an arm with its sources; `model: NAME` puts it in a cell.",
    ]


def _kg(value: float | None) -> str:
    return "unknown" if value is None else f"{value:g} kg"


def _reach(row: dict[str, Any]) -> str:
    if row["reach_m"] is not None:
        return f"{row['reach_m']:.3f} m"
    return f"{row['flange_reach_m']:.3f} m*"


def _at(values: "NDArray[Any] | None", k: int) -> float | None:
    return None if values is None else round(float(values[k]), 3)


def _described(arm: "Arm") -> dict[str, Any]:
    """Return all that is known of an arm, in the units of data sheets."""
    import numpy as np

    scale = np.where(arm.chain.slides, 1.0, 180.0 / np.pi)
    unit = ["m" if slides else "deg" for slides in arm.chain.slides]
    joints = [
        {
            "name": arm.joints[k],
            "unit": unit[k],
            "lower": round(float(arm.lower[k] * scale[k]), 3),
            "upper": round(float(arm.upper[k] * scale[k]), 3),
            "speed_per_s": round(float(arm.speed[k] * scale[k]), 3),
            "torque_n_m": _at(arm.torque, k),
            "acceleration_rad_s2": _at(arm.acceleration, k),
        }
        for k in range(arm.dof)
    ]
    form = arm.closed_form
    return {
        **_summary(arm),
        "mass_kg": arm.mass,
        "inverse": "numeric" if form is None else form.kind.replace("_", " "),
        "joints": joints,
        "link_masses_kg": None if arm.inertials is None else arm.inertials.mass.round(4).tolist(),
        "assumed": list(arm.assumed),
        "sources": dict(arm.sources),
        "notes": list(arm.notes),
    }


def _arm_lines(found: dict[str, Any]) -> list[str]:
    known = found["link_masses_kg"]
    masses = "masses unknown" if known is None else ", ".join(map(str, known)) + " kg"
    lines = [
        f"{found['maker']} {found['model']}".strip(),
        f"  axes      {found['axes']}, inverse: {found['inverse']}",
        f"  payload   {_kg(found['payload_kg'])}",
        f"  reach     {_reach(found).replace('*', ' to the flange, computed from the kinematics')}",
        f"  mass      {_kg(found['mass_kg'])}",
        f"  links     {masses}",
        f"  times     rest on {found['basis']}",
        "",
        "  joint                 from        to     speed    torque  acceleration",
    ]
    for joint in found["joints"]:
        unit = "m" if joint["unit"] == "m" else "°"
        torque, fast = joint["torque_n_m"], joint["acceleration_rad_s2"]
        lines.append(
            f"  {joint['name']:18s} {joint['lower']:7g} {unit} {joint['upper']:7g} {unit}"
            f" {joint['speed_per_s']:7g} {unit}/s"
            f" {'unknown' if torque is None else f'{torque:g} Nm':>9s}"
            f"  {'unknown' if fast is None else f'{fast:g} rad/s2'}"
        )
    lines += ["", "  sources"]
    lines += [f"    {group}: {source}" for group, source in found["sources"].items()]
    lines += [f"  assumed: {group}" for group in found["assumed"]]
    lines += [f"  note: {note}" for note in found["notes"]]
    return lines


def _asked(at: str, approach: str) -> "NDArray[Any]":
    """Return the pose that `--at` and `--approach` ask for, (4, 4)."""
    from pydantic import ValidationError

    from cells.schema import Place
    from twin.motion import pose_of_place

    try:
        given = {"position": [part.strip() for part in at.split(",")], "approach": approach}
        return pose_of_place(Place.model_validate(given))
    except ValidationError as error:
        first = error.errors()[0]
        option = "--approach" if "approach" in first["loc"] else "--at"
        reason = first["msg"].removeprefix("Value error, ")
        raise typer.BadParameter(f"{option}: {reason}") from None


def _reached(arm: "Arm", at: str, approach: str) -> dict[str, Any]:
    import numpy as np

    from robots.kinematics.inverse import inverse_of, solve_many, with_turns
    from robots.kinematics.posture import miss, posture

    pose, model = _asked(at, approach), inverse_of(arm)
    scale = np.where(arm.chain.slides, 1.0, 180.0 / np.pi)
    found = solve_many(model, pose[None])[0]
    ways: list[dict[str, Any]] = []
    for q in found[~np.isnan(found[:, 0])]:
        turned = with_turns(model, q[None])
        least = turned[np.abs(turned).max(axis=1).argmin()]
        stands = posture(arm, q)
        ways.append(
            {
                "joints": (least * scale).round(3).tolist(),
                "with_full_turns": len(turned),
                "evenness": round(stands.evenness, 4),
                "near_singular": stands.singular,
                "kind": stands.kind,
                "turn_together": list(stands.joints),
            }
        )
    ways.sort(key=lambda way: -float(way["evenness"]))
    off = None if ways else miss(arm, pose)
    nearest = None if off is None else (1e3 * off.pose_base_flange[:3, 3]).round(1).tolist()
    return {
        "arm": arm.name,
        "joint_names": list(arm.joints),
        "ways": ways,
        "out_of_reach_mm": None if off is None else round(1e3 * off.distance, 1),
        "nearest_mm": nearest,
    }


def _place_lines(found: dict[str, Any]) -> list[str]:
    ways = found["ways"]
    if not ways:
        if found["out_of_reach_mm"] is None:
            return [f"{found['arm']}: only with other angles of its last joint than were tried"]
        spot = ", ".join(f"{x:.0f}" for x in found["nearest_mm"])
        return [
            f"{found['arm']}: out of reach by {found['out_of_reach_mm']:.0f} mm;"
            f" with this orientation the flange gets to ({spot}) mm"
        ]
    lines = [f"{found['arm']}: {len(ways)} ways to stand there, the best posture first"]
    for way in ways:
        angles = " ".join(f"{value:9.2f}" for value in way["joints"])
        warn = f"  near singular: {way['kind']}" if way["near_singular"] else ""
        turns = f", {way['with_full_turns']} with full turns" if way["with_full_turns"] > 1 else ""
        lines.append(f"  {angles}   evenness {way['evenness']:.3f}{turns}{warn}")
    lines.append("Angles in degrees, ways of sliding joints in m; evenness 0 is a singular pose.")
    return lines

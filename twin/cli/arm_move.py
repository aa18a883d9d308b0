"""How long an arm takes from one position of its joints to another, by each law."""

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from robots.arm import Arm
    from robots.pace import Pace

_ABOUT_JOINTS = ("acceleration", "joint", "torques", "the controller")  # how such notes begin


def timed(arm: "Arm", start: str, goal: str) -> dict[str, Any]:
    """Return the times of a joint move of the bare arm, from rest to rest."""
    import numpy as np

    from robots.limits import BUILD_UP
    from robots.moves import joint_move
    from robots.pace import notes_of, pace_of
    from robots.program import Workplace
    from robots.task import Tool

    here, there = _joints(arm, "--from", start), _joints(arm, "--to", goal)
    bare = Tool(
        mass=0.0,
        center_of_mass=(0.0, 0.0, 0.0),
        pose_flange_tcp=np.eye(4),
        open_time=0.0,
        close_time=0.0,
    )
    place = Workplace(arm=arm, pose_cell_base=np.eye(4), tools={"": bare})
    pace = pace_of(place.task("", np.eye(4)))
    fast = _accelerations(pace, np.stack([here, there]))
    single = joint_move(here, there, arm.speed, fast, fast / BUILD_UP)
    return {
        "arm": arm.name,
        "cell_s": pace.travel(here, there, 0).time,
        "basis": arm.basis,
        "synchronised_s": single.time_synchronised,
        "straight_s": single.straight,
        "slowest": arm.joints[single.slowest],
        "joints": dict(zip(arm.joints, single.axis_times, strict=True)),
        "notes": [note for note in notes_of(pace.task) if note.startswith(_ABOUT_JOINTS)],
    }


def _accelerations(pace: "Pace", ends: "NDArray[Any]") -> "NDArray[Any]":
    """Return what each joint can do by itself, rad/s2: with torques, at the worse of both ends."""
    from robots.dynamics import acceleration_room

    if not pace.bodies:
        return pace.acceleration
    room: NDArray[Any] = acceleration_room(pace.bodies[0], pace.torque, ends).min(axis=0)
    if room.min() <= 0:
        joint = pace.task.arm.joints[int(room.argmin())]
        raise typer.BadParameter(f"{joint} cannot hold the arm itself there")
    return room


def _joints(arm: "Arm", option: str, text: str) -> "NDArray[Any]":
    """Return joint angles such as `0, -90, 90, 0, 0, 0`, degrees and m, in rad and m."""
    import numpy as np

    unit = np.where(arm.chain.slides, 1.0, np.pi / 180.0)
    try:
        values = np.array([float(part) for part in text.split(",")])
    except ValueError:
        values = np.empty(0)
    if values.shape != (arm.dof,) or not np.isfinite(values).all():
        raise typer.BadParameter(
            f"{option}: give {arm.dof} joint angles in degrees (ways in m), such as"
            f" {', '.join(['0'] * arm.dof)}"
        )
    joints: NDArray[Any] = values * unit
    for k, name in enumerate(arm.joints):
        if not arm.lower[k] - 1e-9 <= joints[k] <= arm.upper[k] + 1e-9:
            low, high = arm.lower[k] / unit[k], arm.upper[k] / unit[k]
            raise typer.BadParameter(
                f"{option}: {name} goes from {low:g} to {high:g}, not to {values[k]:g}"
            )
    return joints


def lines_of(found: dict[str, Any]) -> list[str]:
    """Return the times in words."""
    lines = [
        f"{found['arm']}: {found['cell_s']:.3f} s straight in joint space, as cells have it"
        f" ({found['basis']})",
        f"  {found['straight_s']:.3f} s under constant limits, straight in joint space",
        f"  {found['synchronised_s']:.3f} s under constant limits, each joint by itself;"
        f" {found['slowest']} decides",
    ]
    lines += [f"    {name:18s} {time:.3f} s" for name, time in found["joints"].items()]
    return lines + [f"  {note}" for note in found["notes"]]

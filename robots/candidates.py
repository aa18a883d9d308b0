"""The ways in which an arm can stand at each target, and why there may be none."""

from dataclasses import dataclass

import numpy as np

from robots.arm import Floats
from robots.collide import NOTHING, Nearest, Scene, nearest
from robots.kinematics.inverse import Inverse, rows_of, solve
from robots.pace import Pace
from robots.straight import flange_poses, straight_paths, turned_paths
from robots.task import ArmTask, Target

_TOUCH = 1e-6  # m of overlap that is rounding
_SCAN = 240  # positions tried on the way to the base


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Ways to stand at one target; b ways, each with its full turns."""

    between: Floats  # (b, k, n), from the approach point to the target, rad
    branch: Floats  # (b,), same number: same way but for full turns
    turns: Floats  # (b, n), what the way differs by from the first of its branch, rad
    straight: Floats  # (b,), mean time of the straight move, empty and with each load, s
    tight: dict[int, Nearest]  # by branch: the tightest place of the straight move


def collides(spot: Nearest) -> bool:
    """Say whether a motion touches a fixture or the arm itself."""
    return min(spot.clearance, spot.own) < -_TOUCH


def describe(task: ArmTask, spot: Nearest) -> str:
    """Return what a colliding motion touches and how deep."""
    names = (*task.arm.links, "gripper")
    if spot.clearance <= spot.own and spot.fixture != NOTHING:
        part = names[min(spot.link, len(names) - 1)]
        what = f"fixture {task.fixtures[spot.fixture].name!r}"
        return f"{part} goes {-1e3 * spot.clearance:.0f} mm into {what}"
    a, b = (names[min(link, len(names) - 1)] for link in spot.own_links)
    return f"{b} goes {-1e3 * spot.own:.0f} mm into the arm's own {a}"


def candidates_at(
    pace: Pace, model: Inverse, view: Scene, target: Target
) -> tuple[Candidates | None, str]:
    """Return the ways to stand at a target, or None and the reason."""
    task = pace.task
    poses = flange_poses(task, target)
    paths, count = straight_paths(model, poses)
    if len(paths) == 0:
        return None, _unreachable(task, model, target, poses, count)
    tight = {k: nearest(view, path) for k, path in enumerate(paths)}
    free = [k for k in tight if not collides(tight[k])]
    if not free:
        spot = max(tight.values(), key=lambda s: min(s.clearance, s.own))
        best = f"{describe(task, spot)}, at the best of {len(paths)} postures"
        return None, f"{target.name}: {best}; move the place or the fixture"
    return _expand(pace, paths, free, tight, target)


def _expand(
    pace: Pace, paths: Floats, free: list[int], tight: dict[int, Nearest], target: Target
) -> tuple[Candidates | None, str]:
    arm, loads = pace.task.arm, loads_at(pace.task, target)
    rows: list[tuple[Floats, int, Floats, float]] = []
    for k in free:
        laws = [pace.straight(paths[k], load, target.tool_speed).time for load in loads]
        turns = turned_paths(paths[k], arm.lower, arm.upper)
        rows += [(paths[k] + turn, k, turn, sum(laws) / len(laws)) for turn in turns]
    if not rows:
        what = "a joint reaches its limit on the straight move"
        return None, f"{target.name}: {what}; turn or move the target"
    if not np.isfinite([row[3] for row in rows]).any():
        return None, f"{target.name}: {_overload(pace, paths[free[0]][-1])}"
    rows = [row for row in rows if np.isfinite(row[3])]
    found = Candidates(
        between=np.array([row[0] for row in rows]),
        branch=np.array([row[1] for row in rows]),
        turns=np.array([row[2] for row in rows]),
        straight=np.array([row[3] for row in rows]),
        tight={k: tight[k] for k in free},
    )
    return found, ""


def loads_at(task: ArmTask, target: Target) -> list[int]:
    """Return what an arm may hold at a target: 0 nothing, 1 + k a load of its gripper there."""
    held_by = task.held_by or (0,) * len(task.loads)
    return [0, *(1 + k for k, gripper in enumerate(held_by) if gripper == target.gripper)]


def _overload(pace: Pace, joints: Floats) -> str:
    """Return which joint cannot hold the load still."""
    from robots.dynamics import inverse_dynamics

    still = np.zeros((1, joints.size))
    held = np.abs(inverse_dynamics(pace.bodies[pace.task.heaviest], joints[None], still, still)[0])
    worst = int(np.argmax(held / pace.torque))
    return (
        f"{pace.task.arm.joints[worst]} needs {held[worst]:.0f} N m to hold the load still and may"
        f" use {pace.torque[worst]:.0f}; lighten the load or move the target nearer"
    )


def _reached(model: Inverse, pose: Floats) -> bool:
    found = np.empty((rows_of(model), model.lower.size))
    turn = np.ascontiguousarray(pose[:3, :3])
    return bool(solve(model, turn, np.ascontiguousarray(pose[:3, 3]), model.free, found) > 0)


def _unreachable(task: ArmTask, model: Inverse, target: Target, poses: Floats, count: int) -> str:
    if count > 0 and _reached(model, poses[-1]):
        return (
            f"{target.name}: no posture follows the straight move of {1e3 * task.approach:.0f} mm:"
            " it passes a singular pose or a joint limit; turn the target or move it"
        )
    what = "its approach point" if _reached(model, poses[-1]) else "it"
    near = _nearest_on_line(task, model, target)
    if near is None:
        return f"{target.name}: out of reach in this orientation, also nearer to the base; turn it"
    way, place = near
    spot = ", ".join(f"{1e3 * x:.0f}" for x in place)
    return f"{target.name}: {what} is out of reach by {1e3 * way:.0f} mm; ({spot}) mm would do"


def _nearest_on_line(task: ArmTask, model: Inverse, target: Target) -> tuple[float, Floats] | None:
    """Return how far straight towards the base the target would do, m, and where that is."""
    position = target.pose_cell_tcp[:3, 3]
    towards = task.pose_cell_base[:3, 3] - position
    length = float(np.linalg.norm(towards))

    def works(part: float) -> bool:
        pose = target.pose_cell_tcp.copy()
        pose[:3, 3] += part * towards
        moved = Target(name=target.name, pose_cell_tcp=pose)
        return len(straight_paths(model, flange_poses(task, moved))[0]) > 0

    parts = np.arange(1, _SCAN) / _SCAN
    good = next((part for part in parts if works(part)), None)
    if good is None:
        return None
    low, high = good - 1 / _SCAN, good
    for _ in range(10):
        middle = (low + high) / 2
        low, high = (low, middle) if works(middle) else (middle, high)
    return high * length, position + high * towards

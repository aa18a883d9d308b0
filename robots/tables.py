"""Tables of joint-move times: positions x positions x load x tool, and the cycle through them.

For studies and for sequences of many positions: each time is that of the best pair of postures
under constant limits, which for arms with published torques are those that the load leaves at the
middle of the poses.  Fixtures are not looked at; `robots.table` is the careful one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from robots.arm import Arm, Floats
from robots.cache import content_key, load, store
from robots.dynamics import acceleration_room, body_with
from robots.errors import RobotError
from robots.frames import inverse
from robots.kinematics.inverse import branches
from robots.limits import BUILD_UP, MARGIN
from robots.pace import ASSUMED_TO_SPEED
from robots.pairs import pair_times
from robots.sequence import shortest
from robots.task import Tool

_SAMPLES = 64  # poses at which the room for acceleration is looked at


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimeTable:
    """Times between L positions with P loads and T tools, by index."""

    times: Floats  # (T, P, L, L) s, infinite where a position is out of reach
    limits: Floats  # (T, P, 3, n), speed, acceleration, jerk that the times rest on
    basis: str


def time_table(
    arm: Arm,
    pose_cell_base: Floats,
    poses: Floats,
    tools: Sequence[Tool],
    loads: Sequence[float],
    speed: float = 1.0,
) -> TimeTable:
    """Return the time between each two positions with each load and tool; the same is kept.

    Parameters
    ----------
    poses : ndarray, shape (L, 4, 4)
        pose_cell_tcp.
    loads : sequence of float
        Mass of the part at the tool centre point, kg.
    speed : float
        Share of the joints' speed limits.

    Raises
    ------
    RobotError
        If no position is in reach, or a load cannot be held.
    """
    key = content_key("times", arm, pose_cell_base, poses, tuple(tools), tuple(loads), speed)
    kept = load(key)
    if kept is not None and set(kept) == {"times", "limits", "basis"}:
        return TimeTable(**kept)
    rows = [
        [limits_for(arm, pose_cell_base, poses, tool, m, speed) for m in loads] for tool in tools
    ]
    times = [
        [pair_times(arm, flange_poses(pose_cell_base, poses, tool), a, j, v) for v, a, j in row]
        for tool, row in zip(tools, rows, strict=True)
    ]
    table = TimeTable(times=np.array(times), limits=np.array(rows), basis=arm.basis)
    store(key, {"times": table.times, "limits": table.limits, "basis": table.basis})
    return table


def flange_poses(pose_cell_base: Floats, poses: Floats, tool: Tool) -> Floats:
    """Return pose_base_flange, (L, 4, 4), of poses of the tool centre point in the cell."""
    found: Floats = inverse(pose_cell_base) @ poses @ inverse(tool.pose_flange_tcp)
    return np.ascontiguousarray(found)


def limits_for(
    arm: Arm, pose_cell_base: Floats, poses: Floats, tool: Tool, load: float, speed: float = 1.0
) -> Floats:
    """Return constant limits of speed, acceleration and jerk that suit a load, (3, n).

    See `time_table`.
    """
    acceleration = arm.acceleration
    if arm.torque is not None and arm.inertials is not None:
        found = [branches(arm, pose) for pose in flange_poses(pose_cell_base, poses, tool)]
        q = np.vstack([np.empty((0, arm.dof)), *found])
        if len(q) == 0:
            raise RobotError(f"{arm.name}: none of {len(poses)} positions is in reach")
        tcp = tool.pose_flange_tcp[:3, 3]
        body = body_with(arm, pose_cell_base, (tool,), tcp, load)
        few = np.ascontiguousarray(q[:: max(1, len(q) // _SAMPLES)])
        acceleration = np.median(acceleration_room(body, MARGIN * arm.torque, few), axis=0)
        if acceleration.min() <= 0:
            worst = arm.joints[int(np.argmin(acceleration))]
            raise RobotError(f"{arm.name}: {worst} cannot hold {load:g} kg at these positions")
    elif acceleration is None:
        acceleration = arm.speed / ASSUMED_TO_SPEED
    return np.stack([speed * arm.speed, acceleration, acceleration / BUILD_UP])


def cycle(
    arm: Arm, flanges: Floats, limits: Floats, *, closed: bool = True
) -> tuple[Floats, float]:
    """Return joint angles at each of L poses in turn, (L, n), and the time of the shortest cycle.

    Parameters
    ----------
    flanges : ndarray, shape (L, 4, 4)
        pose_base_flange, in the order they are gone to.
    limits : ndarray, shape (3, n)
        As `limits_for`.
    closed : bool
        Whether the last leads back to the first.
    """
    found = [branches(arm, pose) for pose in flanges]
    choice, time = shortest([(q, q) for q in found], limits, closed=closed)
    return np.array([q[k] for q, k in zip(found, choice, strict=True)]), time

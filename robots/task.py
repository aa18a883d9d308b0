"""What an arm is asked to do in a cell, and the times that come out; SI units throughout."""

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from robots.arm import Arm, Floats
from robots.errors import RobotError

EMPTY, LOADED = 0, 1  # first index of `MoveTable.travel`; + the load


def _check_pose(where: str, pose: Floats) -> None:
    if pose.shape != (4, 4) or not np.isfinite(pose).all():
        raise RobotError(f"{where}: a pose is a finite 4 x 4 matrix, got shape {pose.shape}")
    if not np.allclose(pose[:3, :3] @ pose[:3, :3].T, np.eye(3), atol=1e-6):
        raise RobotError(f"{where}: the upper left 3 x 3 of a pose must be a rotation")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tool:
    """A gripper on the flange; its body is a capsule from the flange to the tcp."""

    mass: float  # kg
    center_of_mass: tuple[float, float, float]  # in the flange frame, m
    pose_flange_tcp: Floats  # (4, 4)
    open_time: float  # s
    close_time: float  # s
    radius: float = 0.04  # of its capsule, m; assumed unless given

    @property
    def tcp(self) -> Floats:
        """Tool centre point in the flange frame, (3,), m."""
        return np.ascontiguousarray(self.pose_flange_tcp[:3, 3])

    def __post_init__(self) -> None:
        _check_pose("tool", self.pose_flange_tcp)
        if min(self.mass, self.open_time, self.close_time) < 0 or self.radius <= 0:
            raise RobotError("tool: mass and times must not be negative, radius must be positive")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fixture:
    """Something in the way; the pose is that of its centre."""

    name: str
    kind: Literal["box", "cylinder"]
    size: tuple[float, ...]  # box: full lengths x, y, z; cylinder: radius, height along z, m
    pose_cell_fixture: Floats  # (4, 4)

    def __post_init__(self) -> None:
        _check_pose(f"fixture {self.name!r}", self.pose_cell_fixture)
        wanted = {"box": 3, "cylinder": 2}[self.kind]
        if len(self.size) != wanted or min(self.size) <= 0:
            raise RobotError(
                f"fixture {self.name!r}: a {self.kind} has {wanted} positive lengths,"
                f" got {self.size}"
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Target:
    """A place the tool centre point goes to; it moves in along +z of its own frame."""

    name: str
    pose_cell_tcp: Floats  # (4, 4)
    gripper: int = 0  # with which of the arm's grippers
    tool_speed: float = math.inf  # m/s that no point of the arm may pass on moves to and from here

    def __post_init__(self) -> None:
        _check_pose(f"target {self.name!r}", self.pose_cell_tcp)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmTask:
    """One arm, its tool, the places it serves and the moves that will be used.

    What it carries is one of `loads`; a move says which: 0 none, 1 + k is `loads[k]`.
    """

    name: str
    arm: Arm
    pose_cell_base: Floats  # (4, 4)
    tool: Tool
    loads: tuple[float, ...]  # (W,) kg, its centre at the tcp
    speed: float  # fraction of the joints' speed limits; straight moves go at approach_speed
    approach: float  # length of the straight move in and out, m
    approach_speed: float  # of the tcp on it, m/s
    settle: float  # wait for standstill after each joint move, s
    pick_extra: float  # s
    place_extra: float  # s
    targets: tuple[Target, ...]
    moves: tuple[tuple[int, int, int], ...]  # (from, to, 0 empty or 1 + load), each once
    fixtures: tuple[Fixture, ...]
    home: int  # target at whose approach point the arm starts
    tool_speed: float = math.inf  # m/s that no point of the arm may pass
    others: tuple[Tool, ...] = ()  # more grippers on the same head; all hang on the flange
    held_by: tuple[int, ...] = ()  # (W,) gripper of each load; default: the first

    def most(self, *targets: int) -> float:
        """Return the speed that no point may pass on a move between targets, m/s."""
        return min(self.tool_speed, *(self.targets[k].tool_speed for k in targets))

    @property
    def grippers(self) -> tuple[Tool, ...]:
        """All grippers on the flange."""
        return (self.tool, *self.others)

    def gripper_of(self, load: int) -> Tool:
        """Return the gripper of a load, 1 + k; of none the first."""
        return self.grippers[self.held_by[load - 1] if load and self.held_by else 0]

    @property
    def heaviest(self) -> int:
        """The load of most mass, 1 + k; 0 without any."""
        return 1 + int(np.argmax(self.loads)) if self.loads else 0

    def __post_init__(self) -> None:
        _check_pose(f"{self.name}: base", self.pose_cell_base)
        count = len(self.targets)
        indices = [self.home, *(k for move in self.moves for k in move[:2])]
        if not all(0 <= load <= len(self.loads) for _, _, load in self.moves):
            raise RobotError(f"{self.name}: moves must name one of {len(self.loads)} loads, or 0")
        if len(self.held_by) not in (0, len(self.loads)):
            raise RobotError(f"{self.name}: held_by names a gripper for each load, or is empty")
        used = [*self.held_by, *(target.gripper for target in self.targets)]
        if not all(0 <= k < len(self.grippers) for k in used):
            raise RobotError(f"{self.name}: there are {len(self.grippers)} grippers")
        if not all(0 <= k < count for k in indices):
            raise RobotError(f"{self.name}: moves and home must name one of {count} targets")
        if not 0 < self.speed <= 1:
            raise RobotError(f"{self.name}: speed is a fraction in (0, 1], got {self.speed}")
        if not self.tool_speed > 0:
            raise RobotError(f"{self.name}: tool_speed must be positive, got {self.tool_speed}")
        if self.approach <= 0 or self.approach_speed <= 0:
            raise RobotError(f"{self.name}: approach and approach_speed must be positive")
        if min(*self.loads, self.settle, self.pick_extra, self.place_extra) < 0:
            raise RobotError(f"{self.name}: masses and times must not be negative")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MoveTable:
    """Times of a task's moves, and the motions behind them; L targets, n joints.

    A law is (speed, acceleration, jerk) of a seven-segment profile along the path: per whole move
    for joint moves (path length 1), in m for straight moves (path length `ArmTask.approach`).
    """

    names: tuple[str, ...]  # (L,)
    travel: Floats  # (1 + W, L, L) s, [0 empty | 1 + load, from, to], nan where no move is asked
    pick: Floats  # (W, L) s, in, close, out
    place: Floats  # (W, L) s, in, open, out
    joints_at: Floats  # (L, n) rad, at the target
    joints_approach: Floats  # (L, n) rad, at its approach point
    joints_between: Floats  # (L, k, n) rad, along the straight move from approach to target
    travel_law: Floats  # (1 + W, L, L, 3), nan where no move is asked
    straight_law: Floats  # (1 + W, L, 3), [0 empty | 1 + load, target]
    basis: dict[str, str]  # `travel`, `pick`, `place` -> torque, published limits or assumed
    # Least distance to a fixture on the move, m, inf without fixtures, and which it is, -1 none.
    clearance: Floats  # (1 + W, L, L)
    nearest: NDArray[np.int64]  # (1 + W, L, L)
    clearance_at: Floats  # (L,) m, least distance on the straight move
    nearest_at: NDArray[np.int64]  # (L,)
    notes: tuple[str, ...] = field(default=())
    # (L, L, V, n) rad, via-points of the moves that go round something, nan beyond the last one;
    # None: all moves are direct.  The law of such a move is along `robots.bends.bent`.
    via: Floats | None = None
    via_width: Floats | None = None  # (L, L), how wide its corners are

    def way(self, start: int, goal: int) -> tuple[Floats, float]:
        """Return the points of a travel, (p, n) rad, from approach to approach, and its corners."""
        ends = self.joints_approach[[start, goal]]
        if self.via is None or self.via_width is None:
            return ends, 0.0
        between = self.via[start, goal]
        between = between[~np.isnan(between[:, 0])]
        return np.vstack([ends[:1], between, ends[1:]]), float(self.via_width[start, goal])

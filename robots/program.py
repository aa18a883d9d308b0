"""What a robot program says: moves, waits, signals, grips, changes of load, tool and speed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from robots.arm import Arm, Floats
from robots.course import Basis
from robots.dynamics import Body, body_with
from robots.errors import RobotError
from robots.limits import BUILD_UP, MARGIN
from robots.pace import ASSUMED_TO_SPEED
from robots.task import ArmTask, Fixture, Target, Tool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Move:
    """A move of the tool centre point to a pose; joint moves choose their posture."""

    kind: Literal["joint", "line", "arc"]
    to: str  # name of the point, for messages
    pose_cell_tcp: Floats  # (4, 4)
    via: Floats | None = None  # (3,) m in the cell, a point on the arc
    speed: float | None = (
        None  # joint: share of full speed; line, arc: m/s; None: as fast as may be
    )
    acceleration: float | None = None  # line, arc: m/s2 along the way
    blend: float = 0.0  # m from the point at which the way is left; 0.0: it stops there


@dataclass(frozen=True, slots=True)
class Wait:
    """Stand still."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SetSignal:
    """Tell others; takes no time."""

    name: str


@dataclass(frozen=True, slots=True)
class AwaitSignal:
    """Stand until another program set the signal; alone, it is there at once."""

    name: str


@dataclass(frozen=True, slots=True)
class Grip:
    """Open or close the tool; what it holds from then on weighs `mass`."""

    close: bool
    mass: float = 0.0  # kg


@dataclass(frozen=True, slots=True)
class Payload:
    """Tell the controller another load; takes no time."""

    mass: float  # kg


@dataclass(frozen=True, slots=True)
class UseTool:
    """Go on with another tool."""

    name: str
    seconds: float = 0.0  # to change it


@dataclass(frozen=True, slots=True)
class Override:
    """Scale all speeds from here on."""

    share: float


Step = Move | Wait | SetSignal | AwaitSignal | Grip | Payload | UseTool | Override
Rules = Literal["least_time", "urscript", "rapid"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """Steps in order, from the posture at `start`; ends there if it is to be repeated."""

    name: str
    start: str
    pose_cell_start: Floats  # (4, 4), of the tool centre point
    steps: tuple[Step, ...]
    rules: Rules = "least_time"  # urscript, rapid: zones, and times where published, of that vendor
    tool: str = ""  # with which it starts; default: the first
    mass: float = 0.0  # kg in the tool at the start

    def __post_init__(self) -> None:
        if not any(isinstance(step, Move) for step in self.steps):
            raise RobotError(f"program {self.name}: it has no move")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Workplace:
    """An arm where it stands, its tools and what is around it."""

    arm: Arm
    pose_cell_base: Floats  # (4, 4)
    tools: dict[str, Tool]
    head: tuple[str, ...] = ()  # tools that hang on the flange together
    fixtures: tuple[Fixture, ...] = ()
    speed: float = 1.0  # override, share of full speed
    torque: float = MARGIN  # share of the published torques that is used
    build_up: float = BUILD_UP  # s in which acceleration builds up
    dead_time: float = 0.0  # s of the controller before each motion
    settle: float = 0.0  # s of waiting for standstill after each motion
    most_speed: float = np.inf  # m/s that no joint, flange or tool centre point may pass

    def task(self, tool: str, pose_cell_tcp: Floats) -> ArmTask:
        """Return a task of this arm, for its capsules and fixtures."""
        return ArmTask(
            name=self.arm.name,
            arm=self.arm,
            pose_cell_base=self.pose_cell_base,
            tool=self.tools[tool],
            others=self._beside(tool),
            loads=(),
            speed=self.speed,
            approach=0.05,
            approach_speed=0.25,
            settle=0.0,
            pick_extra=0.0,
            place_extra=0.0,
            targets=(Target(name="start", pose_cell_tcp=pose_cell_tcp),),
            moves=(),
            fixtures=self.fixtures,
            home=0,
        )

    @property
    def basis(self) -> Basis:
        """What limits the joints."""
        return self.arm.basis

    def most(self) -> Floats:
        """Return usable torque, or acceleration where torques are not published, (n,)."""
        arm = self.arm
        if arm.torque is not None and arm.inertials is not None:
            return self.torque * arm.torque
        if arm.acceleration is not None:
            return arm.acceleration
        return np.asarray(arm.speed / ASSUMED_TO_SPEED)

    def body(self, tool: str, mass: float) -> Body | None:
        """Return the arm with its load, None where torques do not count."""
        if self.arm.torque is None or self.arm.inertials is None:
            return None
        hanging = (self.tools[tool], *self._beside(tool))
        return body_with(self.arm, self.pose_cell_base, hanging, self.tools[tool].tcp, mass)

    def _beside(self, tool: str) -> tuple[Tool, ...]:
        """Return the tools that hang on the flange beside one."""
        return tuple(self.tools[k] for k in self.head if tool in self.head and k != tool)

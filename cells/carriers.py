"""Who carries parts: robots and operators, and which part they take first."""

from typing import Annotated, Literal

from pydantic import Field

from cells.base import Name, Part, Position, Turn
from cells.collaborative import Limit
from cells.distributions import Distribution
from cells.money import Cost
from cells.own_rules import OwnRule
from cells.power import PowerUse
from cells.units import Duration, Fraction, Length, Mass, Speed

Rule = Literal["downstream_first", "longest_wait", "first_come", "nearest", "priority"]

Stage = Literal["setup", "load", "process", "unload", "all"]


class Sequence(Part):
    """A fixed order of nodes to pick from, again and again; the unit goes there and waits."""

    sequence: Annotated[list[Name], Field(min_length=1, max_length=1_000)]


class Gripper(Part):
    """A gripper on the flange: for one part, or for two at a time."""

    type: Literal["single", "dual"] = "single"
    exchange: Duration | None = None  # dual: finished part out, new part in

    mass: Mass
    open: Duration
    close: Duration
    tcp: Position = (0.0, 0.0, 0.0)  # of the tool centre point in the flange frame
    turn: Turn = (0.0, 0.0, 0.0)


class OtherGripper(Part):
    """One more gripper on the same head: it takes some of the products."""

    for_: Annotated[list[Name], Field(alias="for", min_length=1)]  # products
    mass: Mass
    open: Duration
    close: Duration
    tcp: Position = (0.0, 0.0, 0.0)
    turn: Turn = (0.0, 0.0, 0.0)


class Base(Part):
    """Where an arm stands, in the cell frame."""

    position: Position = (0.0, 0.0, 0.0)
    turn: Turn = (0.0, 0.0, 0.0)


class Handling(Part):
    """What a robot does at a place beside moving between places."""

    approach: Length = 0.08  # straight in and out
    approach_speed: Speed = 0.25
    pick: Duration = 0  # added to each pick: doors, clamps, blow-off
    place: Duration = 0


class Calibration(Part):
    """What was fitted to measured cycles, see `taktwin calibrate-arm`."""

    effort: float = Field(1.0, gt=0.0, le=10.0)  # times the published torques or accelerations
    dead_time: Duration = 0  # of the controller before each motion
    source: str | None = None  # what was measured, and when


class Robot(Part):
    """An arm that carries parts."""

    model: str  # in the robot catalogue, or a path to a URDF beside the cell file
    base: Base = Base()
    gripper: Gripper
    grippers: dict[Name, OtherGripper] = {}  # more of them, each for some of the products
    part_mass: Mass = 0.0  # of products without a mass
    speed: Fraction = 1.0
    handling: Handling = Handling()
    home: Name | None = None  # place where it starts; default: the first place it serves
    serves: Rule | Sequence | OwnRule = "downstream_first"
    shifts: Name | None = None
    power: PowerUse | None = None
    cost: Cost | None = None
    settle: Duration = 0  # waiting for standstill after each move
    calibration: Calibration | None = None
    collaborative: list[Limit] = []  # the strictest counts


class Need(Part):
    """Who has to be there while a station does something."""

    robot: Name | None = None
    operator: Name | None = None
    skill: Name | None = None  # any operator who has it
    tool: Name | None = None
    count: int = Field(1, ge=1, le=100)
    during: Stage | list[Stage] = "process"

    @property
    def who(self) -> str:
        """The robot, the group of operators, the skill, or the tool."""
        return self.robot or self.operator or self.skill or self.tool or ""


class Operator(Part):
    """A group of people who carry parts, repair and attend; they walk straight between places."""

    count: int = Field(1, ge=1, le=1_000)
    walking: Speed = 1.2
    pick: Distribution | None = None  # needed by those who carry parts
    place: Distribution | None = None
    skills: list[Name] = []
    home: Name | None = None
    serves: Rule | Sequence | OwnRule = "downstream_first"
    shifts: Name | None = None
    cost: Cost | None = None  # of each person


class Tool(Part):
    """Tools, fixtures or licences of a kind, of which stations share a few; they are at hand."""

    count: int = Field(1, ge=1, le=1_000)

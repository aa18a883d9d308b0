"""Robot programs of a cell: what they say, and what is wrong with them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from cells.base import Name, Part, Position, Turn
from cells.carriers import Gripper
from cells.errors import hint
from cells.problems import Problem
from cells.units import Angle, Duration, Fraction, Length, Mass, Quantity, Speed

if TYPE_CHECKING:
    from cells.schema import Cell, Station

ACCELERATION = Quantity(
    "an acceleration",
    "1.2 m/s2",
    {"m/s2": Decimal(1), "mm/s2": Decimal("0.001")},
    low=0.0,
    above=True,
)
Acceleration = Annotated[
    float,
    BeforeValidator(ACCELERATION.read),
    PlainSerializer(lambda value: f"{value!r} m/s2", return_type=str, when_used="json"),
    WithJsonSchema(ACCELERATION.schema()),
]
OWN_TOOL = "gripper"  # what programs call the robot's own gripper
MOVES = ("move_j", "move_l", "move_c")
_VERBS = (*MOVES, "wait", "set", "await", "grip", "payload", "tool", "override")


class Frame(Part):
    """A frame in the cell in which points can be given: a fixture, a pallet."""

    position: Position = (0.0, 0.0, 0.0)
    turn: Turn = (0.0, 0.0, 0.0)


class Point(Part):
    """A pose of the tool centre point; `approach` is the direction in which the tool points."""

    position: Position
    approach: Literal["down", "up", "+x", "-x", "+y", "-y"] = "down"
    turn: Angle = 0.0  # of the tool about that direction
    frame: Name | None = None  # default: the cell


class Step(Part):
    """One step of a program: exactly one of the verbs, and what goes with it."""

    move_j: Name | None = None  # joint move to a point or place
    move_l: Name | None = None  # straight
    move_c: Name | None = None  # on a circle through `via`
    via: Name | None = None
    speed: Speed | None = None  # of the tool on straight and circular moves; default: what may be
    joint_speed: Fraction | None = None  # share of full speed on joint moves
    acceleration: Acceleration | None = None  # of the tool along the way
    blend: Length = 0.0  # how far from the point the way is left; 0 mm stops there
    wait: Duration | None = None
    set: Name | None = None  # a signal
    await_: Name | None = Field(None, alias="await")  # a signal
    grip: Literal["open", "close"] | None = None
    mass: Mass | None = None  # held after closing; default: what a part weighs
    payload: Mass | None = None  # what the arm carries from here on
    tool: Name | None = None  # one of `tools`, or `gripper`
    change: Duration | None = None  # how long changing to it takes
    override: Fraction | None = None  # of all speeds from here on

    @property
    def verbs(self) -> list[str]:
        """The verbs that are given."""
        return [v for v in _VERBS if getattr(self, "await_" if v == "await" else v) is not None]


class Program(Part):
    """What a robot does, step by step; where it is repeated it has to end as it starts."""

    robot: Name
    start: Name  # point or place
    steps: Annotated[list[Step], Field(min_length=1, max_length=10_000)]
    points: dict[Name, Point] = {}  # besides the cell's places
    frames: dict[Name, Frame] = {}
    tools: dict[Name, Gripper] = {}  # besides the robot's own gripper
    rules: Literal["least_time", "urscript", "rapid"] = "least_time"
    torque: Fraction = 0.9  # share of the published torques that is used
    build_up: Duration = 50_000_000  # in which acceleration builds up
    dead_time: Duration = 0  # of the controller before each motion
    carries: Mass | None = None  # at the start; default: nothing, with `place_at` the part
    pick_at: Name | None = None  # it is how the robot picks at this place
    place_at: Name | None = None  # it is how the robot places at this place


def check_programs(cell: "Cell") -> list[Problem]:
    """Return what is wrong with programs and with references to them."""
    found: list[Problem] = []
    for name, station in cell.stations.items():
        found += _station(cell, name, station)
    for name, program in cell.programs.items():
        path = ("programs", name)
        if program.robot not in cell.robots:
            message = f"no robot named {program.robot!r}.{hint(program.robot, cell.robots)}"
            found.append(Problem((*path, "robot"), message))
        if program.torque <= 0:
            found.append(Problem((*path, "torque"), "the share of torque must be above 0 %"))
        found += [Problem((*path, *where), message) for where, message in _names(cell, program)]
        found += [Problem((*path, *where), message) for where, message in _steps(program)]
    return found


def _station(cell: "Cell", name: str, station: "Station") -> Iterator[Problem]:
    given = "process" in station.model_fields_set
    path = ("stations", name)
    if station.program is None:
        if not given:
            message = "give `process: 45 s`, or the `program` of a robot that takes the time"
            yield Problem((*path, "process"), message)
    elif given:
        yield Problem((*path, "process"), "the `program` takes the time; leave out `process`")
    elif station.program not in cell.programs:
        known = hint(station.program, cell.programs)
        yield Problem((*path, "program"), f"no program named {station.program!r}.{known}")


Where = tuple[str | int, ...]


def _names(cell: "Cell", program: Program) -> Iterator[tuple[Where, str]]:
    """Find names of points, places, frames and tools that are not there."""
    spots = [*program.points, *cell.places]
    asked: list[tuple[Where, str | None]] = [(("start",), program.start)]
    for k, step in enumerate(program.steps):
        asked += [(("steps", k, key), getattr(step, key)) for key in (*MOVES, "via")]
    for where, name in asked:
        if name is not None and name not in spots:
            yield where, f"no point or place named {name!r}.{hint(name, spots)}"
    for key in ("pick_at", "place_at"):
        name = getattr(program, key)
        if name is not None and name not in cell.places:
            yield (key,), f"no place named {name!r}.{hint(name, cell.places)}"
    for name, point in program.points.items():
        if point.frame is not None and point.frame not in program.frames:
            known = hint(point.frame, program.frames)
            yield ("points", name, "frame"), f"no frame named {point.frame!r}.{known}"
    yield from _tools(cell, program)


def _tools(cell: "Cell", program: Program) -> Iterator[tuple[Where, str]]:
    """Find tools that are not there, or that bear the name of a gripper of the robot."""
    grippers = cell.robots[program.robot].grippers if program.robot in cell.robots else {}
    head = [OWN_TOOL, *grippers]
    for name in program.tools:
        if name in head:
            yield ("tools", name), f"{name!r} is a gripper of the robot; call the tool otherwise"
    tools = [*head, *program.tools]
    for k, step in enumerate(program.steps):
        if step.tool is not None and step.tool not in tools:
            yield ("steps", k, "tool"), f"no tool named {step.tool!r}.{hint(step.tool, tools)}"


def _steps(program: Program) -> Iterator[tuple[Where, str]]:
    """Find steps that say nothing, several things, or what does not go together."""
    goes_with = {
        "via": ("move_c",),
        "speed": ("move_l", "move_c"),
        "acceleration": ("move_l", "move_c"),
        "joint_speed": ("move_j",),
        "blend": MOVES,
        "mass": ("grip",),
        "change": ("tool",),
    }
    moves = False
    for k, step in enumerate(program.steps):
        verbs = step.verbs
        moves = moves or bool(set(verbs) & set(MOVES))
        if len(verbs) != 1:
            what = f"it gives {' and '.join(verbs)}" if verbs else "it gives none"
            yield ("steps", k), f"a step is exactly one of {', '.join(_VERBS)}; {what}"
            continue
        for key, partners in goes_with.items():
            if key in step.model_fields_set and verbs[0] not in partners:
                yield ("steps", k, key), f"`{key}` goes with {' or '.join(partners)}"
        if step.move_c is not None and step.via is None:
            yield ("steps", k), "a circle needs `via`, a point on it"
        if step.blend < 0:
            yield ("steps", k, "blend"), "the blend must be at least 0 mm"
        for key in ("joint_speed", "override"):
            if getattr(step, key) == 0.0:
                yield ("steps", k, key), "the share must be above 0 %"
    if not moves:
        yield ("steps",), "the program has no move"

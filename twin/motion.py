"""What a cell asks of its robots, and how long they take for it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cells.base import Position, Turn
from cells.carriers import Gripper, OtherGripper, Robot
from cells.expand import expand
from cells.graph import build_graph
from cells.programs import Point
from cells.schema import Cell, Place
from robots import jit
from robots.arm import Arm
from robots.fit import with_effort
from robots.load import load_arm
from robots.mesh_parts import mesh_fixtures
from robots.table import move_times as table_of
from robots.task import ArmTask, Fixture, MoveTable, Target, Tool
from twin.collaboration import priced, speeds_of
from twin.errands import Errands, errands_of, heaviest, stand_name
from twin.kernel.cache import folder_of, keep

NS_PER_S = 1_000_000_000

# Direction in which the tool moves in, and an x axis for the tool that is square to it.
_APPROACH: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "down": ((0.0, 0.0, -1.0), (1.0, 0.0, 0.0)),
    "up": ((0.0, 0.0, 1.0), (1.0, 0.0, 0.0)),
    "+x": ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),
    "-x": ((-1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),
    "+y": ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),
    "-y": ((0.0, -1.0, 0.0), (0.0, 0.0, -1.0)),
}


@dataclass(frozen=True, slots=True)
class MoveTimes:
    """How long one robot takes, between the L places it serves and at them.

    With T grippers it has S = T L stands: place + gripper * L.  What it carries makes W loads that
    differ; of one load `pick` and `place` may be of shape (L,).
    """

    places: tuple[str, ...]
    travel: NDArray[np.int64]  # (1 + W, S, S) ns, [0 empty | 1 + load, from, to]
    pick: NDArray[np.int64]  # (W, L) ns
    place: NDArray[np.int64]  # (W, L) ns
    programs: Mapping[str, int] = field(default_factory=dict)  # ns, each once through
    load_of: Mapping[str, int] = field(default_factory=dict)  # of products, 0 unless given
    gripper_of: Mapping[str, int] = field(default_factory=dict)  # of products, 0 unless given

    @property
    def loads(self) -> int:
        """How many loads it tells apart."""
        return len(self.travel) - 1

    @property
    def grippers(self) -> int:
        """How many grippers it has."""
        return self.travel.shape[1] // len(self.places) if self.places else 1


def tables(cell: Cell, folder: Path | None = None) -> dict[str, tuple[ArmTask, MoveTable]]:
    """Return for each robot of a cell its task and the table of its moves.

    Parameters
    ----------
    cell
        A checked cell.
    folder
        Where URDF files that the cell names are; default: the working folder.

    Raises
    ------
    robots.errors.MotionError
        If a place is out of reach, a move collides or a limit does not allow it; tells all at once.
    """
    keep_compiled()
    flat = expand(cell)
    tasks = arm_tasks(flat, folder)
    return {name: (task, priced(task, table_of(task))) for name, task in tasks.items()}


@cache
def keep_compiled() -> None:
    """Keep the compiled code of the robots' functions beside that of the kernel."""
    folder = folder_of("robots", Path(jit.__file__).parent)
    jit.keep_with(partial(keep, folder=folder))


def move_times(cell: Cell, folder: Path | None = None) -> dict[str, MoveTimes]:
    """Return how long each robot of a cell takes for its moves and programs; see `tables`."""
    from twin.programs import plans, with_programs

    motion = tables(cell, folder)
    return with_programs(cell, motion, plans(cell, motion, folder), folder)


def times_of(
    errands: Errands, table: MoveTable, handled: Mapping[tuple[str, str], list[float]]
) -> MoveTimes:
    """Return a table's times in whole nanoseconds; moves nobody asked for take none.

    Loads that make no difference to any time are one.

    Parameters
    ----------
    handled
        How long programs take with each load, s, by `pick` or `place` and where they do it.
    """
    places = tuple(dict.fromkeys(stand.place for stand in errands.stands))
    grippers = 1 + max((stand.gripper for stand in errands.stands), default=0)
    at = np.array([s.gripper * len(places) + places.index(s.place) for s in errands.stands])
    rows, stands = len(table.travel), grippers * len(places)
    travel = np.zeros((rows, stands, stands), dtype=np.int64)
    travel[np.ix_(np.arange(rows), at, at)] = _whole(table.travel)
    pick, place = (np.zeros((rows - 1, stands), dtype=np.int64) for _ in range(2))
    pick[:, at], place[:, at] = _whole(table.pick), _whole(table.place)
    for values in (pick, place):  # each load is held by one gripper only
        for k, load in enumerate(errands.loads):
            values[k, : len(places)] = values[k].reshape(grippers, -1)[load.gripper]
    for (key, where), seconds in handled.items():
        if where in places:
            values = pick if key == "pick" else place
            values[:, places.index(where)] = _whole(np.array(seconds))
    times = MoveTimes(
        places,
        travel,
        pick[:, : len(places)],
        place[:, : len(places)],
        load_of=errands.load_of,
        gripper_of=errands.gripper_of,
    )
    return _shared(times)


def _whole(times: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.nan_to_num(times * NS_PER_S).round().astype(np.int64)


def _shared(times: MoveTimes) -> MoveTimes:
    """Return times in which each load differs from every other."""
    kinds: dict[bytes, int] = {}
    same = [
        kinds.setdefault(b"".join(x.tobytes() for x in rows), len(kinds))
        for rows in zip(times.travel[1:], times.pick, times.place, strict=True)
    ]
    first = np.array([same.index(kind) for kind in range(len(kinds))], dtype=np.int64)
    return replace(
        times,
        travel=times.travel[np.concatenate([[0], 1 + first])],
        pick=times.pick[first],
        place=times.place[first],
        load_of={product: same[load] for product, load in times.load_of.items()},
    )


def arm_tasks(cell: Cell, folder: Path | None = None) -> dict[str, ArmTask]:
    """Return what an expanded cell asks of each of its robots that has something to carry.

    Raises
    ------
    robots.errors.RobotError
        If an arm is unknown or its URDF is unsound.
    """
    fixtures, graph = tuple(fixtures_of(cell, folder)), build_graph(cell)
    tasks = {}
    for name, robot in cell.robots.items():
        errands = errands_of(cell, name, graph)
        if errands is None:
            continue
        stands = errands.stands
        arm, dead = calibrated(robot, folder or Path())
        speeds = speeds_of(name, robot, arm, heaviest(cell, name, graph))
        tasks[name] = ArmTask(
            name=name,
            arm=arm,
            pose_cell_base=pose(robot.base.position, robot.base.turn),
            tool=tool_of(robot.gripper),
            others=tuple(tool_of(gripper) for gripper in robot.grippers.values()),
            loads=tuple(load.mass for load in errands.loads),
            held_by=tuple(load.gripper for load in errands.loads) if robot.grippers else (),
            speed=robot.speed,
            approach=robot.handling.approach,
            approach_speed=robot.handling.approach_speed,
            settle=robot.settle / NS_PER_S + dead,
            pick_extra=robot.handling.pick / NS_PER_S + 2 * dead,  # two motions: in and out
            place_extra=robot.handling.place / NS_PER_S + 2 * dead,
            targets=tuple(
                Target(
                    name=stand_name(robot, place, k),
                    pose_cell_tcp=pose_of_place(cell.places[place]),
                    gripper=k,
                    tool_speed=speeds.near.get(place, math.inf),
                )
                for place, k in stands
            ),
            moves=tuple((stands.index(a), stands.index(b), load) for a, b, load in errands.moves),
            fixtures=fixtures,
            home=0,
            tool_speed=speeds.everywhere,
        )
    return tasks


def uncalibrated(cell: Cell, robot: str) -> Cell:
    """Return a cell in which one robot's times are those of the published data; expanded."""
    flat = expand(cell)
    if robot not in flat.robots:
        return flat
    plain = flat.robots[robot].model_copy(update={"calibration": None, "settle": 0})
    return flat.model_copy(update={"robots": {**flat.robots, robot: plain}})


def calibrated(robot: Robot, folder: Path) -> tuple[Arm, float]:
    """Return a robot's arm as it was fitted to measured cycles, and its dead time, s."""
    arm, fitted = arm_of(robot.model, folder), robot.calibration
    if fitted is None:
        return arm, 0.0
    return with_effort(arm, fitted.effort), fitted.dead_time / NS_PER_S


def arm_of(model: str, folder: Path) -> Arm:
    """Return an arm of the catalogue, or of a URDF in a folder.

    Raises
    ------
    robots.errors.RobotError
        If no such arm is known, or the URDF is unsound.
    """
    if not model.endswith(".urdf"):
        return load_arm(model)
    from robots.urdf_import import import_urdf

    return import_urdf(folder / model, folder=folder)


def tool_of(gripper: Gripper | OtherGripper) -> Tool:
    """Return a gripper as the robots' package wants it."""
    return Tool(
        mass=gripper.mass,
        center_of_mass=_half(gripper.tcp),
        pose_flange_tcp=pose(gripper.tcp, gripper.turn),
        open_time=gripper.open / NS_PER_S,
        close_time=gripper.close / NS_PER_S,
    )


def _half(position: Position) -> Position:
    x, y, z = position
    return x / 2, y / 2, z / 2


def fixtures_of(cell: Cell, folder: Path | None = None) -> list[Fixture]:
    """Return what stands in the way of a cell's robots; a mesh becomes boxes.

    Raises
    ------
    robots.errors.RobotError
        If a mesh cannot be read from the folder.
    """
    fixtures = []
    for name, fixture in cell.fixtures.items():
        where = pose(fixture.position, fixture.turn)
        if fixture.mesh is not None:
            scale = 1e-3 if fixture.unit == "mm" else 1.0
            fixtures += mesh_fixtures(name, (folder or Path()) / fixture.mesh, where, scale)
            continue
        kind: Literal["box", "cylinder"] = "box" if fixture.box is not None else "cylinder"
        size = fixture.box if fixture.box is not None else fixture.cylinder
        assert size is not None  # the check of the cell saw to it
        fixtures.append(Fixture(name=name, kind=kind, size=size, pose_cell_fixture=where))
    return fixtures


def pose(position: Position, turn: Turn) -> NDArray[np.float64]:
    """Return where something stands in the cell frame, shape (4, 4), m."""
    pose_cell_thing = np.eye(4)
    pose_cell_thing[:3, :3] = rotation(*turn)
    pose_cell_thing[:3, 3] = position
    return pose_cell_thing


def pose_of_place(place: Place | Point) -> NDArray[np.float64]:
    """Return the pose of the tool centre point at a place, shape (4, 4): z moves in."""
    inwards, across = (np.array(axis) for axis in _APPROACH[place.approach])
    pose_cell_tcp = np.eye(4)
    pose_cell_tcp[:3, :3] = np.column_stack([across, np.cross(inwards, across), inwards])
    pose_cell_tcp[:3, :3] = pose_cell_tcp[:3, :3] @ rotation(0.0, 0.0, place.turn)
    pose_cell_tcp[:3, 3] = place.position
    return pose_cell_tcp


def rotation(roll: float, pitch: float, yaw: float) -> NDArray[np.float64]:
    """Return the rotation about fixed x, then y, then z (REP-103), shape (3, 3), from rad."""
    (cr, cp, cy), (sr, sp, sy) = np.cos([roll, pitch, yaw]), np.sin([roll, pitch, yaw])
    about_x = np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]])
    about_y = np.array([[cp, 0, sp], [0, 1, 0], [-sp, 0, cp]])
    about_z = np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
    turned: NDArray[np.float64] = about_z @ about_y @ about_x
    return turned

"""Programs of a cell's robots: their times, and where the times go in the line."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cells.carriers import Robot
from cells.distributions import Distribution
from cells.errors import CellError
from cells.expand import expand
from cells.programs import MOVES, OWN_TOOL, Point
from cells.programs import Program as Written
from cells.programs import Step as WrittenStep
from cells.runs import comes_to
from cells.schema import Cell, Station
from robots.errors import MotionError
from robots.plan import Plan, plan
from robots.program import (
    AwaitSignal,
    Grip,
    Move,
    Override,
    Payload,
    Program,
    SetSignal,
    Step,
    UseTool,
    Wait,
    Workplace,
)
from robots.task import ArmTask, MoveTable, Tool
from twin.collaboration import Speeds, cost, in_words, speeds_of
from twin.errands import Load, errands_of, heaviest, stand_name
from twin.motion import (
    NS_PER_S,
    MoveTimes,
    calibrated,
    fixtures_of,
    pose,
    pose_of_place,
    times_of,
    tool_of,
)

Poses = dict[str, NDArray[np.float64]]


def plans(
    cell: Cell, motion: Mapping[str, tuple[ArmTask, MoveTable]], folder: Path | None = None
) -> dict[str, Plan]:
    """Return each program of a cell with its times.

    Parameters
    ----------
    motion
        The tables of the cell's robots: programs that handle parts begin at the approach points.

    Raises
    ------
    robots.errors.MotionError
        If a point is out of reach, a move collides, or a program that is repeated does not end
        where it begins.
    """
    return {name: _plan(cell, name, motion, folder or Path()) for name in cell.programs}


def _plan(
    cell: Cell,
    name: str,
    motion: Mapping[str, tuple[ArmTask, MoveTable]],
    folder: Path,
    load: Load | None = None,
) -> Plan:
    written = cell.programs[name]
    place = workplace(cell, written, folder)
    program = program_of(cell, name, load)
    start = _start(cell, name, motion, 0 if load is None else load.gripper)
    made = plan(place, program, start)
    if not math.isinf(place.most_speed):
        free = plan(replace(place, most_speed=math.inf), program, start)
        words = in_words(Speeds(place.most_speed, {}))
        note = f"{words}; the program takes {cost(made.duration, free.duration)}"
        made = replace(made, notes=(note, *made.notes))
    repeated = (
        written.pick_at
        or written.place_at
        or any(station.program == name for station in cell.stations.values())
    )
    if repeated and not made.closed:
        text = f"it is repeated and has to end as it starts: add a last step to {written.start!r}"
        raise MotionError(f"program {name}", [text])
    return made


def _start(
    cell: Cell, name: str, motion: Mapping[str, tuple[ArmTask, MoveTable]], gripper: int
) -> NDArray[np.float64] | None:
    """Return the joints at the approach point to which its robot comes for a program, else None."""
    written = cell.programs[name]
    at = comes_to(cell, name)
    if at is None or written.start != at or written.robot not in motion:
        return None
    _, table = motion[written.robot]
    stand = stand_name(cell.robots[written.robot], at, gripper)
    if stand not in table.names:
        return None
    joints: NDArray[np.float64] = table.joints_approach[table.names.index(stand)]
    return joints


def workplace(cell: Cell, written: Written, folder: Path) -> Workplace:
    """Return the arm of a program where it stands, with its tools and what is around it."""
    robot = cell.robots[written.robot]
    arm, dead = calibrated(robot, folder)
    speeds = speeds_of(written.robot, robot, arm, heaviest(expand(cell), written.robot))
    return Workplace(
        arm=arm,
        pose_cell_base=pose(robot.base.position, robot.base.turn),
        tools=_tools(robot, written),
        head=(OWN_TOOL, *robot.grippers),
        fixtures=tuple(fixtures_of(cell, folder)),
        speed=robot.speed,
        torque=written.torque,
        build_up=written.build_up / NS_PER_S,
        dead_time=max(written.dead_time / NS_PER_S, dead),
        settle=robot.settle / NS_PER_S,
        most_speed=speeds.of(*_visited(cell, written)),
    )


def _visited(cell: Cell, written: Written) -> list[str]:
    """Return the places of the cell to which a program goes."""
    asked = [written.start, written.pick_at, written.place_at]
    asked += [getattr(step, verb) for step in written.steps for verb in MOVES]
    stations = [one for one in cell.stations.values() if one.program and one.at]
    asked += [one.at for one in stations if cell.programs.get(one.program or "") is written]
    return [name for name in dict.fromkeys(asked) if name in cell.places]


def _tools(robot: Robot, written: Written) -> dict[str, Tool]:
    tools = {OWN_TOOL: tool_of(robot.gripper)}
    tools |= {name: tool_of(gripper) for name, gripper in robot.grippers.items()}
    return tools | {name: tool_of(gripper) for name, gripper in written.tools.items()}


def program_of(cell: Cell, name: str, load: Load | None = None) -> Program:
    """Return a program of a cell as the planner wants it.

    Parameters
    ----------
    load
        The part, where a step does not say what it weighs, and the gripper to begin with; default:
        the heaviest the robot carries, and its own gripper.
    """
    written = cell.programs[name]
    mass = heaviest(expand(cell), written.robot) if load is None else load.mass
    grippers = (OWN_TOOL, *cell.robots[written.robot].grippers)
    poses = _poses(cell, written)
    start = poses[written.start]
    if written.start == comes_to(cell, name):
        # Handling begins and ends at the approach point, as the way to the place does.
        start = start.copy()
        start[:3, 3] -= cell.robots[written.robot].handling.approach * start[:3, 2]
        poses = {**poses, written.start: start}
    return Program(
        name=name,
        start=written.start,
        pose_cell_start=start,
        steps=tuple(_step(step, poses, mass) for step in written.steps),
        rules=written.rules,
        tool=grippers[0 if load is None else load.gripper],
        mass=mass if written.place_at and written.carries is None else written.carries or 0.0,
    )


def _poses(cell: Cell, written: Written) -> Poses:
    frames = {name: pose(frame.position, frame.turn) for name, frame in written.frames.items()}
    poses = {name: pose_of_place(place) for name, place in cell.places.items()}
    for name, point in written.points.items():
        poses[name] = _in_cell(point, frames)
    return poses


def _in_cell(point: Point, frames: Poses) -> NDArray[np.float64]:
    own = pose_of_place(point)
    found: NDArray[np.float64] = own if point.frame is None else frames[point.frame] @ own
    return found


def _step(step: WrittenStep, poses: Poses, mass: float) -> Step:
    verb = step.verbs[0]
    if verb.startswith("move"):
        return _move(step, verb, poses)
    simple: dict[str, Step] = {
        "wait": Wait((step.wait or 0) / NS_PER_S),
        "set": SetSignal(step.set or ""),
        "await": AwaitSignal(step.await_ or ""),
        "payload": Payload(step.payload or 0.0),
        "tool": UseTool(step.tool or "", (step.change or 0) / NS_PER_S),
        "override": Override(step.override or 1.0),
        "grip": _grip(step, mass),
    }
    return simple[verb]


def _grip(step: WrittenStep, mass: float) -> Grip:
    if step.grip != "close":
        return Grip(close=False)
    return Grip(close=True, mass=mass if step.mass is None else step.mass)


def _move(step: WrittenStep, verb: str, poses: Poses) -> Move:
    to = getattr(step, verb)
    return Move(
        kind={"move_j": "joint", "move_l": "line", "move_c": "arc"}[verb],  # type: ignore[arg-type]
        to=to,
        pose_cell_tcp=poses[to],
        via=None if step.via is None else poses[step.via][:3, 3],
        speed=step.joint_speed if verb == "move_j" else step.speed,
        acceleration=step.acceleration,
        blend=step.blend,
    )


def with_programs(
    cell: Cell,
    motion: Mapping[str, tuple[ArmTask, MoveTable]],
    made: Mapping[str, Plan],
    folder: Path | None = None,
) -> dict[str, MoveTimes]:
    """Return how long each robot takes, with its programs where they are used."""
    flat, times = expand(cell), {}
    for name, (_, table) in motion.items():
        errands = errands_of(flat, name)
        assert errands is not None  # else it has no table
        handled = _handled(cell, name, motion, errands.loads, made, folder or Path())
        times[name] = times_of(errands, table, handled)
    for name, one in made.items():
        robot = cell.programs[name].robot
        known = times.get(robot, _nothing())
        programs = {**known.programs, name: round(one.duration * NS_PER_S)}
        times[robot] = replace(known, programs=programs)
    return times


def _handled(
    cell: Cell,
    robot: str,
    motion: Mapping[str, tuple[ArmTask, MoveTable]],
    loads: Sequence[Load],
    made: Mapping[str, Plan],
    folder: Path,
) -> dict[tuple[str, str], list[float]]:
    """Return how long programs take that handle parts, with each load, s.

    The key is what they do, `pick` or `place`, and where.
    """
    found: dict[tuple[str, str], list[float]] = {}
    for name, one in made.items():
        written = cell.programs[name]
        ends = {"pick": written.pick_at, "place": written.place_at}
        used = {(key, at): [one.duration] for key, at in ends.items() if at is not None}
        if written.robot != robot or not used:
            continue
        if len(loads) > 1:
            plans_each = [_plan(cell, name, motion, folder, load) for load in loads]
            used = {key: [plan.duration for plan in plans_each] for key in used}
        found |= used
    return found


def _nothing() -> MoveTimes:
    none = np.empty((1, 0), dtype=np.int64)
    return MoveTimes((), np.empty((2, 0, 0), dtype=np.int64), none, none)


def with_process_times(cell: Cell, motion: Mapping[str, MoveTimes]) -> Cell:
    """Return a cell whose stations take the time of their programs.

    Raises
    ------
    cells.errors.CellError
        If the time of a program is not given.
    """
    stations: dict[str, Station] = {}
    for name, station in cell.stations.items():
        stations[name] = station
        if station.program is not None:
            times = motion.get(cell.programs[station.program].robot, _nothing()).programs
            if station.program not in times:
                raise CellError(
                    f"station {name!r}: how long does program {station.program!r} take?"
                    "  Give `motion` for its robot"
                )
            process = Distribution.read(f"{times[station.program]} ns")
            timed = {"process": process, "program": None}
            stations[name] = station.model_copy(update=timed)
    return cell.model_copy(update={"stations": stations})


def meetings(cell: Cell, made: Mapping[str, Plan], folder: Path | None = None) -> dict[str, float]:
    """Return how near arms come, m, where two robots run a program each from the same instant.

    Programs that wait for a signal of the other one wait for it.

    Raises
    ------
    robots.errors.RobotError
        If programs wait for each other for ever.
    """
    from robots.together import apart, together

    found = {}
    both = together(made)
    for one, other in combinations(made, 2):
        written = cell.programs[one], cell.programs[other]
        if written[0].robot != written[1].robot:
            places = [workplace(cell, program, folder or Path()) for program in written]
            spot = apart((places[0], both[one]), (places[1], both[other]))
            found[f"{one} and {other}"] = spot.clearance
    return found

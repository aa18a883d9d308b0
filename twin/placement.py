"""Where to put a robot, and in which order it serves: for the shortest cycle of a cell."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cells.carriers import Robot
from cells.errors import CellError
from cells.expand import expand
from cells.schema import Cell, Fixture
from robots.arm import Floats
from robots.candidates import loads_at
from robots.dynamics import body_of, inverse_dynamics
from robots.errors import MotionError
from robots.order import best_order
from robots.pattern import Spot, search
from robots.plan import Plan
from robots.table import computed_move_times
from robots.task import ArmTask, MoveTable
from robots.trajectory import straight, travel
from twin.errands import Errands, Stand, carried, errands_of
from twin.motion import arm_tasks, keep_compiled
from twin.programs import plans

GRID = 0.005  # m between places that are tried
_SAMPLE = 0.004  # s between instants at which torques are looked at
_ON_TOP = 0.03  # m; a fixture that near below the base carries it, and moves with it
SHARES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)  # of a program's torque, for the trade-off


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One place of a robot's base and what it is worth."""

    position: tuple[float, float, float]  # of the base in the cell, m
    cycle: float  # s: each program once, each carrying move once, the empty ways between them
    peak: float | None  # largest share of the published torques, None: not published
    clearance: float  # m, least on all motions
    order: tuple[str, ...]  # nodes in the order in which the robot picks from them
    torque: float | None = None  # share of torque programs may use, where it is not the cell's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search for a place found."""

    present: Placement | None  # of the cell as it is; None: it does not do there
    best: tuple[Placement, ...]  # the five best, the shortest cycle first
    trade: tuple[Placement, ...]  # none of them is beaten in cycle and peak torque
    tried: int
    at_limit: tuple[str, ...] = ()  # `sideways`, `height`: the best is as far as it may be moved


def moved(cell: Cell, robot: str, position: tuple[float, float, float]) -> Cell:
    """Return a cell whose robot stands elsewhere, with what carries it."""
    one = cell.robots[robot]
    base = one.base.model_copy(update={"position": position})
    fixtures = {
        name: _below(fixture, one, position) if _carries(fixture, one) else fixture
        for name, fixture in cell.fixtures.items()
    }
    robots = {**cell.robots, robot: one.model_copy(update={"base": base})}
    return cell.model_copy(update={"robots": robots, "fixtures": fixtures})


def _carries(fixture: Fixture, robot: Robot) -> bool:
    """Say whether the robot stands on top of an upright fixture."""
    radius, height = fixture.cylinder or (0.0, 0.0)
    size = fixture.box or (2 * radius, 2 * radius, height)
    gap = np.subtract(robot.base.position, fixture.position)
    on_top = abs(gap[2] - size[2] / 2) < _ON_TOP and not any(fixture.turn)
    return bool(on_top and abs(gap[0]) <= size[0] / 2 and abs(gap[1]) <= size[1] / 2)


def _below(fixture: Fixture, robot: Robot, position: tuple[float, float, float]) -> Fixture:
    """Return a fixture moved along below a robot, higher or lower so that it still carries it."""
    x, y, z = np.subtract(position, robot.base.position)
    at = fixture.position
    update: dict[str, object] = {"position": (at[0] + x, at[1] + y, at[2] + z / 2)}
    if fixture.box is not None:
        update["box"] = (*fixture.box[:2], fixture.box[2] + z)
    elif fixture.cylinder is not None:
        update["cylinder"] = (fixture.cylinder[0], fixture.cylinder[1] + z)
    return fixture.model_copy(update=update)


def judge(cell: Cell, robot: str, folder: Path, least: float) -> Placement | None:
    """Return what the place of a cell's robot is worth, None if it cannot work there.

    Parameters
    ----------
    least
        Clearance that all motions have to keep, m.
    """
    flat = expand(cell)
    try:
        task = arm_tasks(flat, folder).get(robot)
        motion = {} if task is None else {robot: (task, computed_move_times(task))}
        own = {name: one for name, one in flat.programs.items() if one.robot == robot}
        made = plans(flat.model_copy(update={"programs": own}), motion, folder)
    except MotionError:
        return None
    handled, order, clear, peak = _handling(flat, robot, motion, made)
    gaps = [clear, *(plan.clearance for plan in made.values())]
    if min(gaps) < least:
        return None
    peaks = [peak, *(_share(flat, name, plan) for name, plan in made.items())]
    known = [value for value in peaks if value is not None]
    free = sum(
        plan.duration
        for name, plan in made.items()
        if own[name].pick_at is None and own[name].place_at is None
    )
    return Placement(
        position=cell.robots[robot].base.position,
        cycle=handled + free,
        peak=max(known) if known else None,
        clearance=float(min(gaps)),
        order=order,
    )


def _share(cell: Cell, name: str, plan: Plan) -> float | None:
    return plan.peak * cell.programs[name].torque if plan.basis == "torque" else None


def _handling(
    cell: Cell,
    robot: str,
    motion: dict[str, tuple[ArmTask, MoveTable]],
    made: dict[str, Plan],
) -> tuple[float, tuple[str, ...], float, float | None]:
    """Return time, order, least clearance and peak torque of a robot's carrying."""
    errands = errands_of(cell, robot)
    if errands is None or not errands.hops or robot not in motion:
        return 0.0, (), float("inf"), None
    task, table = motion[robot]
    pick, place = table.pick.copy(), table.place.copy()
    for name, plan in made.items():
        written = cell.programs[name]
        for at, row in ((written.pick_at, pick), (written.place_at, place)):
            row[:, [stand.place == at for stand in errands.stands]] = plan.duration
    ways = _ways(errands)
    loaded = sum(pick[k - 1, a] + table.travel[k, a, b] + place[k - 1, b] for _, a, b, k in ways)
    between = np.array([[table.travel[0, b, a] for _, a, _, _ in ways] for _, _, b, _ in ways])
    order, empty = best_order(np.nan_to_num(between))
    clear = min(np.nanmin(table.clearance), table.clearance_at.min())
    names = tuple(ways[k][0] for k in order)
    return float(loaded + empty), names, float(clear), _peak(task, table)


def _ways(errands: Errands) -> list[tuple[str, int, int, int]]:
    """Return each carrying move once: node it is taken from, targets from and to, 1 + load."""
    found = []
    for hop in errands.hops:
        gripper = errands.gripper_of[hop.product]
        start, goal = (
            errands.stands.index(Stand(place, gripper)) for place in (hop.pick_at, hop.place_at)
        )
        found.append((hop.node, start, goal, 1 + errands.load_of[hop.product]))
    return list(dict.fromkeys(found))


def _peak(task: ArmTask, table: MoveTable) -> float | None:
    """Return the largest share of the published torques in a table's motions."""
    if task.arm.torque is None or task.arm.inertials is None:
        return None
    most = 0.0
    tracks = [(travel(task, table, move, _SAMPLE), move[2]) for move in task.moves]
    for target, described in enumerate(task.targets):
        tracks += [
            (straight(task, table, target, load, _SAMPLE), load)
            for load in loads_at(task, described)
        ]
    for track, load in tracks:
        torque = inverse_dynamics(body_of(task, load), track.q, track.qd, track.qdd)
        most = max(most, float((np.abs(torque) / task.arm.torque).max()))
    return most


Progress = Callable[[int, int], None]


def place(
    cell: Cell,
    robot: str,
    folder: Path,
    reach: tuple[float, float],
    least: float = 0.01,
    progress: Progress | None = None,
) -> Found:
    """Search for the place of a robot's base with the shortest cycle.

    Parameters
    ----------
    reach
        How far the base may be moved sideways, and up or down, m.
    least
        Clearance that all motions have to keep, m.

    Raises
    ------
    CellError
        If the robot has nothing to do, or no place tried will do.
    """
    keep_compiled()
    origin = np.array(cell.robots[robot].base.position)
    has_tables = bool(carried(expand(cell), robot))
    # A table of moves takes seconds, a program a tenth of one.
    spread, most = (24, 60) if has_tables else (90, 240)
    done = 0

    def at(spot: Spot) -> Placement | None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(min(done, most), most)
        x, y, z = (float(v) for v in np.round(origin + GRID * np.array(spot), 6))
        return judge(moved(cell, robot, (x, y, z)), robot, folder, least)

    steps = (round(reach[0] / GRID), round(reach[0] / GRID), round(reach[1] / GRID))
    tried = search(at, lambda one: one.cycle, steps, spread, most)
    good = sorted((one for one in tried.values() if one is not None), key=lambda one: one.cycle)
    if not good:
        raise CellError(
            f"robot {robot!r}: none of {len(tried)} places does; widen --within or --height,"
            " lower --clearance, or see `taktwin check` for what is wrong where it stands"
        )
    if good[0].cycle <= 0:
        raise CellError(f"robot {robot!r} carries nothing and has no program")
    trade = _trade(cell, robot, folder, least, good)
    return Found(
        present=tried[0, 0, 0],
        best=_apart(good),
        trade=trade,
        tried=len(tried),
        at_limit=_at_limit(np.array(good[0].position) - origin, steps),
    )


def _at_limit(way: Floats, steps: Spot) -> tuple[str, ...]:
    """Return in which respects a place is as far from the present one as it may be."""
    away = np.abs(np.round(way / GRID)).astype(int)
    limits = {"sideways": max(away[:2]) >= steps[0] > 0, "height": away[2] >= steps[2] > 0}
    return tuple(name for name, reached in limits.items() if reached)


def _apart(good: list[Placement], count: int = 5, gap: float = 0.02) -> tuple[Placement, ...]:
    """Return the best places that are not next to each other."""
    chosen: list[Placement] = []
    for one in good:
        if all(np.linalg.norm(np.subtract(one.position, c.position)) >= gap for c in chosen):
            chosen.append(one)
    return tuple(chosen[:count])


def _trade(
    cell: Cell, robot: str, folder: Path, least: float, good: list[Placement]
) -> tuple[Placement, ...]:
    """Return the places, and the best one at lower torques, that nothing beats in both respects."""
    options = [one for one in good if one.peak is not None]
    own = {name for name, one in cell.programs.items() if one.robot == robot}
    for share in SHARES if options and own else ():
        programs = {
            name: one.model_copy(update={"torque": share}) if name in own else one
            for name, one in cell.programs.items()
        }
        slower = moved(cell.model_copy(update={"programs": programs}), robot, good[0].position)
        found = judge(slower, robot, folder, least)
        if found is not None:
            options.append(replace(found, torque=share))
    front: list[Placement] = []
    for one in sorted(options, key=lambda o: (o.cycle, o.peak)):
        if not front or (one.peak or 0.0) < (front[-1].peak or 0.0) - 1e-3:
            front.append(one)
    return tuple(front)

"""What a table of collaborative limits makes of a robot's speed, and what that costs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cells.carriers import Robot
from cells.collaborative import Contact, Limit, Separation
from robots.arm import Arm
from robots.errors import RobotError
from robots.table import move_times
from robots.task import ArmTask, MoveTable

_NS = 1e9
COLLABORATIVE = "collaborative operation"  # what notes on its cost begin with


@dataclass(frozen=True, slots=True)
class Speeds:
    """The speeds that no point of an arm may pass, m/s; infinite without limits."""

    everywhere: float
    near: Mapping[str, float]  # places with stricter ones, of moves that begin or end there

    def of(self, *places: str) -> float:
        """Return the speed of a motion that comes to some places."""
        return min([self.everywhere, *(self.near.get(place, math.inf) for place in places)])


def speeds_of(name: str, robot: Robot, arm: Arm, load: float) -> Speeds:
    """Return the speeds that a robot's table of limits allows.

    Parameters
    ----------
    load
        Mass of the heaviest part, kg.

    Raises
    ------
    RobotError
        If a limit lets it stand still only, or asks for a mass that is not known.
    """
    everywhere, near = math.inf, dict[str, float]()
    for k, limit in enumerate(robot.collaborative):
        speed = _speed(f"robots.{name}.collaborative[{k}]", limit, robot, arm, load)
        if not limit.places:
            everywhere = min(everywhere, speed)
        for place in limit.places:
            near[place] = min(near.get(place, math.inf), speed)
    return Speeds(everywhere, near)


def _speed(where: str, limit: Limit, robot: Robot, arm: Arm, load: float) -> float:
    if limit.separation is not None:
        return _separated(where, limit.separation)
    if limit.contact is not None:
        return _touching(where, limit.contact, robot, arm, load)
    assert limit.speed is not None  # the check of the cell saw to it
    return limit.speed


def _separated(where: str, given: Separation) -> float:
    """Return the speed of speed and separation monitoring.

    S = v_h (T_r + T_s) + v_r T_r + B + C + Z, solved for v_r (ISO/TS 15066, now ISO 10218-2).
    """
    human = given.human_speed * (given.reaction + given.stopping) / _NS
    room = given.distance - human - given.braking - given.intrusion - given.uncertainty
    if room <= 0.0 or given.reaction <= 0:
        raise RobotError(
            f"{where}: a person covers {human:.3f} m until the robot stands; with braking,"
            f" intrusion and uncertainty {given.distance - room:.3f} m of {given.distance:g} m are"
            " used up: it would have to stand still; give it more distance or a faster stop"
        )
    return room / (given.reaction / _NS)


def _touching(where: str, given: Contact, robot: Robot, arm: Arm, load: float) -> float:
    """Return the speed of power and force limiting.

    v = F / sqrt(k mu), 1 / mu = 1 / m_H + 1 / m_R, m_R = M / 2 + load (ISO/TS 15066, now
    ISO 10218-2).
    """
    moving = given.robot_mass
    if moving is None:
        if arm.inertials is None:
            raise RobotError(
                f"{where}: contact: the masses of {arm.name} are not known; give `robot_mass`"
            )
        moving = float(arm.inertials.mass.sum())
    grippers = robot.gripper.mass + sum(one.mass for one in robot.grippers.values())
    robot_side = moving / 2.0 + grippers + load
    if min(robot_side, given.body_mass) <= 0.0:
        raise RobotError(f"{where}: contact: the masses must be above 0 kg")
    together = 1.0 / (1.0 / given.body_mass + 1.0 / robot_side)
    return given.force / math.sqrt(given.stiffness * together)


def priced(task: ArmTask, table: MoveTable) -> MoveTable:
    """Return a table with a note of what its collaborative limits cost, if it has any."""
    capped = [target for target in task.targets if target.tool_speed < task.tool_speed]
    if math.isinf(task.tool_speed) and not capped:
        return table
    targets = tuple(replace(target, tool_speed=math.inf) for target in task.targets)
    free = move_times(replace(task, tool_speed=math.inf, targets=targets))
    near = {target.name: target.tool_speed for target in capped}
    note = (
        f"{in_words(Speeds(task.tool_speed, near))}; its {len(task.moves)} moves with picking and"
        f" placing together take {cost(_total(task, table), _total(task, free))}"
    )
    return replace(table, notes=(note, *table.notes))


def in_words(speeds: Speeds) -> str:
    """Return what a table of limits means for an arm."""
    limits = [] if math.isinf(speeds.everywhere) else [f"{speeds.everywhere:.3g} m/s"]
    limits += [f"{speed:.3g} m/s to and from {place}" for place, speed in speeds.near.items()]
    return f"{COLLABORATIVE}: no point of the arm moves faster than {', '.join(limits)}"


def cost(limited: float, free: float) -> str:
    """Return what limits cost: the time with and without them, s."""
    return f"{limited:.2f} s instead of {free:.2f} s ({limited / free - 1.0:+.1%})"


def _total(task: ArmTask, table: MoveTable) -> float:
    """Return the time of each asked move once, with the pick and place of loaded ones, s."""
    total = 0.0
    for start, goal, load in task.moves:
        total += float(table.travel[load, start, goal])
        if load:
            total += float(table.pick[load - 1, start] + table.place[load - 1, goal])
    return total

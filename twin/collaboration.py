"""What a table of collaborative limits makes of a robot's speed, and what that costs."""

import math
from dataclasses import replace

from cells.carriers import Robot
from cells.collaborative import Contact, Limit, Separation
from robots.arm import Arm
from robots.errors import RobotError
from robots.table import move_times
from robots.task import ArmTask, MoveTable

_NS = 1e9


def tool_speed(name: str, robot: Robot, arm: Arm, load: float) -> float:
    """Return the speed that no point of an arm may pass, m/s; infinite without limits.

    Parameters
    ----------
    load
        Mass of the heaviest part, kg.

    Raises
    ------
    RobotError
        If a limit lets it stand still only, or asks for a mass that is not known.
    """
    speeds = [
        _speed(f"robots.{name}.collaborative[{k}]", limit, robot, arm, load)
        for k, limit in enumerate(robot.collaborative)
    ]
    return min(speeds, default=math.inf)


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
    if math.isinf(task.tool_speed):
        return table
    free = move_times(replace(task, tool_speed=math.inf))
    with_limits, without = _total(task, table), _total(task, free)
    note = (
        f"collaborative operation: no point of the arm moves faster than {task.tool_speed:.3g} m/s;"
        f" its {len(task.moves)} moves with picking and placing take {with_limits:.2f} s together"
        f" instead of {without:.2f} s ({with_limits / without - 1.0:+.1%})"
    )
    return replace(table, notes=(note, *table.notes))


def _total(task: ArmTask, table: MoveTable) -> float:
    """Return the time of each asked move once, with the pick and place of loaded ones, s."""
    total = 0.0
    for start, goal, load in task.moves:
        total += float(table.travel[load, start, goal])
        if load:
            total += float(table.pick[load - 1, start] + table.place[load - 1, goal])
    return total

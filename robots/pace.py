"""How fast an arm does the moves of a task: the law of each, and what the law rests on."""

import math
from dataclasses import dataclass

import numpy as np

from robots import timelaw
from robots.arm import Floats
from robots.bends import bent
from robots.dynamics import Body, body_of
from robots.kinematics.rates import fastest_point
from robots.limits import BUILD_UP, MARGIN, Effort, acceleration_effort, fastest, torque_effort
from robots.task import ArmTask

STEPS = 40  # a path is looked at in this many steps
ASSUMED_TO_SPEED = (
    0.2  # s to full speed of a joint, where neither torque nor acceleration is published
)
ASSUMED_STRAIGHT = 1.2  # m/s2 of the tool on a straight move, unless published: URScript's movel


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Law:
    """A seven-segment law along a path and its time; infinite if no law is allowed."""

    time: float  # s
    values: Floats  # (3,), speed, acceleration, jerk of the path parameter


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pace:
    """What limits the moves of one task."""

    task: ArmTask
    speed: Floats  # (n,), joint speed limits with the task's override, rad/s
    bodies: tuple[Body, ...]  # empty, then each load; () where torques do not decide
    torque: Floats  # (n,), usable, N m
    acceleration: Floats  # (n,), where torques do not decide, rad/s2
    straight_acceleration: float  # m/s2

    def travel(self, start: Floats, end: Floats, load: int, most: float = math.inf) -> Law:
        """Return the law of a joint move, straight in joint space, path parameter 0 to 1.

        Parameters
        ----------
        start, end : ndarray, shape (n,)
            Joint angles, rad.
        most : float
            Speed that no point of the arm may pass on it, m/s.
        """
        return self.along(np.stack([start, end]), 0.0, load, most)

    def along(self, points: Floats, width: float, load: int, most: float = math.inf) -> Law:
        """Return the law of a joint move round via-points, see `robots.bends`."""
        if np.abs(np.diff(points, axis=0)).max() < 1e-9:
            return Law(time=0.0, values=np.zeros(3))
        # Corners come with jumps of the curvature: they are looked at more closely.
        steps = STEPS if len(points) == 2 else 3 * STEPS * (len(points) - 1)
        path = np.stack(bent(points, width, np.linspace(0.0, 1.0, steps + 1)))
        v_max = float((self.speed / np.maximum(np.abs(path[1]), 1e-12)).min())
        capped = min(v_max, self._cap(path, most))
        return self._law(path, 1.0, capped, v_max / BUILD_UP, load)

    def straight(self, between: Floats, load: int, most: float = math.inf) -> Law:
        """Return the law of a straight move, path parameter in m; the way back takes the same.

        Parameters
        ----------
        between : ndarray, shape (k, n)
            Joint angles at equal distances along the move, rad.
        """
        length = self.task.approach
        step = length / (len(between) - 1)
        first = np.gradient(between, step, axis=0, edge_order=2)
        second = np.gradient(first, step, axis=0, edge_order=2)
        path = np.stack([between, first, second])
        v_max = float((self.speed / np.maximum(np.abs(first), 1e-9)).min())
        v_max = min(v_max, self.task.approach_speed, self._cap(path, most))
        return self._law(path, length, v_max, self.straight_acceleration, load)

    def _cap(self, path: Floats, most: float) -> float:
        """Return how fast the path parameter may go so that no point passes the limits."""
        most = min(most, self.task.tool_speed)
        if math.isinf(most):
            return math.inf
        rate = max(
            float(fastest_point(self.task.arm.chain, tool.tcp, path[0], path[1]))
            for tool in self.task.grippers
        )
        return most / max(rate, 1e-12)

    def _law(self, path: Floats, length: float, v_max: float, a_max: float, load: int) -> Law:
        values = np.zeros(3)
        time = fastest(self._effort(path, load), length, v_max, a_max, BUILD_UP, values)
        return Law(time=float(time), values=values)

    def _effort(self, path: Floats, load: int) -> Effort:
        if self.bodies:
            effort: Effort = torque_effort(self.bodies[load], self.torque, path)
            bound = self.task.arm.bound
            return effort if bound is None else _both(effort, acceleration_effort(bound, path))
        return acceleration_effort(self.acceleration, path)


def _both(one: Effort, other: Effort) -> Effort:
    """Return an effort that keeps the limits of two."""
    return Effort(
        np.hstack([one.a, other.a]),
        np.hstack([one.b, other.b]),
        np.hstack([one.c, other.c]),
        np.concatenate([one.limit, other.limit]),
    )


def pace_of(task: ArmTask) -> Pace:
    """Return what limits the moves of a task."""
    arm = task.arm
    bodies: tuple[Body, ...] = ()
    torque = acceleration = np.full(arm.dof, np.inf)
    if arm.torque is not None and arm.inertials is not None:
        bodies = tuple(body_of(task, load) for load in range(1 + len(task.loads)))
        torque = MARGIN * arm.torque
    elif arm.acceleration is not None:
        acceleration = arm.acceleration
    else:
        acceleration = arm.speed / ASSUMED_TO_SPEED
    return Pace(
        task=task,
        speed=task.speed * arm.speed,
        bodies=bodies,
        torque=torque,
        acceleration=acceleration,
        straight_acceleration=arm.straight_acceleration or ASSUMED_STRAIGHT,
    )


def notes_of(task: ArmTask) -> tuple[str, ...]:
    """Return the assumptions behind a task's times, one sentence each."""
    arm = task.arm
    notes = [
        f"acceleration builds up within {1e3 * BUILD_UP:.0f} ms (assumed: no jerk limits published)"
    ]
    if arm.basis == "torque":
        notes.append(
            f"joint moves use {MARGIN:.0%} of the published torques on the published masses;"
            " friction and rotor inertia are not published and left out"
        )
    elif arm.basis == "calibrated":
        notes.append("torques or accelerations are scaled to measured cycles (calibrated)")
    elif arm.basis == "assumed":
        notes.append(f"joints reach full speed within {ASSUMED_TO_SPEED} s (assumed)")
    if arm.bound is not None:
        notes.append(f"the controller of the arm allows at most {arm.bound.max():g} rad/s2 a joint")
    source = "published default of the controller" if arm.straight_acceleration else "assumed"
    value = arm.straight_acceleration or ASSUMED_STRAIGHT
    notes.append(f"straight moves accelerate with at most {value} m/s2 ({source})")
    if "shape" in arm.assumed:
        notes.append("collision shapes of the arm are capsules of assumed radius")
    notes.append(
        f"the gripper is a capsule of radius {1e3 * task.tool.radius:.0f} mm;"
        " parts in it are not checked for collision"
    )
    return tuple(notes)


def law_time(length: float, law: Floats) -> float:
    """Return the time of a law (speed, acceleration, jerk) over a path length, s."""
    if law[0] <= 0:
        return 0.0
    return float(timelaw.rest_to_rest(length, law[0], law[1], law[2]))

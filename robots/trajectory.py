"""Timed joint motions of a task's moves, sampled: for the proof and for replay."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from robots import timelaw
from robots.arm import Floats
from robots.bends import bent
from robots.errors import RobotError
from robots.jit import compiled
from robots.spline import spline
from robots.task import ArmTask, MoveTable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trajectory:
    """Joint motion at equal instants; the last row is the end, at or after the move's time."""

    t: Floats  # (k,), s
    q: Floats  # (k, n), rad
    qd: Floats  # (k, n), rad/s
    qdd: Floats  # (k, n), rad/s2
    duration: float  # s, exact time of the move


@compiled
def _law(law: Floats, length: float, t: Floats) -> Floats:
    """Return s, s' and s'' at the instants t, (3, k)."""
    lengths, state = np.empty(timelaw.SEGMENTS), np.empty(3)
    out = np.empty((3, t.size))
    jerk = timelaw.segments(length, law[0], law[1], law[2], lengths)
    for k in range(t.size):
        timelaw.along(lengths, jerk, t[k], state)
        out[0, k], out[1, k], out[2, k] = state[0], state[1], state[2]
    return out


def _instants(duration: float, dt: float) -> Floats:
    if not dt > 0:
        raise RobotError(f"dt must be positive, got {dt}")
    return dt * np.arange(int(np.ceil(duration / dt - 1e-9)) + 1, dtype=np.float64)


def travel(task: ArmTask, table: MoveTable, move: tuple[int, int, int], dt: float) -> Trajectory:
    """Return the joint motion of a travel, without settling.

    Parameters
    ----------
    move : tuple of int
        From, to, 0 empty or 1 + load; one of `task.moves`.
    dt : float
        Time between samples, s.

    Raises
    ------
    RobotError
        If the table has no such move.
    """
    start, end, load = move
    law = table.travel_law[int(load), start, end]
    if np.isnan(law).any():
        names = f"{table.names[start]} to {table.names[end]}"
        raise RobotError(
            f"{task.name}: no {'loaded' if load else 'empty'} move from {names} was asked"
        )
    duration = timelaw.rest_to_rest(1.0, *law) if law[0] > 0 else 0.0
    t = _instants(duration, dt)
    s = _law(law, 1.0, t) if law[0] > 0 else np.zeros((3, t.size))
    q, first, second = bent(*table.way(start, end), s[0])
    v, a = s[1][:, None], s[2][:, None]
    return Trajectory(t=t, q=q, qd=first * v, qdd=first * a + second * v**2, duration=duration)


def straight(
    task: ArmTask,
    table: MoveTable,
    target: int,
    load: int,
    dt: float,
    way: Literal["in", "out"] = "in",
) -> Trajectory:
    """Return the joint motion of the straight move into a target or out of it.

    Parameters
    ----------
    way : {"in", "out"}
        From approach point to target, or back: the same motion in reverse.
    dt : float
        Time between samples, s.

    Notes
    -----
    Between the stored stations the joints follow a cubic spline over the way, so that speed and
    acceleration are continuous.
    """
    law = table.straight_law[int(load), target]
    duration = float(timelaw.rest_to_rest(task.approach, *law))
    t = _instants(duration, dt)
    s = _law(law, task.approach, t)
    stations = table.joints_between[target]
    if way == "out":
        stations = stations[::-1]
    q, first, second = spline(stations, task.approach, s[0])
    qd = first * s[1][:, None]
    qdd = first * s[2][:, None] + second * (s[1] ** 2)[:, None]
    return Trajectory(t=t, q=q, qd=qd, qdd=qdd, duration=duration)

"""Timed joint motions of a task's moves, sampled: for the proof and for replay."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from robots import timelaw
from robots.arm import Floats
from robots.errors import RobotError
from robots.jit import compiled
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
        out[:, k] = state
    return out


def _instants(duration: float, dt: float) -> Floats:
    if not dt > 0:
        raise RobotError(f"dt must be positive, got {dt}")
    return dt * np.arange(int(np.ceil(duration / dt - 1e-9)) + 1, dtype=np.float64)


def travel(task: ArmTask, table: MoveTable, move: tuple[int, int, bool], dt: float) -> Trajectory:
    """Return the joint motion of a travel, without settling.

    Parameters
    ----------
    move : tuple of int, int, bool
        From, to, loaded; one of `task.moves`.
    dt : float
        Time between samples, s.

    Raises
    ------
    RobotError
        If the table has no such move.
    """
    start, end, loaded = move
    law = table.travel_law[int(loaded), start, end]
    if np.isnan(law).any():
        names = f"{table.names[start]} to {table.names[end]}"
        raise RobotError(
            f"{task.name}: no {'loaded' if loaded else 'empty'} move from {names} was asked"
        )
    origin, way = (
        table.joints_approach[start],
        table.joints_approach[end] - table.joints_approach[start],
    )
    duration = timelaw.rest_to_rest(1.0, *law) if law[0] > 0 else 0.0
    t = _instants(duration, dt)
    s = _law(law, 1.0, t) if law[0] > 0 else np.zeros((3, t.size))
    q = origin + s[0][:, None] * way
    return Trajectory(t=t, q=q, qd=s[1][:, None] * way, qdd=s[2][:, None] * way, duration=duration)


def straight(
    task: ArmTask,
    table: MoveTable,
    target: int,
    loaded: bool,
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
    Between the stored stations the joints follow a natural cubic spline over the way, so that speed
    and acceleration are continuous.
    """
    law = table.straight_law[int(loaded), target]
    duration = float(timelaw.rest_to_rest(task.approach, *law))
    t = _instants(duration, dt)
    s = _law(law, task.approach, t)
    stations = table.joints_between[target]
    if way == "out":
        stations = stations[::-1]
    q, first, second = _spline(stations, task.approach, s[0])
    qd = first * s[1][:, None]
    qdd = first * s[2][:, None] + second * (s[1] ** 2)[:, None]
    return Trajectory(t=t, q=q, qd=qd, qdd=qdd, duration=duration)


def _spline(values: Floats, length: float, at: Floats) -> tuple[Floats, Floats, Floats]:
    """Return a natural cubic spline through equally spaced rows, with two derivatives.

    W. Press et al., "Numerical recipes", 3.3.
    """
    count = len(values)
    step = length / (count - 1)
    system = (
        np.diag(np.full(count, 4.0))
        + np.diag(np.ones(count - 1), 1)
        + np.diag(np.ones(count - 1), -1)
    )
    system[0, :2], system[-1, -2:] = (1.0, 0.0), (0.0, 1.0)
    right = np.zeros_like(values)
    right[1:-1] = 6.0 / step**2 * (values[2:] - 2.0 * values[1:-1] + values[:-2])
    bend = np.linalg.solve(system, right)
    low = np.clip((at / step).astype(np.int64), 0, count - 2)
    b = (at / step - low)[:, None]
    a = 1.0 - b
    y0, y1, m0, m1 = values[low], values[low + 1], bend[low], bend[low + 1]
    q = a * y0 + b * y1 + ((a**3 - a) * m0 + (b**3 - b) * m1) * step**2 / 6.0
    first = (y1 - y0) / step + ((3 * b**2 - 1) * m1 - (3 * a**2 - 1) * m0) * step / 6.0
    return q, first, a * m0 + b * m1

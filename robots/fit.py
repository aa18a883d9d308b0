"""Fit what is not published of an arm to measured cycles: how hard it goes, how long it waits."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from robots.arm import Arm, Floats
from robots.errors import RobotError
from robots.pace import ASSUMED_STRAIGHT, ASSUMED_TO_SPEED, Pace, pace_of
from robots.table import move_times
from robots.task import ArmTask, MoveTable

_LEAST, _MOST = 0.1, 3.0  # times the published torques or accelerations
_COARSE, _FINE = 14, 24
_DRAW = 1e-9  # towards the published data, where the cycles do not tell
_GOLDEN = 0.6180339887498949


class Piece(NamedTuple):
    """One thing an arm does in a measured cycle; targets by their place in the task."""

    kind: Literal["travel", "pick", "place"]
    start: int
    goal: int  # the same for a pick and a place
    load: int  # of a travel: 0 empty, 1 + k


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A cycle whose time is known, from a stopwatch, a log or a data sheet."""

    name: str
    pieces: tuple[Piece, ...]
    time: float  # s
    held_back: bool = False  # not fitted to, but compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A measured cycle beside what the fitted arm takes for it."""

    name: str
    measured: float  # s
    before: float  # s, by the published data alone
    fitted: float  # s
    held_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The fitted numbers; None was not fitted, for want of cycles that tell it."""

    effort: float  # times the published torques, or accelerations
    dead_time: float | None  # s before each motion
    settle: float | None  # s after each joint move
    cycles: tuple[Compared, ...]

    def worst(self, *, held_back: bool) -> float | None:
        """Return the largest difference as a share of the measured time, None without cycles."""
        shares = [
            abs(c.fitted - c.measured) / c.measured for c in self.cycles if c.held_back is held_back
        ]
        return max(shares, default=None)


def with_effort(arm: Arm, effort: float) -> Arm:
    """Return an arm that gives `effort` times its published torques or accelerations.

    Where neither is published, it is times what is assumed.  The basis of its times is then
    *calibrated*.
    """
    if arm.torque is not None and arm.inertials is not None:
        return replace(arm, torque=effort * arm.torque, calibrated=True)
    known = arm.acceleration
    acceleration = arm.speed / ASSUMED_TO_SPEED if known is None else known
    straight = arm.straight_acceleration
    if known is None and straight is None:
        straight = effort * ASSUMED_STRAIGHT
    return replace(
        arm, acceleration=effort * acceleration, straight_acceleration=straight, calibrated=True
    )


def fit(task: ArmTask, cycles: Sequence[Measured]) -> Calibration:
    """Return the effort, and where the cycles tell it the dead time and settling, that fit best.

    With one cycle the effort alone is fitted, with two also the time before each motion, with
    three or more also the time after each joint move.  Waiting times are never negative.

    Parameters
    ----------
    task : ArmTask
        The arm at the places of the cycles; its own `settle` counts as part of the published times
        and is replaced where settling is fitted.
    cycles : sequence of Measured
        At least one that is not held back.

    Raises
    ------
    RobotError
        If no cycle is left to fit to, or the arm cannot do one.
    """
    used = [cycle for cycle in cycles if not cycle.held_back]
    if not used:
        raise RobotError(f"{task.name}: at least one cycle that is not held back is needed")
    needed = dict.fromkeys(
        (p.start, p.goal, p.load) for c in cycles for p in c.pieces if p.kind == "travel"
    )
    asked = replace(task, moves=tuple(dict.fromkeys([*task.moves, *needed])))
    table = move_times(asked)
    effort = _best(lambda value: _off(asked, table, used, value)[0])
    extra = _off(asked, table, used, effort)[1]
    return Calibration(
        effort=effort,
        dead_time=float(extra[0]) if extra.size > 0 else None,
        settle=float(extra[1]) if extra.size > 1 else None,
        cycles=_compared(asked, table, cycles, effort, extra),
    )


def _off(
    task: ArmTask, table: MoveTable, used: Sequence[Measured], effort: float
) -> tuple[float, Floats]:
    """Return how badly an effort fits, with the waiting times that go best with it."""
    waits, measured = _told(used), np.array([cycle.time for cycle in used])
    moving = _moving(task, table, used, effort)
    if not np.isfinite(moving).all():  # too weak to hold the load
        return np.inf, np.zeros(waits.shape[1])
    extra = _waiting(waits, measured - moving)
    error = float((((moving + waits @ extra - measured) / measured) ** 2).sum())
    return error + _DRAW * math.log(effort) ** 2, extra


def _compared(
    task: ArmTask, table: MoveTable, cycles: Sequence[Measured], effort: float, extra: Floats
) -> tuple[Compared, ...]:
    counts, waits = _counts(cycles), np.zeros(2)
    waits[: extra.size] = extra
    after = _moving(task, table, cycles, effort) + counts @ waits
    before = _moving(task, table, cycles, 1.0) + task.settle * counts[:, 1]
    return tuple(
        Compared(name=c.name, measured=c.time, before=b, fitted=a, held_back=c.held_back)
        for c, b, a in zip(cycles, before.tolist(), after.tolist(), strict=True)
    )


def _counts(cycles: Sequence[Measured]) -> Floats:
    """Return how many motions and how many joint moves each cycle has, (c, 2)."""
    rows = []
    for cycle in cycles:
        travels = sum(p.kind == "travel" for p in cycle.pieces)
        rows.append([travels + 2 * (len(cycle.pieces) - travels), travels])
    return np.array(rows, dtype=np.float64)


def _told(cycles: Sequence[Measured]) -> Floats:
    """Return the columns of `_counts` whose waiting times the cycles tell beside the effort."""
    columns = _counts(cycles)[:, : min(len(cycles) - 1, 2)]
    while columns.shape[1] and np.linalg.matrix_rank(columns) < columns.shape[1]:
        columns = columns[:, :-1]  # cycles that are all alike do not tell one wait from the other
    return columns


def _waiting(waits: Floats, missing: Floats) -> Floats:
    """Return the waiting times, none negative, that explain best what is missing, s."""
    if waits.shape[1] == 0:
        return np.empty(0)
    best: Floats = np.linalg.lstsq(waits, missing, rcond=None)[0].astype(np.float64)
    if (best >= 0.0).all():
        return best
    tries = [np.zeros(waits.shape[1])]
    for k in range(waits.shape[1]):
        alone = np.zeros(waits.shape[1])
        alone[k] = max(0.0, float(waits[:, k] @ missing / (waits[:, k] @ waits[:, k])))
        tries.append(alone)
    return min(tries, key=lambda x: float(((waits @ x - missing) ** 2).sum()))


def _moving(task: ArmTask, table: MoveTable, cycles: Sequence[Measured], effort: float) -> Floats:
    """Return the time of each cycle without waiting, s."""
    pace = pace_of(replace(task, arm=with_effort(task.arm, effort)))
    known: dict[Piece, float] = {}
    for cycle in cycles:
        for piece in cycle.pieces:
            if piece not in known:
                known[piece] = _time(pace, table, piece)
    return np.array([sum(known[piece] for piece in cycle.pieces) for cycle in cycles])


def _time(pace: Pace, table: MoveTable, piece: Piece) -> float:
    task = pace.task
    if piece.kind == "travel":
        points, width = table.way(piece.start, piece.goal)
        return pace.along(points, width, piece.load, task.most(piece.start, piece.goal)).time
    between = table.joints_between[piece.start]
    most = task.most(piece.start)
    ways = sum(pace.straight(between, load, most).time for load in (0, task.heaviest))
    if piece.kind == "pick":
        return ways + task.tool.close_time + task.pick_extra
    return ways + task.tool.open_time + task.place_extra


def _best(off: Callable[[float], float]) -> float:
    """Return the effort with the least error: a coarse look, then golden sections."""
    grid = np.geomspace(_LEAST, _MOST, _COARSE)
    errors = [off(float(value)) for value in grid]
    k = int(np.nanargmin(np.where(np.isfinite(errors), errors, np.inf)))
    low, high = float(grid[max(k - 1, 0)]), float(grid[min(k + 1, _COARSE - 1)])
    for _ in range(_FINE):
        one, other = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if off(one) <= off(other):
            high = other
        else:
            low = one
    return 0.5 * (low + high)

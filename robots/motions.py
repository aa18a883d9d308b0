"""The motions of a task as joint angles at equal instants: what the proof follows."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from robots.arm import Floats
from robots.task import ArmTask, MoveTable
from robots.trajectory import Trajectory, straight, travel

TAIL = 0.05  # s of standing still after a motion, to see it settle


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Motion:
    """One motion from rest to rest."""

    kind: Literal["travel", "in", "out"]  # between approach points, or straight in or out
    start: str  # target
    goal: str  # target; the same for a straight move
    load: int  # 0 empty, 1 + k
    duration: float  # s
    angles: Floats  # (k, n) rad, one row a step; from row `moving - 1` on the arm stands
    moving: int

    @property
    def name(self) -> str:
        """The motion in words."""
        return in_words(self.kind, self.start, self.goal, self.load)


def in_words(kind: str, start: str, goal: str, load: int) -> str:
    """Return what a motion is called in messages.

    Examples
    --------
    >>> in_words("travel", "rack", "press", 1)
    'rack to press, with part'
    >>> in_words("in", "rack", "rack", 2)
    'into rack, with part (load 2)'
    """
    held = ("empty", "with part")[load] if load < 2 else f"with part (load {load})"
    if kind == "travel":
        return f"{start} to {goal}, {held}"
    return f"{'into' if kind == 'in' else 'out of'} {goal}, {held}"


def motions_of(task: ArmTask, table: MoveTable, step: float) -> list[Motion]:
    """Return the joint moves a task asks for, in its order, then the straight moves in and out.

    Parameters
    ----------
    step : float
        Time between two rows, s.
    """
    motions = [
        _motion("travel", task, move, travel(task, table, move, step), step) for move in task.moves
    ]
    for target, way, load in _legs(task):
        path = straight(task, table, target, load, step, way)
        motions.append(_motion(way, task, (target, target, load), path, step))
    return motions


def _legs(task: ArmTask) -> list[tuple[int, Literal["in", "out"], int]]:
    """Return (target, way, load) of the straight moves that loaded moves bring with them."""
    legs: set[tuple[int, Literal["in", "out"], int]] = set()
    for start, goal, load in task.moves:
        if load:  # in empty and out with the part; in with the part and out empty
            legs |= {(start, "in", 0), (start, "out", load)}
            legs |= {(goal, "in", load), (goal, "out", 0)}
    return sorted(legs)


def _motion(
    kind: Literal["travel", "in", "out"],
    task: ArmTask,
    move: tuple[int, int, int],
    path: Trajectory,
    step: float,
) -> Motion:
    start, goal, load = move
    return Motion(
        kind=kind,
        start=task.targets[start].name,
        goal=task.targets[goal].name,
        load=load,
        duration=path.duration,
        angles=np.vstack([path.q, np.tile(path.q[-1], (round(TAIL / step), 1))]),
        moving=len(path.q),
    )

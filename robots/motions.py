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
    loaded: bool
    duration: float  # s
    angles: Floats  # (k, n) rad, one row a step; from row `moving - 1` on the arm stands
    moving: int

    @property
    def name(self) -> str:
        """The motion in words."""
        return in_words(self.kind, self.start, self.goal, self.loaded)


def in_words(kind: str, start: str, goal: str, loaded: bool) -> str:
    """Return what a motion is called in messages.

    Examples
    --------
    >>> in_words("travel", "rack", "press", loaded=True)
    'rack to press, with part'
    """
    load = "with part" if loaded else "empty"
    if kind == "travel":
        return f"{start} to {goal}, {load}"
    return f"{'into' if kind == 'in' else 'out of'} {goal}, {load}"


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
    for target, way, loaded in _legs(task):
        path = straight(task, table, target, loaded, step, way)
        motions.append(_motion(way, task, (target, target, loaded), path, step))
    return motions


def _legs(task: ArmTask) -> list[tuple[int, Literal["in", "out"], bool]]:
    """Return (target, way, loaded) of the straight moves that loaded moves bring with them."""
    legs: set[tuple[int, Literal["in", "out"], bool]] = set()
    for start, goal, loaded in task.moves:
        if loaded:  # in empty and out with the part; in with the part and out empty
            legs |= {(start, "in", False), (start, "out", True)}
            legs |= {(goal, "in", True), (goal, "out", False)}
    return sorted(legs)


def _motion(
    kind: Literal["travel", "in", "out"],
    task: ArmTask,
    move: tuple[int, int, bool],
    path: Trajectory,
    step: float,
) -> Motion:
    start, goal, loaded = move
    return Motion(
        kind=kind,
        start=task.targets[start].name,
        goal=task.targets[goal].name,
        loaded=loaded,
        duration=path.duration,
        angles=np.vstack([path.q, np.tile(path.q[-1], (round(TAIL / step), 1))]),
        moving=len(path.q),
    )

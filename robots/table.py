"""How long an arm takes for each move of a task: postures, times, clearances."""

from collections.abc import Sequence

import numpy as np

from robots.cache import cached_table
from robots.candidates import Candidates, candidates_at, collides, describe
from robots.choose import Search, search_of
from robots.collide import nearest, scene
from robots.errors import MotionError
from robots.kinematics.inverse import inverse_of
from robots.pace import Law, Pace, notes_of, pace_of
from robots.task import EMPTY, LOADED, ArmTask, MoveTable


def move_times(task: ArmTask) -> MoveTable:
    """Return the times of a task's moves, from the cache if they are known.

    See `computed_move_times`.

    Raises
    ------
    MotionError
        If a target is out of reach, a move collides or the load is too heavy; tells all at once.
    """
    return cached_table(task, computed_move_times)


def computed_move_times(task: ArmTask) -> MoveTable:
    """Return the times of a task's moves, computed afresh.

    A travel is a joint move, straight in joint space, between the approach points of two targets,
    and `settle`.  A pick is the straight move in (empty), closing, `pick_extra` and the straight
    move out (loaded); a place is the straight move in (loaded), opening, `place_extra` and out
    (empty).
    One posture a target is chosen of all branches and full turns within limits, so that the asked
    moves together are shortest among those that touch no fixture.

    Raises
    ------
    MotionError
        If a target is out of reach, a move collides or the load is too heavy; tells all at once.
    """
    problems = list(_too_heavy(task))
    pace, model, view = pace_of(task), inverse_of(task.arm), scene(task)
    found = [candidates_at(pace, model, view, target) for target in task.targets]
    problems += [reason for _, reason in found if reason]
    if problems:
        raise MotionError(task.name, problems)
    candidates = [candidate for candidate, _ in found if candidate is not None]
    search = search_of(pace, view, candidates)
    choice = [int(c) for c in search.best()]
    problems = _colliding(task, search, choice)
    if problems:
        raise MotionError(task.name, problems)
    return _fill(task, pace, search, candidates, choice)


def _too_heavy(task: ArmTask) -> list[str]:
    load, payload = task.tool.mass + task.part_mass, task.arm.payload
    if payload is None or load <= payload:
        return []
    return [
        f"load: gripper and part weigh {load:.2f} kg, {task.arm.name} carries {payload:g} kg;"
        " lighten them or take a stronger arm"
    ]


def _colliding(task: ArmTask, search: Search, choice: Sequence[int]) -> list[str]:
    problems = []
    for a, b, _ in search.moves:
        if collides(search.spot(choice[a], choice[b])):
            spot = search.worst.get((a, b), search.spot(choice[a], choice[b]))
            names = f"{task.targets[a].name} to {task.targets[b].name}"
            problems.append(
                f"{names}: {describe(task, spot)}, at the best posture found;"
                " move the fixture, a target or the base"
            )
    return problems


def _fill(
    task: ArmTask, pace: Pace, search: Search, candidates: Sequence[Candidates], choice: list[int]
) -> MoveTable:
    count, joints = len(task.targets), task.arm.dof
    rows = [c - int(search.first[k]) for k, c in enumerate(choice)]
    between = np.array([c.between[row] for c, row in zip(candidates, rows, strict=True)])
    spots = [c.tight[int(c.branch[row])] for c, row in zip(candidates, rows, strict=True)]
    straight = [[pace.straight(path, loaded) for path in between] for loaded in (False, True)]
    both_ways = _times(straight[EMPTY]) + _times(straight[LOADED])
    pairs = {(min(a, b), max(a, b)) for a, b, _ in task.moves}
    spots_of_moves = {pair: nearest(search.view, between[list(pair), 0]) for pair in pairs}
    shape = (2, count, count)
    travel, law = np.full(shape, np.nan), np.full((*shape, 3), np.nan)
    clearance, nearest_one = np.full(shape, np.nan), np.full(shape, -1, dtype=np.int64)
    for a, b, loaded in task.moves:
        at = (int(loaded), a, b)
        move = search.law(choice[a], choice[b], loaded)
        spot = spots_of_moves[min(a, b), max(a, b)]
        travel[at] = move.time + task.settle if a != b else 0.0
        law[at], clearance[at], nearest_one[at] = move.values, spot.clearance, spot.fixture
    basis = task.arm.basis
    return MoveTable(
        names=tuple(target.name for target in task.targets),
        travel=travel,
        pick=both_ways + task.tool.close_time + task.pick_extra,
        place=both_ways + task.tool.open_time + task.place_extra,
        joints_at=between[:, -1].reshape(count, joints),
        joints_approach=between[:, 0].reshape(count, joints),
        joints_between=between,
        travel_law=law,
        straight_law=np.array([[one.values for one in side] for side in straight]),
        basis={"travel": basis, "pick": basis, "place": basis},
        clearance=clearance,
        nearest=nearest_one,
        clearance_at=np.array([spot.clearance for spot in spots]),
        nearest_at=np.array([spot.fixture for spot in spots], dtype=np.int64),
        notes=notes_of(task),
    )


def _times(laws: Sequence[Law]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([law.time for law in laws])

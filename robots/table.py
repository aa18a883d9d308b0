"""How long an arm takes for each move of a task: postures, times, clearances."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from robots.arm import Floats
from robots.cache import cached_table
from robots.candidates import Candidates, candidates_at, collides, describe, loads_at
from robots.choose import Search, search_of
from robots.collide import Nearest, nearest, scene
from robots.detour import Detour, detour
from robots.errors import MotionError
from robots.kinematics.inverse import inverse_of
from robots.pace import Law, Pace, notes_of, pace_of
from robots.task import LOADED, ArmTask, MoveTable


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
    detours, problems = _detours(task, search, choice)
    if problems:
        raise MotionError(task.name, problems)
    return _fill(task, pace, search, candidates, choice, detours)


def _too_heavy(task: ArmTask) -> list[str]:
    own, payload = sum(tool.mass for tool in task.grippers), task.arm.payload
    load = own + max(task.loads, default=0.0)
    if payload is None or load <= payload:
        return []
    return [
        f"load: gripper and part weigh {load:.2f} kg, {task.arm.name} carries {payload:g} kg;"
        " lighten them or take a stronger arm"
    ]


def _detours(
    task: ArmTask, search: Search, choice: Sequence[int]
) -> tuple[dict[tuple[int, int], Detour], list[str]]:
    """Return ways round for the moves that collide even at the best postures, and what has none."""
    found, problems = {}, []
    for a, b, _ in search.moves:
        direct = search.spot(choice[a], choice[b])
        if not collides(direct):
            continue
        way = detour(task, search.view, search.q[choice[a]], search.q[choice[b]])
        if way is not None:
            found[int(a), int(b)] = way
            continue
        spot = search.worst.get((a, b), direct)
        names = f"{task.targets[a].name} to {task.targets[b].name}"
        problems.append(
            f"{names}: no way found: on the direct one {describe(task, spot)}, at the best posture;"
            " move the fixture, a target or the base"
        )
    return found, problems


def _vias(
    shape: tuple[int, int], detours: dict[tuple[int, int], Detour]
) -> tuple[Floats | None, Floats | None]:
    """Return `MoveTable.via` and `MoveTable.via_width`."""
    if not detours:
        return None, None
    count, joints = shape
    most = max(len(way.points) - 2 for way in detours.values())
    via, width = np.full((count, count, most, joints), np.nan), np.zeros((count, count))
    for (a, b), way in detours.items():
        inner = way.points[1:-1]
        via[a, b, : len(inner)], via[b, a, : len(inner)] = inner, inner[::-1]
        width[a, b] = width[b, a] = way.width
    return via, width


class _Travels(NamedTuple):
    """The fields of `MoveTable` about travels."""

    time: Floats
    law: Floats
    clearance: Floats
    nearest: NDArray[np.int64]


def _travels(
    task: ArmTask,
    pace: Pace,
    search: Search,
    choice: Sequence[int],
    detours: dict[tuple[int, int], Detour],
) -> _Travels:
    shape = (1 + len(task.loads), len(task.targets), len(task.targets))
    found = _Travels(
        time=np.full(shape, np.nan),
        law=np.full((*shape, 3), np.nan),
        clearance=np.full(shape, np.nan),
        nearest=np.full(shape, -1, dtype=np.int64),
    )
    spots: dict[tuple[int, int], Nearest] = {pair: way.spot for pair, way in detours.items()}
    for a, b, load in task.moves:
        at, pair = (int(load), a, b), (min(a, b), max(a, b))
        way = detours.get(pair)
        if way is None:
            move = search.law(choice[a], choice[b], load)
        else:
            move = pace.along(way.points, way.width, load, task.most(a, b))
        if pair not in spots:
            spots[pair] = nearest(search.view, search.q[[choice[a], choice[b]]])
        found.time[at] = move.time + task.settle if a != b else 0.0
        found.law[at] = move.values
        found.clearance[at], found.nearest[at] = spots[pair].clearance, spots[pair].fixture
    return found


def _fill(
    task: ArmTask,
    pace: Pace,
    search: Search,
    candidates: Sequence[Candidates],
    choice: list[int],
    detours: dict[tuple[int, int], Detour],
) -> MoveTable:
    count, joints = len(task.targets), task.arm.dof
    rows = [c - int(search.first[k]) for k, c in enumerate(choice)]
    between = np.array([c.between[row] for c, row in zip(candidates, rows, strict=True)])
    spots = [c.tight[int(c.branch[row])] for c, row in zip(candidates, rows, strict=True)]
    straight = _straights(task, pace, between)
    both_ways = _times(straight[LOADED:]) + _times(straight[:LOADED])
    closing, opening = (
        np.array([getattr(task.grippers[target.gripper], name) for target in task.targets])
        for name in ("close_time", "open_time")
    )
    travels = _travels(task, pace, search, choice, detours)
    basis = task.arm.basis
    via, width = _vias((count, joints), detours)
    return MoveTable(
        names=tuple(target.name for target in task.targets),
        travel=travels.time,
        pick=both_ways + closing + task.pick_extra,
        place=both_ways + opening + task.place_extra,
        joints_at=between[:, -1].reshape(count, joints),
        joints_approach=between[:, 0].reshape(count, joints),
        joints_between=between,
        travel_law=travels.law,
        straight_law=np.array([[one.values for one in side] for side in straight]),
        basis={"travel": basis, "pick": basis, "place": basis},
        clearance=travels.clearance,
        nearest=travels.nearest,
        clearance_at=np.array([spot.clearance for spot in spots]),
        nearest_at=np.array([spot.fixture for spot in spots], dtype=np.int64),
        notes=(*notes_of(task), *_round_notes(task, detours)),
        via=via,
        via_width=width,
    )


def _round_notes(task: ArmTask, detours: dict[tuple[int, int], Detour]) -> list[str]:
    return [
        f"{task.targets[a].name} to {task.targets[b].name}, and back: by {len(way.points) - 2}"
        " via-points, since the direct move collides"
        for (a, b), way in detours.items()
    ]


def _straights(task: ArmTask, pace: Pace, between: Floats) -> list[list[Law]]:
    """Return the straight moves, empty and with each load; nan where another gripper holds it."""
    none = Law(time=math.nan, values=np.full(3, math.nan))
    rows = [
        (path, loads_at(task, target), task.most(k))
        for k, (path, target) in enumerate(zip(between, task.targets, strict=True))
    ]
    return [
        [pace.straight(path, load, most) if load in held else none for path, held, most in rows]
        for load in range(1 + len(task.loads))
    ]


def _times(laws: Sequence[Sequence[Law]]) -> Floats:
    return np.array([[law.time for law in side] for side in laws])

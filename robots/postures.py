"""Which posture an arm takes at each joint move of a program: the shortest cycle of them all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from robots.arm import Floats
from robots.collide import nearest, scene
from robots.errors import MotionError, RobotError
from robots.frames import inverse
from robots.kinematics.inverse import branches
from robots.legs import Leg, arc, line, tool_leg
from robots.program import Move, Program, Workplace
from robots.sequence import shortest
from robots.tables import limits_for

_TOUCH = 1e-6  # m of overlap that is rounding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loaded:
    """A move with the state of the program in which it is made."""

    move: Move
    tool: str
    mass: float  # kg
    override: float


@dataclass(slots=True, eq=False)
class _Chain:
    """A posture to choose, and the lines and arcs that follow from it without a choice."""

    name: str
    tool: str
    flange: Floats  # pose_base_flange, (4, 4)
    moves: list[Loaded]


def postures(
    place: Workplace, program: Program, moves: Sequence[Loaded], start: Floats | None
) -> tuple[Floats, list[list[Leg]], list[Floats]]:
    """Return the joints at the start, the tool's legs after it and after each joint move.

    Parameters
    ----------
    start : ndarray, shape (n,), optional
        Joints at the start where they are not free to choose, rad.

    Returns
    -------
    list of lists of Leg
        One list for the start and one for each joint move.
    list of ndarray
        The joints at the start and at each joint move, rad.

    Raises
    ------
    MotionError
        If a point is out of reach or lines cannot be followed from any posture, or only through
        fixtures.
    """
    chains = _chains(place, program, moves)
    found = [_ways(place, chain, start if k == 0 else None) for k, chain in enumerate(chains)]
    problems = [reason for ways, reason in found if not ways]
    if problems:
        raise MotionError(f"program {program.name}", problems)
    ends = [
        (np.array([enter for enter, _ in ways]), np.array([_leave(*way) for way in ways]))
        for ways, _ in found
    ]
    poses = np.array([place.pose_cell_base @ chain.flange for chain in chains])
    tool = place.tools[chains[0].tool]
    limits = limits_for(
        place.arm, place.pose_cell_base, poses @ tool.pose_flange_tcp, tool, program.mass
    )
    choice, _ = shortest(ends, limits, closed=True)
    chosen = [ways[k] for (ways, _), k in zip(found, choice, strict=True)]
    return chosen[0][0], [legs for _, legs in chosen], [enter for enter, _ in chosen]


def _leave(enter: Floats, legs: list[Leg]) -> Floats:
    return legs[-1].rows[-1] if legs else enter


def _chains(place: Workplace, program: Program, moves: Sequence[Loaded]) -> list[_Chain]:
    def flange(pose_cell_tcp: Floats, tool: str) -> Floats:
        pose_tcp_flange = inverse(place.tools[tool].pose_flange_tcp)
        found: Floats = inverse(place.pose_cell_base) @ pose_cell_tcp @ pose_tcp_flange
        return found

    first = program.tool or next(iter(place.tools))
    chains = [_Chain(program.start, first, flange(program.pose_cell_start, first), [])]
    for one in moves:
        if one.move.kind == "joint":
            at = flange(one.move.pose_cell_tcp, one.tool)
            chains.append(_Chain(one.move.to, one.tool, at, []))
        else:
            chains[-1].moves.append(one)
    return chains


def _ways(
    place: Workplace, chain: _Chain, start: Floats | None
) -> tuple[list[tuple[Floats, list[Leg]]], str]:
    """Return the postures from which a chain can be followed without touching anything."""
    candidates = [start] if start is not None else list(branches(place.arm, chain.flange))
    if not candidates:
        return [], f"{chain.name}: out of reach; move the point or the base"
    ways, reason = [], ""
    for q in candidates:
        try:
            legs = _legs(place, chain, q)
        except RobotError as error:
            reason = reason or str(error)
            continue
        touched = _touched(place, chain, q, legs)
        if touched:
            reason = touched
        else:
            ways.append((q, legs))
    return ways, "" if ways else reason


def _legs(place: Workplace, chain: _Chain, start: Floats) -> list[Leg]:
    pose_base_cell, flange, q = inverse(place.pose_cell_base), chain.flange, start
    legs = []
    for one in chain.moves:
        tcp = place.tools[one.tool].pose_flange_tcp
        goal = pose_base_cell @ one.move.pose_cell_tcp
        try:
            if one.move.via is None:
                poses, length = line(flange @ tcp, goal)
            else:
                via = (pose_base_cell @ np.append(one.move.via, 1.0))[:3]
                poses, length = arc(flange @ tcp, via, goal)
            legs.append(tool_leg(place.arm, tcp, q, poses, length))
        except RobotError as error:
            raise RobotError(f"{one.move.to}: {error}") from None
        q, flange = legs[-1].rows[-1], goal @ inverse(tcp)
    return legs


def _touched(place: Workplace, chain: _Chain, q: Floats, legs: list[Leg]) -> str:
    """Return what standing in a posture or following its lines touches, empty if nothing."""
    from robots.candidates import describe

    names = [chain.name, *(one.move.to for one in chain.moves)]
    tools = [chain.tool, *(one.tool for one in chain.moves)]
    rows = [q[None], *(leg.rows for leg in legs)]
    for name, tool, path in zip(names, tools, rows, strict=True):
        task = place.task(tool, np.eye(4))
        spot = nearest(scene(task), path, enough=0.0)
        if min(spot.clearance, spot.own) < -_TOUCH:
            return f"{name}: {describe(task, spot)} on the way there; move the point or the fixture"
    return ""

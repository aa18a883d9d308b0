"""Legs joined to one motion without a stop: corners are cut by a smooth curve of the joints.

The curve is the cubic that leaves and meets the legs in their direction.  Where both legs are
straight lines of the tool, the tool goes nearly the parabola that the vendors describe.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robots.arm import Arm, Floats
from robots.errors import RobotError
from robots.kinematics.fk import flanges
from robots.legs import Leg

POINTS = 200  # along a motion, at least
_LEAST = 8  # along each piece of it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointPath:
    """A path of the joints, its parameter in m of way; N points."""

    s: Floats  # (N,), m, rising
    q: Floats  # (N, n), rad
    first: Floats  # (N, n), dq/ds
    second: Floats  # (N, n), on the way ahead of the point
    behind: Floats  # (N, n), likewise on the way behind it: another where the curvature jumps
    leg: NDArray[np.int64]  # (N,), whose limits count,
    ahead: NDArray[np.int64]  # (N,), and whose too: another one in corners
    tool: NDArray[
        np.bool_
    ]  # (N,), whether the tool is led along a line, an arc or a corner of them


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    length: float
    values: tuple[Floats, Floats, Floats]  # at equal steps, both ends included
    legs: tuple[int, int]
    tool: bool


def joined(
    arm: Arm,
    pose_flange_tcp: Floats,
    legs: Sequence[Leg],
    radii: Sequence[float],
    points: int = POINTS,
) -> JointPath:
    """Return legs as one path.

    Parameters
    ----------
    legs : sequence of Leg
        Each begins where the one before ends.
    radii : sequence of float
        Between each two legs, how far from the corner the tool leaves its way, m.
    points : int
        About how many points to give.

    Raises
    ------
    RobotError
        If corners overlap.
    """
    cut = [[0.0, leg.length] for leg in legs]
    for k, radius in enumerate(radii):
        cut[k][1] -= _from_end(arm, pose_flange_tcp, legs[k], radius, end=True)
        cut[k + 1][0] = _from_end(arm, pose_flange_tcp, legs[k + 1], radius, end=False)
    for k, (low, high) in enumerate(cut):
        if high < low - 1e-9:
            raise RobotError(f"leg {k}: the corners at its ends overlap")
    total = sum(leg.length for leg in legs)
    pieces: list[_Piece] = []
    for k, leg in enumerate(legs):
        low, high = cut[k]
        if high - low > 1e-6 * leg.length:
            places = np.linspace(low, high, _count(high - low, total, points))
            pieces.append(_Piece(high - low, leg.at(places), (k, k), leg.tool))
        if k < len(radii) and radii[k] > 0:
            count = _count(2 * radii[k], total, points)
            pieces.append(_corner(legs[k : k + 2], (high, cut[k + 1][0]), count, k))
    return _strung(pieces)


def _count(length: float, total: float, points: int) -> int:
    return max(_LEAST, round(points * length / total)) + 1


def _from_end(arm: Arm, pose_flange_tcp: Floats, leg: Leg, radius: float, *, end: bool) -> float:
    """Return how much of a leg is within a radius of its end, or of its start, m of its length."""
    if radius <= 0:
        return 0.0
    parts = np.linspace(0.0, 1.0, 65)
    places = leg.length * (1.0 - parts if end else parts)
    at = (flanges(arm.chain, leg.at(places)[0]) @ pose_flange_tcp)[:, :3, 3]
    gap = np.linalg.norm(at - at[0], axis=1)
    beyond = np.flatnonzero(gap >= radius)
    if beyond.size == 0:
        return leg.length
    k = int(beyond[0])
    part = (radius - gap[k - 1]) / (gap[k] - gap[k - 1])
    return float(leg.length * (parts[k - 1] + part * (parts[k] - parts[k - 1])))


def _corner(legs: Sequence[Leg], places: tuple[float, float], count: int, k: int) -> _Piece:
    """Return the cubic of the joints from a place on one leg to a place on the next."""
    a, c = legs[0].at(np.array([places[0]])), legs[1].at(np.array([places[1]]))
    h = legs[0].length - places[0] + places[1]
    x = np.linspace(0.0, 1.0, count)[:, None]
    rise, enter, leave = c[0] - a[0], h * a[1], h * c[1]
    two, three = 3 * rise - 2 * enter - leave, enter + leave - 2 * rise
    q = a[0] + x * (enter + x * (two + x * three))
    first = (enter + x * (2 * two + x * 3 * three)) / h
    second = (2 * two + x * 6 * three) / h**2
    return _Piece(h, (q, first, second), (k, k + 1), legs[0].tool and legs[1].tool)


def _strung(pieces: Sequence[_Piece]) -> JointPath:
    """Return pieces in a row; where two meet, the one ahead counts."""
    last = len(pieces) - 1
    keep = [len(piece.values[0]) - (k < last) for k, piece in enumerate(pieces)]
    begins = np.cumsum([0.0, *(piece.length for piece in pieces)])
    q, first, second = (
        np.ascontiguousarray(
            np.vstack([piece.values[i][:n] for piece, n in zip(pieces, keep, strict=True)])
        )
        for i in range(3)
    )
    behind, at = second.copy(), 0
    for piece, n in zip(pieces[:-1], keep[:-1], strict=True):
        at += n
        behind[at] = piece.values[2][-1]
    places = [
        begin + np.linspace(0.0, piece.length, len(piece.values[0]))[:n]
        for begin, piece, n in zip(begins[:-1], pieces, keep, strict=True)
    ]
    legs = np.repeat([piece.legs for piece in pieces], keep, axis=0)
    return JointPath(
        s=np.concatenate(places),
        q=q,
        first=first,
        second=second,
        behind=behind,
        leg=legs[:, 0],
        ahead=legs[:, 1],
        tool=np.repeat([piece.tool for piece in pieces], keep),
    )

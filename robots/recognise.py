"""Find the closed-form inverse that fits a six-joint chain, if there is one.

The joints are turned one after the other until the arm stands in the zero pose of a formula; what
is then measured are the formula's parameters.  Whether it fits is not argued but tried: the inverse
must give back random joint angles.
"""

import math
from typing import Literal, NamedTuple

import numpy as np

from robots.arm import Chain, ClosedForm, Floats
from robots.kinematics.fk import flanges, frames
from robots.kinematics.inverse import ORTHO_PARALLEL, UR, Inverse, solve_many

_TRIALS = 24
_AGREE = 1e-6  # m and direction cosines
_SQUARE = 1e-6  # cosine of an angle that counts as 90 degrees


class _Misfit(Exception):
    """The chain does not have the shape of a formula."""


class _Posed(NamedTuple):
    """A chain at some joint angles, in the base."""

    axis: Floats  # (6, 3) directions of the joints
    point: Floats  # (6, 3) a point on each
    turn: Floats  # (3, 3) flange
    origin: Floats  # (3,)


def closed_form(chain: Chain) -> ClosedForm | None:
    """Return a closed-form inverse of a chain, None if no formula of this package fits."""
    if len(chain.axis) != 6:
        return None
    for measure in (_ortho_parallel, _ur):
        for side in (0.5 * math.pi, -0.5 * math.pi):
            try:
                form = measure(chain, side)
            except _Misfit:
                continue
            if _fits(chain, form):
                return form
    return None


def _pose(chain: Chain, q: Floats) -> _Posed:
    turns, points = np.empty((8, 3, 3)), np.empty((8, 3))
    frames(chain, q, turns, points)
    axes = np.einsum("kij,kj->ki", turns[1:7], chain.axis)
    return _Posed(axes, points[1:7], turns[7], points[7])


class _Walk:
    """Turns one joint after the other to the zero of a formula and keeps the signs."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.q, self.sign = np.zeros(6), np.ones(6)
        self.now = _pose(chain, self.q)

    def turn(self, joint: int, about: tuple[int, int, int], angle: float) -> None:
        """Turn what is beyond a joint by `angle` about a direction, which must be the joint's."""
        cosine = float(self.now.axis[joint] @ np.array(about, dtype=np.float64))
        if abs(abs(cosine) - 1.0) > _SQUARE:
            raise _Misfit
        self.sign[joint] = math.copysign(1.0, cosine)
        self.q[joint] = self.sign[joint] * math.remainder(angle, 2.0 * math.pi)
        self.now = _pose(self.chain, self.q)

    def form(self, kind: Literal["ur", "ortho_parallel"], parameters: list[float]) -> ClosedForm:
        """Return the formula whose zero is where the arm stands now."""
        clean = np.array(parameters).round(12) + 0.0
        return ClosedForm(
            kind=kind, parameters=clean, sign=self.sign, zero=(-self.sign * self.q).round(12) + 0.0
        )


def _start(walk: _Walk, side: float) -> None:
    """Turn joint 1, about z through the origin, until axis 2 is along y (`side` + or -)."""
    across = walk.now.axis[1]
    if np.abs(walk.now.point[0, :2]).max() > _AGREE or abs(across[2]) > _SQUARE:
        raise _Misfit
    walk.turn(0, (0, 0, 1), side - math.atan2(across[1], across[0]))


def _crossing(posed: _Posed, first: int, second: int) -> Floats:
    """Return where two axes that are square to each other meet."""
    u, v = posed.axis[first], posed.axis[second]
    gap = posed.point[second] - posed.point[first]
    if abs(u @ v) > _SQUARE or abs(gap @ np.cross(u, v)) > _AGREE:
        raise _Misfit
    point: Floats = posed.point[first] + (gap @ u) * u
    return point


def _ortho_parallel(chain: Chain, side: float) -> ClosedForm:
    """Measure a1, a2, b, c1, c2, c3, c4 of Brandstoetter et al. 2014: all axes along z and y."""
    walk = _Walk(chain)
    _start(walk, side)
    upper = walk.now.point[2] - walk.now.point[1]
    walk.turn(1, (0, 1, 0), -math.atan2(upper[0], upper[2]))
    forearm = walk.now.axis[3]
    if (_crossing(walk.now, 3, 4) - walk.now.point[2]) @ forearm < 0.0:
        forearm = -forearm
    walk.turn(2, (0, 1, 0), -math.atan2(forearm[0], forearm[2]))
    bend = walk.now.axis[4]
    walk.turn(3, (0, 0, 1), 0.5 * math.pi - math.atan2(bend[1], bend[0]))
    out = walk.now.turn[:, 2]
    walk.turn(4, (0, 1, 0), -math.atan2(out[0], out[2]))
    x = walk.now.turn[:, 0]
    walk.turn(5, (0, 0, 1), -math.atan2(x[1], x[0]))
    shoulder, elbow = walk.now.point[1], walk.now.point[2]
    wrist = _crossing(walk.now, 3, 4)
    return walk.form(
        "ortho_parallel",
        [
            shoulder[0],
            wrist[0] - elbow[0],
            wrist[1],
            shoulder[2],
            elbow[2] - shoulder[2],
            wrist[2] - elbow[2],
            walk.now.origin[2] - wrist[2],
        ],
    )


def _ur(chain: Chain, side: float) -> ClosedForm:
    """Measure d1, a2, a3, d4, d5, d6 of the DH table: axes 2 to 4 along -y, the arm along -x."""
    walk = _Walk(chain)
    _start(walk, side)
    for joint in (1, 2):
        part = walk.now.point[joint + 1] - walk.now.point[joint]
        walk.turn(joint, (0, -1, 0), math.pi - math.atan2(part[2], part[0]))
    down = _crossing(walk.now, 4, 5) - walk.now.point[3]
    walk.turn(3, (0, -1, 0), -0.5 * math.pi - math.atan2(down[2], down[0]))
    out = walk.now.turn[:, 2]
    walk.turn(4, (0, 0, -1), 0.5 * math.pi + math.atan2(out[1], out[0]))
    x = walk.now.turn[:, 0]
    walk.turn(5, (0, -1, 0), -math.atan2(x[2], x[0]))
    point, wrist = walk.now.point, _crossing(walk.now, 4, 5)
    if wrist[1] > 0.0:  # the same arm looked at from behind
        raise _Misfit
    return walk.form(
        "ur",
        [
            point[1, 2],
            point[2, 0] - point[1, 0],
            point[3, 0] - point[2, 0],
            -wrist[1],
            point[3, 2] - wrist[2],
            wrist[1] - walk.now.origin[1],
        ],
    )


def _fits(chain: Chain, form: ClosedForm) -> bool:
    """Say whether the inverse gives back random joint angles, and nothing that is wrong."""
    wide = np.full(6, math.pi)
    kind = UR if form.kind == "ur" else ORTHO_PARALLEL
    inverse = Inverse(kind, form.parameters, form.sign, form.zero, -wide, wide)
    q = np.random.default_rng(1).uniform(-3.0, 3.0, (_TRIALS, 6))
    poses = flanges(chain, q)
    for angles, pose, branches in zip(q, poses, solve_many(inverse, poses), strict=True):
        found = np.ascontiguousarray(branches[np.isfinite(branches).all(axis=1)])
        if not len(found) or np.abs(found - angles).max(axis=1).min() > 1e-4:
            return False
        if np.abs(flanges(chain, found) - pose).max() > _AGREE:
            return False
    return True

"""An arm turned joint by joint into the zero pose of a formula, so that it can be measured."""

import math
from typing import NamedTuple

import numpy as np

from robots.arm import Chain, ClosedForm, Floats, FormulaKind
from robots.kinematics.fk import frames

AGREE = 1e-6  # m and direction cosines
_SQUARE = 1e-6  # cosine of an angle that counts as 90 degrees


class Misfit(Exception):
    """The chain does not have the shape of a formula."""


class Posed(NamedTuple):
    """A chain of n joints at some joint angles, in the base."""

    axis: Floats  # (n, 3) directions of the joints
    point: Floats  # (n, 3) a point on each
    turn: Floats  # (3, 3) flange
    origin: Floats  # (3,)


def _pose(chain: Chain, q: Floats) -> Posed:
    n = q.size
    turns, points = np.empty((n + 2, 3, 3)), np.empty((n + 2, 3))
    frames(chain, q, turns, points)
    axes = np.einsum("kij,kj->ki", turns[1 : n + 1], chain.axis)
    return Posed(axes, points[1 : n + 1], turns[n + 1], points[n + 1])


class Walk:
    """Turns one joint after the other to the zero of a formula and keeps the signs."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        n = len(chain.axis)
        self.q, self.sign = np.zeros(n), np.ones(n)
        self.now = _pose(chain, self.q)

    def turn(self, joint: int, about: tuple[int, int, int], angle: float) -> None:
        """Turn what is beyond a joint by `angle` about a direction, which must be the joint's."""
        cosine = float(self.now.axis[joint] @ np.array(about, dtype=np.float64))
        if abs(abs(cosine) - 1.0) > _SQUARE:
            raise Misfit
        self.sign[joint] = math.copysign(1.0, cosine)
        self.q[joint] = self.sign[joint] * math.remainder(angle, 2.0 * math.pi)
        self.now = _pose(self.chain, self.q)

    def start(self, side: float) -> None:
        """Turn joint 1, about z through the origin, until axis 2 is along y (`side` + or -)."""
        across = self.now.axis[1]
        if np.abs(self.now.point[0, :2]).max() > AGREE or abs(across[2]) > _SQUARE:
            raise Misfit
        self.turn(0, (0, 0, 1), side - math.atan2(across[1], across[0]))

    def crossing(self, first: int, second: int) -> Floats:
        """Return where two axes that are square to each other meet."""
        u, v = self.now.axis[first], self.now.axis[second]
        gap = self.now.point[second] - self.now.point[first]
        if abs(u @ v) > _SQUARE or abs(gap @ np.cross(u, v)) > AGREE:
            raise Misfit
        point: Floats = self.now.point[first] + (gap @ u) * u
        return point

    def form(self, kind: FormulaKind, parameters: list[float]) -> ClosedForm:
        """Return the formula whose zero is where the arm stands now."""
        clean = np.array(parameters).round(12) + 0.0
        return ClosedForm(
            kind=kind, parameters=clean, sign=self.sign, zero=(-self.sign * self.q).round(12) + 0.0
        )

"""An arm as facts: geometry, limits and masses, each with its source; what is unknown is None."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FormulaKind = Literal["ur", "ortho_parallel", "offset_wrist", "scara", "seven"]


class Chain(NamedTuple):
    """A serial chain: n joints that turn or slide, and a flange.

    Link i (from 1) moves with joint i; link 0 is the base.  Frame of link i =
    frame of link i-1 @ (rotation[i-1], offset[i-1]) @ turn by q[i-1] about axis[i-1], or slide by
    q[i-1] along it; frame of the flange = frame of link n @ (rotation[n], offset[n]).  A URDF with
    the same numbers (`origin`, `axis`) has the same frames.
    """

    rotation: Floats  # (n + 1, 3, 3)
    offset: Floats  # (n + 1, 3), m
    axis: Floats  # (n, 3), unit vectors in the frame after the fixed transform
    slides: NDArray[np.bool_]  # (n,), whether a joint slides (m) instead of turning (rad)


class Inertials(NamedTuple):
    """Mass distribution of the moving links, in the frames of `Chain`."""

    mass: Floats  # (n,), kg
    center: Floats  # (n, 3), centre of mass, m
    inertia: Floats  # (n, 3, 3), about the centre of mass, axes of the link frame, kg m2


class Capsules(NamedTuple):
    """Space an arm takes: segments with a radius, each fixed to a link."""

    link: NDArray[np.int64]  # (m,), 0 is the base
    start: Floats  # (m, 3), in the link's frame, m
    end: Floats  # (m, 3)
    radius: Floats  # (m,), m


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClosedForm:
    """Parameters of a closed-form inverse.

    Angles of the formula = sign * angle of the joint + zero.  The parameters, in m, are
    ur: d1 a2 a3 d4 d5 d6; ortho_parallel: a1 a2 b c1 c2 c3 c4; offset_wrist: the same, then the
    offsets of axis 6 from the wrist; scara: lengths of both arms, height; seven: d1 d3 a4 d5 a7 d7.
    """

    kind: FormulaKind
    parameters: Floats
    sign: Floats  # (n,), +1 or -1
    zero: Floats  # (n,), rad


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arm:
    """One arm of the catalogue; n joints, SI units."""

    name: str
    maker: str
    model: str
    joints: tuple[str, ...]  # (n,)
    links: tuple[str, ...]  # (n + 1,), the base first
    chain: Chain
    closed_form: ClosedForm | None  # None: joint angles are found numerically
    lower: Floats  # (n,), rad; of a sliding joint m, and so on below
    upper: Floats  # (n,), rad
    speed: Floats  # (n,), most joint speed, rad/s
    torque: Floats | None  # (n,), most joint torque, N m
    acceleration: Floats | None  # (n,), published limit, rad/s2
    inertials: Inertials | None
    capsules: Capsules
    self_pairs: tuple[tuple[int, int], ...]  # links that may touch each other; n + 1 is the tool
    payload: float | None  # kg
    reach: float | None  # m
    mass: float | None  # kg
    straight_acceleration: float | None  # of the tool on a straight move, m/s2
    assumed: tuple[str, ...]  # groups of numbers that are assumed, not published
    sources: Mapping[str, str]  # group of numbers -> where they are from
    notes: tuple[str, ...]
    # (n,), what the controller refuses to pass whatever the torques, rad/s2; None: nothing
    bound: Floats | None = None
    calibrated: bool = False  # fitted to measured cycles, see `robots.fit`

    @property
    def dof(self) -> int:
        """Number of joints."""
        return len(self.joints)

    @property
    def basis(self) -> Literal["torque", "published limits", "calibrated", "assumed"]:
        """What decides how fast a joint move is."""
        if self.calibrated:
            return "calibrated"
        if self.torque is not None and self.inertials is not None:
            return "torque"
        return "assumed" if self.acceleration is None else "published limits"

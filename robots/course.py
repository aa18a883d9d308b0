"""A path with its time: the fastest motion that no joint, torque or limit of the tool forbids."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from robots import topp
from robots.arm import Arm, Floats
from robots.dynamics import Body
from robots.errors import RobotError
from robots.joined import JointPath
from robots.kinematics.fk import flanges
from robots.kinematics.rates import point_rates
from robots.limits import Effort, acceleration_effort, torque_effort
from robots.profile import Profile
from robots.trajectory import Trajectory

_ROUNDS = 6  # of taking back limits where averaging passes them
_DAMPING = 0.5  # less overshoots: all of an average pays for what one part of it needs
_TIGHT = 1.002  # passing a limit by less is rounding of the grid
_SMALL = 1e-4  # m of way for differences

Basis = Literal[
    "torque", "published limits", "calibrated", "assumed", "published rule of the controller"
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drive:
    """What moves the joints of an arm with its load; n joints."""

    arm: Arm
    pose_flange_tcp: Floats  # (4, 4)
    body: Body | None  # None: accelerations count, not torques
    most: Floats  # (n,), usable torque, N m, or acceleration, rad/s2
    build_up: float  # s in which acceleration builds up
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Caps:
    """Speed limits of one leg."""

    joints: Floats  # (n,), rad/s
    points: float = np.inf  # m/s, of joints, flange and tool centre point
    tool_speed: float = np.inf  # m/s; where the tool is led
    tool_acceleration: float = np.inf  # m/s2, along the way; where the tool is led
    turning: float = np.inf  # rad/s of the tool; where it is led


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """One motion from rest to rest."""

    path: JointPath
    profile: Profile
    basis: Basis
    peak: float  # largest share of the usable torque or acceleration, about 1 where that decides

    @property
    def duration(self) -> float:
        """Time of the motion, s."""
        return self.profile.duration

    def sample(self, t: Floats) -> Trajectory:
        """Return the motion of the joints at instants, s."""
        s, v, a = self.profile.at(t)
        q, first, second = _between(self.path, s)
        v, a = v[:, None], a[:, None]
        return Trajectory(
            t=np.asarray(t, dtype=np.float64),
            q=q,
            qd=first * v,
            qdd=first * a + second * v**2,
            duration=self.duration,
        )


def course(drive: Drive, path: JointPath, caps: Sequence[Caps]) -> Course:
    """Return the fastest motion along a path.

    Parameters
    ----------
    caps : sequence of Caps
        One a leg of the path; in a corner both legs' count.

    Raises
    ------
    RobotError
        If the arm cannot even stand somewhere on the path.
    """
    bounds = bounds_of(drive, path, caps)
    allowance = np.ones(len(path.s))
    best: Profile | None = None
    for _ in range(_ROUNDS if drive.build_up > 0.0 else 1):
        profile = _profile(drive, path, bounds, allowance)
        instants, needed = _needed(profile, path, bounds)
        stretched = replace(profile, stretch=float(np.sqrt(max(1.0, needed.max()))))
        if best is None or stretched.duration < best.duration:
            best = stretched
        if needed.max() <= _TIGHT:
            break
        needs = np.clip(_by_point(profile, instants, needed), 0.5, None)
        allowance = np.minimum(allowance / needs**_DAMPING, 1.0)
    assert best is not None
    return Course(path=path, profile=best, basis=drive.basis, peak=_peak(best, path, bounds))


def bounds_of(drive: Drive, path: JointPath, caps: Sequence[Caps]) -> topp.Bounds:
    """Return what limits the motion along a path; see `course`."""
    effort = _effort(drive, path, path.second)
    held = np.abs(effort.c) / drive.most
    if held.max() >= 1.0:
        worst = int(np.argmax(held.max(axis=0)))
        raise RobotError(
            f"{drive.arm.joints[worst]} needs {held[:, worst].max():.0%} of its usable torque to"
            " stand still on the way"
        )
    way, bend, turn = _tool(drive, path)
    led = np.where(path.tool, 1.0, 0.0)
    speed, pull, turning = (
        _tightest(caps, path, name) for name in ("tool_speed", "tool_acceleration", "turning")
    )
    size = np.maximum(np.linalg.norm(way, axis=1), 1e-12)
    cap = (_tightest(caps, path, "joints") / np.maximum(np.abs(path.first), 1e-12)).min(axis=1)
    cap = np.minimum(cap, np.where(path.tool, speed / size, np.inf))
    cap = np.minimum(cap, np.where(path.tool, turning / np.maximum(turn, 1e-12), np.inf))
    cap = np.minimum(cap, _point_cap(drive, path, _tightest(caps, path, "points")))
    a, b, c = (
        np.hstack([values / drive.most, extra[:, None], more])
        for values, extra, more in (
            (effort.a, led * size / pull, _share(drive, path.first)),
            (effort.b, led * (way * bend).sum(axis=1) / size / pull, _share(drive, path.second)),
            (effort.c, np.zeros(len(led)), 0.0 * _share(drive, path.first)),
        )
    )
    behind, n = b.copy(), drive.arm.dof
    jumps = np.flatnonzero((path.behind != path.second).any(axis=1))
    if jumps.size:
        behind[jumps, :n] = _effort(drive, path, path.behind, jumps).b / drive.most
        behind[jumps, n + 1 :] = _share(drive, path.behind[jumps])
    return topp.Bounds(np.diff(path.s), a, b, behind, c, np.minimum(cap, 1e6) ** 2)


def _share(drive: Drive, rows: Floats) -> Floats:
    """Return shares of the acceleration that the controller allows, (k, n); (k, 0) without."""
    bound = drive.arm.bound
    return rows[:, :0] if bound is None else rows / bound


def _point_cap(drive: Drive, path: JointPath, most: Floats) -> Floats:
    """Return the most ds/dt at which no point of the arm is faster than `most`, (N,)."""
    if np.isinf(most).all():
        return most
    tcp = np.ascontiguousarray(drive.pose_flange_tcp[:3, 3])
    rates = point_rates(drive.arm.chain, tcp, path.q, path.first)
    found: Floats = most / np.maximum(rates, 1e-12)
    return found


def _effort(
    drive: Drive, path: JointPath, second: Floats, rows: NDArray[np.int64] | slice = slice(None)
) -> Effort:
    shape = np.ascontiguousarray(np.stack([path.q[rows], path.first[rows], second[rows]]))
    if drive.body is None:
        return acceleration_effort(drive.most, shape)
    effort: Effort = torque_effort(drive.body, drive.most, shape)
    return effort


def _tightest(caps: Sequence[Caps], path: JointPath, name: str) -> Floats:
    own = np.array([getattr(cap, name) for cap in caps])
    return np.minimum(own[path.leg], own[path.ahead])


def _tool(drive: Drive, path: JointPath) -> tuple[Floats, Floats, Floats]:
    """Return dp/ds, d2p/ds2 of the tool, (N, 3), and how fast it turns with s, (N,) rad/m."""
    h = _SMALL
    sides = [path.q + k * h * path.first + h * h / 2 * path.second for k in (-1.0, 1.0)]
    chain = drive.arm.chain
    before, at, after = (
        flanges(chain, np.ascontiguousarray(q)) @ drive.pose_flange_tcp
        for q in (sides[0], path.q, sides[1])
    )
    first = (after[:, :3, 3] - before[:, :3, 3]) / (2 * h)
    second = (after[:, :3, 3] - 2 * at[:, :3, 3] + before[:, :3, 3]) / h**2
    trace = np.einsum("kij,kij->k", before[:, :3, :3], after[:, :3, :3])
    # |A - B|^2 = 2 (3 - trace(A' B)) = 8 sin^2(angle / 2)
    angle = 2 * np.arcsin(np.sqrt(np.clip((3.0 - trace) / 4.0, 0.0, 1.0)))
    return first, second, angle / (2 * h)


def _profile(drive: Drive, path: JointPath, bounds: topp.Bounds, allowance: Floats) -> Profile:
    part = allowance[:, None]
    a, b, behind = (values / part for values in (bounds.a, bounds.b, bounds.behind))
    asked = topp.Bounds(bounds.step, a, b, behind, bounds.c, bounds.cap * allowance)
    x = np.empty(len(path.s))
    if not topp.fastest_along(topp.at_both_ends(asked), x):
        raise RobotError("no motion along the way keeps the limits")
    return Profile(
        s=path.s, t=topp.instants(bounds.step, x), speed=np.sqrt(x), build_up=drive.build_up
    )


def _needed(profile: Profile, path: JointPath, bounds: topp.Bounds) -> tuple[Floats, Floats]:
    """Return instants, and by how much the square of time must grow there to keep all limits."""
    edges = np.concatenate([profile.t, profile.t + profile.build_up])
    edges.sort()
    instants = (edges[1:] + edges[:-1]) / 2
    if profile.build_up > 0.0:  # acceleration is continuous: extreme at edges, and past jumps
        passed = np.interp(path.s - path.s[0], profile.at(edges)[0], edges)
        beside = 1e-3 * np.diff(passed).min()
        instants = np.sort(np.concatenate([instants, edges, passed - beside, passed + beside]))
    dynamic, held, x, cap = _efforts(profile, path, bounds, instants)
    room = np.where(dynamic > 0, 1.0 - held, 1.0 + held)
    needed = np.maximum((np.abs(dynamic) / room).max(axis=1), x / cap)
    return instants, needed


def _efforts(
    profile: Profile, path: JointPath, bounds: topp.Bounds, instants: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return efforts of motion and of rest, (k, m), x and its cap, (k,), at instants."""
    s, v, u = profile.at(instants)
    low = np.clip(np.searchsorted(path.s, s + path.s[0], side="right") - 1, 0, len(path.s) - 2)
    part = (s + path.s[0] - path.s[low]) / bounds.step[low]

    def read(here: Floats, there: Floats) -> Floats:
        weight = part if here.ndim == 1 else part[:, None]
        found: Floats = here[low] + weight * (there[low + 1] - here[low])
        return found

    x = v**2
    dynamic = read(bounds.a, bounds.a) * u[:, None] + read(bounds.b, bounds.behind) * x[:, None]
    return dynamic, read(bounds.c, bounds.c), x, read(bounds.cap, bounds.cap)


def _by_point(profile: Profile, instants: Floats, needed: Floats) -> Floats:
    """Return for each point of the path the most that any average over it needs, (N,)."""
    first = np.searchsorted(instants, profile.t, side="left")
    last = np.searchsorted(instants, profile.t + profile.build_up, side="right")
    return np.array(
        [needed[a : max(b, a + 1)].max(initial=1.0) for a, b in zip(first, last, strict=True)]
    )


def _peak(profile: Profile, path: JointPath, bounds: topp.Bounds) -> float:
    """Return the largest share of the usable effort of any joint."""
    instants = np.linspace(0.0, profile.duration, 2 * len(path.s))
    dynamic, held, _, _ = _efforts(profile, path, bounds, instants)
    return float(np.abs(dynamic + held)[:, : path.q.shape[1]].max())


def _between(path: JointPath, s: Floats) -> tuple[Floats, Floats, Floats]:
    """Return joint angles between the points of a path: cubics that meet values and slopes."""
    low = np.clip(np.searchsorted(path.s, s + path.s[0], side="right") - 1, 0, len(path.s) - 2)
    h = (path.s[low + 1] - path.s[low])[:, None]
    x = (s + path.s[0] - path.s[low])[:, None] / h
    rise = path.q[low + 1] - path.q[low]
    enter, leave = h * path.first[low], h * path.first[low + 1]
    two, three = 3 * rise - 2 * enter - leave, enter + leave - 2 * rise
    q = path.q[low] + x * (enter + x * (two + x * three))
    first = (enter + x * (2 * two + x * 3 * three)) / h
    return q, first, (2 * two + x * 6 * three) / h**2

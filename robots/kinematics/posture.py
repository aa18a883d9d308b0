"""How near an arm stands to a singular pose, of which kind, and how far a pose is out of reach."""

import math
from typing import NamedTuple

import numpy as np

from robots.arm import Arm, Floats
from robots.kinematics.fk import flange, flanges, jacobian
from robots.kinematics.ik_numeric import CLOSE, any_angles, twist_between

NEAR = 0.02  # of `Posture.evenness`: below it joints turn fast where the tool moves slowly
_TURN_WEIGHT = 10.0  # m/rad: the orientation is kept, the position gives way
_STARTS, _ITERATIONS = 24, 60


class Posture(NamedTuple):
    """How an arm stands."""

    evenness: (
        float  # 0 singular; least over largest speed of the flange for joint speeds of one size
    )
    kind: str  # what is nearest to lining up: wrist, elbow or shoulder; "" where not known
    joints: tuple[str, ...]  # those that turn against each other in the singular pose

    @property
    def singular(self) -> bool:
        """Whether it is near enough to a singular pose to matter."""
        return self.evenness < NEAR


class Miss(NamedTuple):
    """The nearest pose that an arm reaches instead of one that it does not."""

    distance: float  # m
    angle: float  # rad
    pose_base_flange: Floats  # (4, 4)


def size_of(arm: Arm) -> float:
    """Return the length of an arm's chain, m."""
    return float(np.linalg.norm(arm.chain.offset, axis=1).sum())


def posture(arm: Arm, q: Floats) -> Posture:
    """Return how an arm stands at joint angles of shape (n,), rad."""
    speeds = jacobian(arm.chain, np.asarray(q, dtype=np.float64))
    speeds[:3] /= size_of(arm)
    _, values, rows = np.linalg.svd(speeds)
    joints = min(arm.dof, 6)
    lost = np.abs(rows[joints - 1])
    names = tuple(arm.joints[k] for k in range(arm.dof) if lost[k] > 0.3)
    return Posture(float(values[joints - 1] / values[0]), _kind(arm, q), names)


def _kind(arm: Arm, q: Floats) -> str:
    """Return which of the arm's parts is nearest to lining up."""
    form = arm.closed_form
    if form is None:
        return ""
    t = form.sign * np.asarray(q) + form.zero
    given = {"elbow": abs(math.sin(_elbow(form.kind, form.parameters, t)))}
    if form.kind == "seven":
        given |= {"shoulder": abs(math.sin(t[1])), "wrist": abs(math.sin(t[5]))}
    elif form.kind != "scara":
        given |= {"shoulder": _shoulder(arm, q), "wrist": abs(math.sin(t[4]))}
    return min(given, key=lambda name: given[name])


def _elbow(kind: str, parameters: Floats, t: Floats) -> float:
    """Return the angle between upper arm and forearm, 0 stretched out."""
    if kind in ("ortho_parallel", "offset_wrist"):
        return float(t[2] + math.atan2(parameters[1], parameters[5]))
    if kind == "seven":
        return float(t[3] + math.atan2(parameters[2], parameters[1]) * 2.0)
    return float(t[1] if kind == "scara" else t[2])


def _shoulder(arm: Arm, q: Floats) -> float:
    """Return how far the wrist is from axis 1, as a part of the arm's length."""
    at = flange(arm.chain, q)
    form = arm.closed_form
    assert form is not None
    back = form.parameters[5 if form.kind == "ur" else 6]
    wrist = at[:3, 3] - back * at[:3, 2]
    return float(math.hypot(wrist[0], wrist[1]) / size_of(arm))


def flange_reach(arm: Arm) -> float:
    """Return how far the flange gets from axis 1, horizontally, whatever its orientation, m.

    Found by trying: a thousand postures, the best of them improved joint by joint.
    """
    draws = np.random.default_rng(1)
    best = draws.uniform(arm.lower, arm.upper, (1000, arm.dof))
    best = best[np.argsort(-_out(arm, best))[:8]]
    step = 0.5
    while step > 1e-5:
        moves = np.concatenate([np.zeros((1, arm.dof)), np.eye(arm.dof), -np.eye(arm.dof)])
        around = np.clip(best[:, None] + step * moves, arm.lower, arm.upper)
        far = _out(arm, around.reshape(-1, arm.dof)).reshape(len(best), -1)
        pick = np.where(far.max(axis=1) > far[:, 0] + 1e-9, far.argmax(axis=1), 0)
        if not pick.any():
            step /= 2.0
        best = around[np.arange(len(best)), pick]
    return float(_out(arm, best).max())


def _out(arm: Arm, q: Floats) -> Floats:
    out: Floats = np.linalg.norm(flanges(arm.chain, np.ascontiguousarray(q))[:, :2, 3], axis=1)
    return out


def miss(arm: Arm, pose_base_flange: Floats) -> Miss | None:
    """Return the nearest pose with nearly the same orientation, None if the pose itself is reached.

    Parameters
    ----------
    pose_base_flange : ndarray, shape (4, 4)
    """
    turn = np.ascontiguousarray(pose_base_flange[:3, :3])
    place = np.ascontiguousarray(pose_base_flange[:3, 3])
    if any_angles(arm.chain, arm.lower, arm.upper, turn, place, np.empty(arm.dof)):
        return None
    draws = np.random.default_rng(1).uniform(arm.lower, arm.upper, (_STARTS, arm.dof))
    tries = [_closest(arm, turn, place, q) for q in draws]
    q = min(tries, key=lambda q: _error(arm, turn, place, q) @ _error(arm, turn, place, q))
    error = _error(arm, turn, place, q)
    if np.linalg.norm(error) < CLOSE:
        return None
    angle = float(np.linalg.norm(error[3:])) / _TURN_WEIGHT
    return Miss(float(np.linalg.norm(error[:3])), angle, flange(arm.chain, q))


def _error(arm: Arm, turn: Floats, place: Floats, q: Floats) -> Floats:
    at, twist = flange(arm.chain, q), np.empty(6)
    twist_between(
        np.ascontiguousarray(at[:3, :3]), np.ascontiguousarray(at[:3, 3]), turn, place, twist
    )
    twist[3:] *= _TURN_WEIGHT
    return twist


def _closest(arm: Arm, turn: Floats, place: Floats, q: Floats) -> Floats:
    """Return joint angles within limits that come nearest (Levenberg and Marquardt)."""
    error, damping = _error(arm, turn, place, q), 1e-2
    for _ in range(_ITERATIONS):
        jac = jacobian(arm.chain, q)
        jac[3:] *= _TURN_WEIGHT
        square = jac.T @ jac
        step = np.linalg.solve(square + damping * np.eye(arm.dof), jac.T @ error)
        trial = np.clip(q + step, arm.lower, arm.upper)
        left = _error(arm, turn, place, trial)
        if left @ left < error @ error:
            q, error, damping = trial, left, max(damping / 3.0, 1e-9)
        else:
            damping *= 4.0
        if damping > 1e6:
            break
    return q

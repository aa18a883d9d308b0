"""Joint torques of a chain with its load: recursive Newton-Euler; kernels and what stands on them.

R. Featherstone, "Rigid body dynamics algorithms", 2008, 5.3; J. Luh, M. Walker, R. Paul, 1980.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from robots.arm import Arm, Chain, Floats, Inertials
from robots.errors import RobotError
from robots.jit import compiled
from robots.kinematics.fk import multiply, turn_about
from robots.task import ArmTask, Tool

GRAVITY = 9.80665  # m/s2, standard


class Body(NamedTuple):
    """A chain with the masses it moves and the gravity it stands in."""

    chain: Chain
    inertials: Inertials
    gravity: Floats  # (3,), in the base, m/s2


Vector = tuple[float, float, float]  # kept in registers: small arrays cost an allocation each

_STILL: Vector = (0.0, 0.0, 0.0)


@compiled
def _row(rows: Floats, i: int) -> Vector:
    return rows[i, 0], rows[i, 1], rows[i, 2]


@compiled
def _plus(a: Vector, b: Vector) -> Vector:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


@compiled
def _scaled(a: Vector, k: float) -> Vector:
    return a[0] * k, a[1] * k, a[2] * k


@compiled
def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@compiled
def _cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@compiled
def _times(matrix: Floats, v: Vector) -> Vector:
    """Return matrix @ v."""
    return (
        matrix[0, 0] * v[0] + matrix[0, 1] * v[1] + matrix[0, 2] * v[2],
        matrix[1, 0] * v[0] + matrix[1, 1] * v[1] + matrix[1, 2] * v[2],
        matrix[2, 0] * v[0] + matrix[2, 1] * v[1] + matrix[2, 2] * v[2],
    )


@compiled
def _into(turn: Floats, v: Vector) -> Vector:
    """Return turn' @ v."""
    return (
        turn[0, 0] * v[0] + turn[1, 0] * v[1] + turn[2, 0] * v[2],
        turn[0, 1] * v[0] + turn[1, 1] * v[1] + turn[2, 1] * v[2],
        turn[0, 2] * v[0] + turn[1, 2] * v[1] + turn[2, 2] * v[2],
    )


@compiled
def _carried(w: Vector, dw: Vector, arm: Vector) -> Vector:
    """Return what a point at `arm` is accelerated beside its frame: dw x arm + w x (w x arm)."""
    return _plus(_cross(dw, arm), _cross(w, _cross(w, arm)))


class _Links(NamedTuple):
    """The pose of n links, and what is summed up over them while torques are worked out."""

    turn: Floats  # (n, 3, 3), of link i + 1 in link i
    lever: Floats  # (n, 3), m
    force: Floats  # (n, 3), N
    moment: Floats  # (n, 3), about the link's frame, N m
    about: Floats  # (3, 3), scratch


@compiled
def _links(n: int) -> _Links:
    rows = np.empty((3, n, 3))
    return _Links(np.empty((n, 3, 3)), rows[0], rows[1], rows[2], np.empty((3, 3)))


@compiled
def _pose(chain: Chain, q: Floats, links: _Links) -> None:
    """Write the rotation and offset of each link in the one before."""
    for i in range(q.size):
        lever = _row(chain.offset, i)
        if chain.slides[i]:
            for j in range(3):  # one by one: a whole array takes a second to compile
                for k in range(3):
                    links.turn[i, j, k] = chain.rotation[i, j, k]
            slid = _times(chain.rotation[i], _scaled(_row(chain.axis, i), q[i]))
            lever = _plus(lever, slid)
        else:
            turn_about(chain.axis[i], q[i], links.about)
            multiply(chain.rotation[i], links.about, links.turn[i])
        links.lever[i, 0], links.lever[i, 1], links.lever[i, 2] = lever


@compiled
def _outward(body: Body, pull: float, qd: Floats, qdd: Floats, links: _Links) -> None:
    """Write the force and the moment that move each link by itself; `pull` is the part of gravity.

    The frame of a link is accelerated by `a`, with gravity taken off.
    """
    chain, inertials = body.chain, body.inertials
    w, dw = _STILL, _STILL
    a = (-pull * body.gravity[0], -pull * body.gravity[1], -pull * body.gravity[2])
    for i in range(qd.size):
        turn, axis, center = links.turn[i], _row(chain.axis, i), _row(inertials.center, i)
        own, rate = _scaled(axis, qd[i]), _scaled(axis, qdd[i])
        a = _into(turn, _plus(a, _carried(w, dw, _row(links.lever, i))))
        w, dw = _into(turn, w), _into(turn, dw)
        if chain.slides[i]:  # twice the cross product: Coriolis, sliding on a turning link
            a = _plus(_plus(a, _scaled(_cross(w, own), 2.0)), rate)
        else:
            dw = _plus(_plus(dw, _cross(w, own)), rate)
            w = _plus(w, own)
        force = _scaled(_plus(a, _carried(w, dw, center)), inertials.mass[i])
        spun = _cross(w, _times(inertials.inertia[i], w))
        moment = _plus(_plus(_times(inertials.inertia[i], dw), spun), _cross(center, force))
        links.force[i, 0], links.force[i, 1], links.force[i, 2] = force
        links.moment[i, 0], links.moment[i, 1], links.moment[i, 2] = moment


@compiled
def _inward(chain: Chain, links: _Links, tau: Floats) -> None:
    """Write what each joint gives so that all links after it move as they do."""
    force, moment = _STILL, _STILL
    for i in range(tau.size - 1, -1, -1):
        force, moment = _plus(force, _row(links.force, i)), _plus(moment, _row(links.moment, i))
        tau[i] = _dot(force if chain.slides[i] else moment, _row(chain.axis, i))
        force = _times(links.turn[i], force)
        moment = _plus(_times(links.turn[i], moment), _cross(_row(links.lever, i), force))


@compiled
def torques(body: Body, q: Floats, qd: Floats, qdd: Floats, tau: Floats) -> None:
    """Write the joint torques of a motion; of a sliding joint the force along its axis, N.

    Parameters
    ----------
    q, qd, qdd : ndarray, shape (n,)
        rad, rad/s, rad/s2.
    tau : ndarray, shape (n,)
        N m.
    """
    links = _links(q.size)
    _pose(body.chain, q, links)
    _outward(body, 1.0, qd, qdd, links)
    _inward(body.chain, links, tau)


@compiled
def inverse_dynamics(body: Body, q: Floats, qd: Floats, qdd: Floats) -> Floats:
    """Return joint torques, (m, n), N m, of m states of shape (m, n) each."""
    tau = np.empty(q.shape)
    for k in range(q.shape[0]):
        torques(body, q[k], qd[k], qdd[k], tau[k])
    return tau


@compiled
def along_path(body: Body, path: Floats, a: Floats, b: Floats, c: Floats) -> None:
    """Write what a, b and c are in the torques a s'' + b s'^2 + c of a motion along a path.

    Parameters
    ----------
    path : ndarray, shape (3, N, n)
        q, dq/ds and d2q/ds2.
    a, b, c : ndarray, shape (N, n)
    """
    zero, links = np.zeros(path.shape[2]), _links(path.shape[2])
    for k in range(path.shape[1]):
        _pose(body.chain, path[0, k], links)
        _outward(body, 1.0, zero, zero, links)
        _inward(body.chain, links, c[k])
        _outward(body, 0.0, zero, path[1, k], links)
        _inward(body.chain, links, a[k])
        _outward(body, 0.0, path[1, k], path[2, k], links)
        _inward(body.chain, links, b[k])


@compiled
def mass_matrix(body: Body, q: Floats) -> Floats:
    """Return the mass matrix at joint angles of shape (n,), (n, n), kg m2."""
    n = q.size
    zero, unit, links = np.zeros(n), np.zeros(n), _links(n)
    matrix = np.empty((n, n))
    _pose(body.chain, q, links)
    for i in range(n):
        unit[i] = 1.0
        _outward(body, 0.0, zero, unit, links)
        _inward(body.chain, links, matrix[i])
        unit[i] = 0.0
    return matrix


@compiled
def acceleration_room(body: Body, limit: Floats, q: Floats) -> Floats:
    """Return (limit - |gravity torque|) / M_ii at each of m poses, (m, n), rad/s2.

    How fast each joint could be accelerated by itself out of standstill.
    """
    n = q.shape[1]
    room, zero, held = np.empty(q.shape), np.zeros(n), np.empty(n)
    for k in range(q.shape[0]):
        torques(body, q[k], zero, zero, held)
        matrix = mass_matrix(body, q[k])
        for i in range(n):
            room[k, i] = (limit[i] - abs(held[i])) / matrix[i, i]
    return room


def with_load(arm: Arm, mass: float, center: Floats, inertia: Floats | None = None) -> Inertials:
    """Return the arm's inertials with a load fixed to the flange.

    Parameters
    ----------
    mass : float
        kg.
    center : ndarray, shape (3,)
        Centre of mass in the flange frame, m.
    inertia : ndarray, shape (3, 3), optional
        About that centre, axes of the flange, kg m2; default: a point mass.

    Raises
    ------
    RobotError
        If the arm's masses are not known.
    """
    if arm.inertials is None:
        raise RobotError(f"{arm.name}: the masses of its links are not known")
    turn, own = arm.chain.rotation[-1], arm.inertials
    at = turn @ np.asarray(center, dtype=np.float64) + arm.chain.offset[-1]
    extra = np.zeros((3, 3)) if inertia is None else turn @ inertia @ turn.T
    masses, centers, inertias = own.mass.copy(), own.center.copy(), own.inertia.copy()
    total = masses[-1] + mass
    centers[-1] = (masses[-1] * own.center[-1] + mass * at) / total
    inertias[-1] = (
        own.inertia[-1]
        + _steiner(masses[-1], own.center[-1] - centers[-1])
        + extra
        + _steiner(mass, at - centers[-1])
    )
    masses[-1] = total
    return Inertials(masses, centers, inertias)


def _steiner(mass: float, arm: Floats) -> Floats:
    moved: Floats = mass * (arm @ arm * np.eye(3) - np.outer(arm, arm))
    return moved


def body_with(
    arm: Arm, pose_cell_base: Floats, tools: Sequence[Tool], tcp: Floats, part: float
) -> Body:
    """Return an arm with tools, and a part of mass `part` (kg) at `tcp`, in the cell's gravity.

    The part is a point mass, each tool a point mass at its centre.

    Parameters
    ----------
    tcp : ndarray, shape (3,)
        In the flange frame, m.
    """
    points = [(tool.mass, np.asarray(tool.center_of_mass, dtype=np.float64)) for tool in tools]
    points.append((part, tcp))
    mass = sum(own for own, _ in points)
    center = np.asarray(sum(own * at for own, at in points) / mass) if mass > 0 else np.zeros(3)
    spread = np.sum([_steiner(own, at - center) for own, at in points], axis=0)
    down = np.array([0.0, 0.0, -GRAVITY])
    gravity = np.ascontiguousarray(pose_cell_base[:3, :3].T @ down)
    return Body(arm.chain, with_load(arm, mass, center, spread), gravity)


def body_of(task: ArmTask, load: int) -> Body:
    """Return the arm of a task with its grippers and a load, 0 none, 1 + k; see `body_with`."""
    part = task.loads[load - 1] if load else 0.0
    tcp = task.gripper_of(load).pose_flange_tcp[:3, 3]
    return body_with(task.arm, task.pose_cell_base, task.grippers, tcp, part)

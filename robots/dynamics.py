"""Joint torques of a chain with its load: recursive Newton-Euler; kernels and what stands on them.

R. Featherstone, "Rigid body dynamics algorithms", 2008, 5.3; J. Luh, M. Walker, R. Paul, 1980.
"""

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


@compiled
def _into(turn: Floats, v: Floats, out: Floats) -> None:
    """Write turn' @ v."""
    for k in range(3):
        out[k] = turn[0, k] * v[0] + turn[1, k] * v[1] + turn[2, k] * v[2]


@compiled
def _add_cross(a: Floats, b: Floats, out: Floats) -> None:
    """Add a x b."""
    out[0] += a[1] * b[2] - a[2] * b[1]
    out[1] += a[2] * b[0] - a[0] * b[2]
    out[2] += a[0] * b[1] - a[1] * b[0]


@compiled
def _carry(w: Floats, dw: Floats, arm: Floats, spin: Floats, out: Floats) -> None:
    """Add to `out` the acceleration of a point at `arm`: dw x arm + w x (w x arm)."""
    _add_cross(dw, arm, out)
    spin[:] = 0.0
    _add_cross(w, arm, spin)
    _add_cross(w, spin, out)


@compiled
def _wrench(inertials: Inertials, i: int, w: Floats, dw: Floats, f: Floats, out: Floats) -> None:
    """Write the moment of link i about its frame; `f`: acceleration of its centre, then force."""
    momentum, inertia, center = np.zeros(3), inertials.inertia[i], inertials.center[i]
    for k in range(3):
        f[k] *= inertials.mass[i]
        out[k] = 0.0
        for j in range(3):
            momentum[k] += inertia[k, j] * w[j]
            out[k] += inertia[k, j] * dw[j]
    _add_cross(w, momentum, out)
    _add_cross(center, f, out)


@compiled
def _step(chain: Chain, i: int, angle: float, turn: Floats, lever: Floats) -> None:
    """Write the rotation and offset of link i + 1 in link i."""
    for k in range(3):
        lever[k] = chain.offset[i, k]
    if not chain.slides[i]:
        about = np.empty((3, 3))
        turn_about(chain.axis[i], angle, about)
        multiply(chain.rotation[i], about, turn)
        return
    for k in range(3):
        for j in range(3):
            turn[k, j] = chain.rotation[i, k, j]
            lever[k] += chain.rotation[i, k, j] * chain.axis[i, j] * angle


class _Links(NamedTuple):
    """The state of n links while torques are worked out; row i of n + 1 is the base or link i."""

    turn: Floats  # (n, 3, 3), of link i + 1 in link i
    lever: Floats  # (n, 3), m
    w: Floats  # (n + 1, 3), angular velocity, rad/s
    dw: Floats  # (n + 1, 3), angular acceleration, rad/s2
    a: Floats  # (n + 1, 3), acceleration, gravity taken off, m/s2


@compiled
def _outward(chain: Chain, i: int, speed: float, rate: float, links: _Links) -> None:
    """Write the motion of link i + 1 from that of link i."""
    spin, own = np.empty(3), np.empty(3)
    w, dw, a = links.w, links.dw, links.a
    _carry(w[i], dw[i], links.lever[i], spin, a[i])
    _into(links.turn[i], w[i], w[i + 1])
    _into(links.turn[i], dw[i], dw[i + 1])
    _into(links.turn[i], a[i], a[i + 1])
    for k in range(3):
        own[k] = chain.axis[i, k] * speed
    if chain.slides[i]:  # twice the cross product: Coriolis, sliding on a turning link
        _add_cross(w[i + 1], own, a[i + 1])
        _add_cross(w[i + 1], own, a[i + 1])
        for k in range(3):
            a[i + 1, k] += chain.axis[i, k] * rate
        return
    _add_cross(w[i + 1], own, dw[i + 1])
    for k in range(3):
        w[i + 1, k] += own[k]
        dw[i + 1, k] += chain.axis[i, k] * rate


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
    chain, n = body.chain, q.size
    motion = np.zeros((3, n + 1, 3))
    links = _Links(np.empty((n, 3, 3)), np.empty((n, 3)), motion[0], motion[1], motion[2])
    force, moment, spin = np.zeros((n + 1, 3)), np.zeros((n + 1, 3)), np.empty(3)
    links.a[0] = -body.gravity
    for i in range(n):
        _step(chain, i, q[i], links.turn[i], links.lever[i])
        _outward(chain, i, qd[i], qdd[i], links)
        w, dw = links.w[i + 1], links.dw[i + 1]
        force[i] = links.a[i + 1]
        _carry(w, dw, body.inertials.center[i], spin, force[i])
        _wrench(body.inertials, i, w, dw, force[i], moment[i])
    for i in range(n - 1, -1, -1):
        load = force[i] if chain.slides[i] else moment[i]
        tau[i] = 0.0
        for k in range(3):
            tau[i] += load[k] * chain.axis[i, k]
        if i > 0:
            for k in range(3):
                spin[k] = 0.0
                for j in range(3):
                    spin[k] += links.turn[i, k, j] * force[i, j]
                    moment[i - 1, k] += links.turn[i, k, j] * moment[i, j]
            _add_cross(links.lever[i], spin, moment[i - 1])
            for k in range(3):
                force[i - 1, k] += spin[k]


@compiled
def inverse_dynamics(body: Body, q: Floats, qd: Floats, qdd: Floats) -> Floats:
    """Return joint torques, (m, n), N m, of m states of shape (m, n) each."""
    tau = np.empty(q.shape)
    for k in range(q.shape[0]):
        torques(body, q[k], qd[k], qdd[k], tau[k])
    return tau


@compiled
def mass_matrix(body: Body, q: Floats) -> Floats:
    """Return the mass matrix at joint angles of shape (n,), (n, n), kg m2."""
    n = q.size
    zero, unit, held = np.zeros(n), np.zeros(n), np.empty(n)
    matrix = np.empty((n, n))
    torques(body, q, zero, zero, held)
    for i in range(n):
        unit[i] = 1.0
        torques(body, q, zero, unit, matrix[i])
        unit[i] = 0.0
        for k in range(n):
            matrix[i, k] -= held[k]
    return matrix


@compiled
def acceleration_room(body: Body, limit: Floats, q: Floats) -> Floats:
    """Return (limit - |gravity torque|) / M_ii at each of m poses, (m, n), rad/s2.

    How fast each joint could be accelerated by itself out of standstill.
    """
    n = q.shape[1]
    room, zero, unit = np.empty(q.shape), np.zeros(n), np.zeros(n)
    held, moved = np.empty(n), np.empty(n)
    for k in range(q.shape[0]):
        torques(body, q[k], zero, zero, held)
        for i in range(n):
            unit[i] = 1.0
            torques(body, q[k], zero, unit, moved)
            unit[i] = 0.0
            room[k, i] = (limit[i] - abs(held[i])) / (moved[i] - held[i])
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


def body_with(arm: Arm, pose_cell_base: Floats, tool: Tool, part: float) -> Body:
    """Return an arm with a tool, and a part of mass `part` (kg) in it, in the cell's gravity.

    The part is a point mass at the tcp, the tool a point mass at its centre.
    """
    mass = tool.mass + part
    tcp = tool.pose_flange_tcp[:3, 3]
    at = np.asarray(tool.center_of_mass, dtype=np.float64)
    center = at if mass == 0 else (tool.mass * at + part * tcp) / mass
    spread = _steiner(tool.mass, at - center) + _steiner(part, tcp - center)
    down = np.array([0.0, 0.0, -GRAVITY])
    gravity = np.ascontiguousarray(pose_cell_base[:3, :3].T @ down)
    return Body(arm.chain, with_load(arm, mass, center, spread), gravity)


def body_of(task: ArmTask, loaded: bool) -> Body:
    """Return the arm of a task with its tool, and its part where `loaded`; see `body_with`."""
    part = task.part_mass if loaded else 0.0
    return body_with(task.arm, task.pose_cell_base, task.tool, part)

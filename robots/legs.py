"""Legs of a motion: what the joints do on the way from one point to the next.

Each leg has a length of its own parameter, m of way of the tool, and gives joint angles with two
derivatives at any place along it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from robots.arm import Arm, Floats
from robots.errors import RobotError
from robots.kinematics.fk import flanges
from robots.kinematics.inverse import inverse_of
from robots.spline import spline
from robots.straight import follow

STATIONS = 81  # poses looked at along a leg of the tool
_LEVER = 0.1  # m: where the tool only turns, an angle counts as its way at this distance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leg:
    """Joint angles at equal steps of the way; two rows: straight in joint space."""

    length: float  # m
    rows: Floats  # (k, n), k = 2 or more, rad
    tool: bool  # whether the tool follows a line or an arc, so that limits of the tool count

    def at(self, s: Floats) -> tuple[Floats, Floats, Floats]:
        """Return joint angles at places (m) along the leg and two derivatives, (k, n) each."""
        if len(self.rows) > 2:
            return spline(self.rows, self.length, s)
        slope = (self.rows[1] - self.rows[0]) / self.length
        along = np.asarray(s, dtype=np.float64)[:, None]
        first = np.tile(slope, (len(s), 1))
        return self.rows[0] + along * slope, first, np.zeros_like(first)


def joint_leg(arm: Arm, pose_flange_tcp: Floats, start: Floats, goal: Floats) -> Leg:
    """Return the leg straight in joint space between two positions of the joints, rad."""
    part = np.linspace(0.0, 1.0, 21)[:, None]
    at = (flanges(arm.chain, start + part * (goal - start)) @ pose_flange_tcp)[:, :3, 3]
    way = float(np.linalg.norm(np.diff(at, axis=0), axis=1).sum())
    turned = _LEVER * float(np.abs(goal - start).max())
    return Leg(length=max(way, turned), rows=np.stack([start, goal]), tool=False)


def tool_leg(arm: Arm, pose_flange_tcp: Floats, start: Floats, poses: Floats, length: float) -> Leg:
    """Return the leg on which the tool passes poses in the base, from joint angles at the first.

    Parameters
    ----------
    start : ndarray, shape (n,)
        rad.
    poses : ndarray, shape (k, 4, 4)
        pose_base_tcp at equal steps.
    length : float
        m.

    Raises
    ------
    RobotError
        If the arm cannot follow: out of reach, a joint at its limit, or a singular pose.
    """
    if length < 1e-9:
        raise RobotError("the tool is there already")
    path = np.empty((len(poses), arm.dof))
    path[0] = start
    flange = poses @ np.linalg.inv(pose_flange_tcp)
    if not follow(inverse_of(arm), np.ascontiguousarray(flange), path):
        raise RobotError("out of reach on the way, or a singular pose")
    over = np.maximum(arm.lower - path, path - arm.upper).max(axis=0)
    if over.max() > 1e-9:
        worst = int(np.argmax(over))
        raise RobotError(
            f"{arm.joints[worst]} passes its limit by {math.degrees(over[worst]):.1f}"
            " degrees on the way"
        )
    return Leg(length=length, rows=path, tool=True)


def line(start: Floats, goal: Floats) -> tuple[Floats, float]:
    """Return poses at equal steps of a straight way of the tool, and its length, m.

    The tool turns evenly about one axis.

    Parameters
    ----------
    start, goal : ndarray, shape (4, 4)
    """
    way = goal[:3, 3] - start[:3, 3]
    part = np.linspace(0.0, 1.0, STATIONS)
    turn = _turn_between(start, goal)
    length = max(float(np.linalg.norm(way)), _LEVER * float(np.linalg.norm(turn)))
    return _poses(start, turn, part, lambda k: start[:3, 3] + k * way), length


def arc(start: Floats, via: Floats, goal: Floats) -> tuple[Floats, float]:
    """Return poses at equal steps of a circular way of the tool through a point, and its length, m.

    The tool turns evenly from the first orientation to the last; that of `via` does not count.

    Parameters
    ----------
    start, goal : ndarray, shape (4, 4)
    via : ndarray, shape (3,)
        m.

    Raises
    ------
    RobotError
        If the three points lie on a line.
    """
    a, b, c = start[:3, 3], np.asarray(via, dtype=np.float64), goal[:3, 3]
    u, v = b - a, c - a
    normal = np.cross(u, v)
    square = float(normal @ normal)
    if square < 1e-8 * float(u @ u) * float(v @ v) or square == 0.0:
        raise RobotError("the three points of a circle lie on a line; write a straight move")
    center = a + np.cross(normal, v * (u @ u) - u * (v @ v)) / (-2.0 * square)
    out = a - center
    axis = normal / math.sqrt(square)
    side = np.cross(axis, out)
    end = c - center
    angle = math.atan2(float(end @ side), float(end @ out)) % (2.0 * math.pi)
    part = np.linspace(0.0, 1.0, STATIONS)
    turn = _turn_between(start, goal)

    def place(k: Floats) -> Floats:
        return center + np.cos(k * angle) * out + np.sin(k * angle) * side

    return _poses(start, turn, part, place), float(np.linalg.norm(out)) * angle


def _poses(start: Floats, turn: Floats, part: Floats, place: Callable[[Floats], Floats]) -> Floats:
    poses = np.tile(np.eye(4), (len(part), 1, 1))
    poses[:, :3, 3] = place(part[:, None])
    poses[:, :3, :3] = start[:3, :3] @ rotations(part[:, None] * turn)
    return poses


def rotations(vectors: Floats) -> Floats:
    """Return the rotations of rotation vectors (axis times angle, rad), (k, 3) to (k, 3, 3)."""
    angle = np.linalg.norm(vectors, axis=1)[:, None, None]
    k = np.zeros((len(vectors), 3, 3))
    x, y, z = vectors.T
    k[:, 0, 1], k[:, 0, 2], k[:, 1, 2] = -z, y, -x
    k -= k.transpose(0, 2, 1)
    # sin(a)/a and (1 - cos(a))/a^2, at 0 as their limits: np.sinc is sin(pi x)/(pi x).
    first, second = np.sinc(angle / np.pi), 0.5 * np.sinc(angle / (2 * np.pi)) ** 2
    turned: Floats = np.eye(3) + first * k + second * (k @ k)
    return turned


def _turn_between(start: Floats, goal: Floats) -> Floats:
    """Return the rotation vector from one orientation to another, in the axes of the first."""
    from robots.frames import quaternion

    q = quaternion(start[:3, :3].T @ goal[:3, :3])
    sine = float(np.linalg.norm(q[:3]))
    if sine < 1e-12:
        return np.zeros(3)
    turned: Floats = q[:3] / sine * 2.0 * math.atan2(sine, float(q[3]))
    return turned

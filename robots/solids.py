"""Surfaces of simple bodies as triangles, for pictures."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from robots.arm import Floats

AROUND = 28  # corners of a circle
_RINGS = 7  # of a half ball


class Surface(NamedTuple):
    """Triangles with a normal at each corner."""

    points: Floats  # (v, 3), m
    normals: Floats  # (v, 3)
    corners: NDArray[np.int64]  # (t, 3) rows of `points`, anticlockwise from outside


def placed(surface: Surface, rotation: Floats, origin: Floats) -> Surface:
    """Return a surface turned and moved."""
    points, normals = surface.points @ rotation.T + origin, surface.normals @ rotation.T
    return Surface(points, normals, surface.corners)


def capsule(start: Floats, end: Floats, radius: float) -> Surface:
    """Return the surface of a segment with a radius."""
    length = float(np.linalg.norm(end - start))
    angles = np.linspace(0.0, np.pi / 2, _RINGS)
    lower = [(np.sin(a), -np.cos(a), 0.0) for a in angles]
    upper = [(np.sin(a), np.cos(a), length) for a in angles[::-1]]
    profile = np.array(lower + upper)  # radius and height of the normal, height of the centre
    normals = _turned(profile[:, 0], profile[:, 1])
    lift = np.repeat(profile[:, 2], AROUND)[:, None] * np.array([0.0, 0.0, 1.0])
    surface = Surface(normals * radius + lift, normals, _rings(len(profile)))
    axis = (end - start) / length if length > 1e-9 else np.array([0.0, 0.0, 1.0])
    return placed(surface, _towards(axis), start)


def cylinder(radius: float, height: float) -> Surface:
    """Return the surface of an upright cylinder about the origin."""
    half = height / 2
    radii = np.array([0.0, radius, radius, radius, radius, 0.0])
    heights = np.array([-half, -half, -half, half, half, half])
    across, along = np.array([0, 0, 1, 1, 0, 0.0]), np.array([-1, -1, 0, 0, 1, 1.0])
    return Surface(_turned(radii, heights), _turned(across, along), _rings(6))


def box(size: tuple[float, ...]) -> Surface:
    """Return the surface of a box about the origin; full lengths x, y, z."""
    points: list[Floats] = []
    normals: list[Floats] = []
    corners: list[tuple[int, int, int]] = []
    for axis in range(3):
        for side in (-1.0, 1.0):
            normal = np.zeros(3)
            normal[axis] = side
            u, v = np.roll(np.eye(3)[axis], 1), np.roll(np.eye(3)[axis], 2)
            first = len(points)
            signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
            points += [normal + a * u + b * v for a, b in signs]
            normals += [normal] * 4
            order = (0, 1, 2, 3) if side > 0 else (3, 2, 1, 0)
            a, b, c, d = (first + k for k in order)
            corners += [(a, b, c), (a, c, d)]
    return Surface(np.array(points) * np.array(size) / 2, np.array(normals), np.array(corners))


def _turned(radii: Floats, heights: Floats) -> Floats:
    """Return a profile turned about z, (rings * AROUND, 3)."""
    angles = np.linspace(0.0, 2.0 * np.pi, AROUND, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    flat = radii[:, None, None] * circle
    high = np.broadcast_to(heights[:, None, None], (len(radii), AROUND, 1))
    return np.concatenate([flat, high], axis=2).reshape(-1, 3)


def _rings(count: int) -> NDArray[np.int64]:
    """Return the triangles between neighbouring rings."""
    ring, place = np.divmod(np.arange((count - 1) * AROUND), AROUND)
    a, b = ring * AROUND + place, ring * AROUND + (place + 1) % AROUND
    c, d = b + AROUND, a + AROUND
    return np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])


def _towards(axis: Floats) -> Floats:
    """Return a rotation whose z axis is `axis`."""
    other = np.eye(3)[int(np.argmin(np.abs(axis)))]
    across = np.cross(other, axis)
    across /= np.linalg.norm(across)
    return np.column_stack([across, np.cross(axis, across), axis])

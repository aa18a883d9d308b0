"""What the links of a checked URDF weigh and which space they take."""

from collections.abc import Iterator, Sequence

import numpy as np

from robots.arm import Floats
from robots.frames import pose
from robots.guard_links import inertia_matrix
from robots.meshes import MeshFolder
from robots.safexml import Element
from robots.solids import box
from robots.urdf import Body

_CIRCLE = np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False)


def numbers(element: Element | None, key: str, default: Sequence[float]) -> Floats:
    """Return the numbers of an attribute that was checked before."""
    if element is None or key not in element.attributes:
        return np.array(default, dtype=np.float64)
    return np.array([float(word) for word in element.attributes[key].split()])


def origin_of(element: Element) -> Floats:
    """Return the pose of an element's ``<origin>``, (4, 4)."""
    origin = element.first("origin")
    return pose(numbers(origin, "xyz", (0, 0, 0)), tuple(numbers(origin, "rpy", (0, 0, 0))))


def body_of_link(link: Element, pose_frame_link: Floats) -> Body | None:
    """Return the body of one link in another frame, None where its mass is not given."""
    inertial = link.first("inertial")
    if inertial is None:
        return None
    mass = float(numbers(inertial.first("mass"), "value", (0,))[0])
    inertia = inertial.first("inertia")
    if mass == 0.0 or inertia is None:
        return None
    placed = pose_frame_link @ origin_of(inertial)
    turn = placed[:3, :3]
    return Body(mass, placed[:3, 3].copy(), turn @ inertia_matrix(inertia) @ turn.T)


def capsules_of_link(
    link: Element, pose_frame_link: Floats, meshes: MeshFolder
) -> Iterator[tuple[Floats, Floats, float]]:
    """Yield (start, end, radius) of a capsule around each shape of a link, in another frame.

    Collision shapes are taken, visual ones where a link has no others.
    """
    for shape in link.all("collision") or link.all("visual"):
        geometry = shape.first("geometry")
        if geometry is None:
            continue
        placed = pose_frame_link @ origin_of(shape)
        points = _points(geometry.children[0], meshes)
        yield around(points @ placed[:3, :3].T + placed[:3, 3])


def _points(form: Element, meshes: MeshFolder) -> Floats:
    """Return points whose hull is the shape, (k, 3), m."""
    if form.tag == "mesh":
        return meshes.read(form.attributes["filename"]) * numbers(form, "scale", (1, 1, 1))
    if form.tag == "box":
        return box(tuple(numbers(form, "size", (1, 1, 1)))).points
    radius = float(numbers(form, "radius", (0,))[0])
    lift = np.array([0.0, 0.0, float(numbers(form, "length", (0,))[0]) / 2])
    ring = np.stack([radius * np.cos(_CIRCLE), radius * np.sin(_CIRCLE), 0 * _CIRCLE], axis=1)
    if form.tag == "cylinder":
        return np.concatenate([ring - lift, ring + lift])
    ball = np.concatenate([ring, ring[:, [0, 2, 1]], ring[:, [2, 0, 1]]])
    return np.concatenate([ball - lift, ball + lift])


def around(points: Floats) -> tuple[Floats, Floats, float]:
    """Return start, end and radius of a capsule that holds all points, m.

    Its axis is the direction of largest spread, through the middle of the points.
    """
    _, axes = np.linalg.eigh(np.cov((points - points.mean(axis=0)).T))
    turned = points @ axes  # the last column is the long direction
    middle = (turned.min(axis=0) + turned.max(axis=0)) / 2
    across = np.linalg.norm(turned[:, :2] - middle[:2], axis=1)
    radius = float(across.max())
    lead = np.sqrt(np.maximum(radius**2 - across**2, 0.0))
    low = float((turned[:, 2] + lead).min())
    high = float((turned[:, 2] - lead).max())
    if high < low:  # shorter than thick: a ball
        low = high = float(middle[2])
        radius = float(np.linalg.norm(turned - [middle[0], middle[1], low], axis=1).max())
    ends = np.array([[middle[0], middle[1], low], [middle[0], middle[1], high]]) @ axes.T
    return ends[0], ends[1], max(radius, 1e-3)

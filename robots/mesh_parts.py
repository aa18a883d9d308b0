"""A mesh as a few boxes around its surface: convex parts with which clearance can be worked out.

A part is cut where its boxes become smallest, until enough boxes are there or cutting gains little.
The boxes cover the surface: a clearance from them is never more than that from the mesh.
"""

import itertools
import re
from pathlib import Path

import numpy as np

from robots.arm import Floats
from robots.errors import RobotError
from robots.meshes import read_mesh
from robots.safexml import Refused
from robots.task import Fixture

MOST = 48  # boxes of one mesh
_GAIN = 0.05  # of the volume of all boxes, that a cut has to take off
_THIN = 1e-3  # m: no box is thinner


def triangles(path: Path) -> Floats:
    """Return the triangles of a binary STL or an OBJ, (t, 3, 3), in the file's own unit.

    Raises
    ------
    RobotError
        If the file is missing, damaged or of another type.
    """
    try:
        points = read_mesh(path)
        if path.suffix.lower() == ".stl":
            return points.reshape(-1, 3, 3)
        if path.suffix.lower() == ".obj":
            return points[_corners(path.read_bytes(), len(points))]
    except Refused as refused:
        raise RobotError(f"mesh {path.name}: {refused}") from None
    raise RobotError(f"mesh {path.name}: use a binary .stl or an .obj")


def _corners(data: bytes, count: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Return the corners of an OBJ's triangles; faces of more corners are fans."""
    rows = []
    for line in data.splitlines():
        words = line.split()
        if words[:1] == [b"f"]:
            face = [int(re.match(rb"-?\d+", word)[0]) for word in words[1:]]  # type: ignore[index]
            at = [k - 1 if k > 0 else count + k for k in face]
            rows += [(at[0], b, c) for b, c in itertools.pairwise(at[1:])]
    return np.array(rows, dtype=np.int64)


def boxes(surface: Floats, most: int = MOST) -> Floats:
    """Return boxes that cover triangles, (b, 2, 3): lowest and highest corner.

    Parameters
    ----------
    surface : ndarray, shape (t, 3, 3)
        m.
    most : int
        Boxes at most.
    """
    parts = [surface]
    while len(parts) < most:
        total = sum(_volume(part) for part in parts)
        cuts = [(_volume(part) - _cut_volume(part), k) for k, part in enumerate(parts)]
        gain, k = max(cuts)
        if gain < _GAIN * total / len(parts):
            break
        parts[k : k + 1] = _best_cut(parts[k])
    return np.array([[part.min(axis=(0, 1)), part.max(axis=(0, 1))] for part in parts])


def _volume(part: Floats) -> float:
    sides = np.maximum(np.ptp(part.reshape(-1, 3), axis=0), _THIN)
    return float(sides.prod())


def _cut_volume(part: Floats) -> float:
    return sum(_volume(half) for half in _best_cut(part))


def _best_cut(part: Floats) -> list[Floats]:
    """Return both sides of the cut that leaves the least volume."""
    low, high = part.min(axis=(0, 1)), part.max(axis=(0, 1))
    best, least = [part], np.inf
    for axis in range(3):
        for share in (0.25, 0.5, 0.75):
            at = low[axis] + share * (high[axis] - low[axis])
            sides = [side for side in _clipped(part, axis, float(at)) if len(side)]
            volume = sum(_volume(side) for side in sides)
            if len(sides) == 2 and volume < least:
                best, least = sides, volume
    return best


def _clipped(part: Floats, axis: int, at: float) -> tuple[Floats, Floats]:
    """Return the triangles below and above a plane square to an axis; those across it are cut."""
    above = part[:, :, axis] > at
    count = above.sum(axis=1)
    below, over = [part[count == 0]], [part[count == 3]]
    for alone, sides in ((True, (over, below)), (False, (below, over))):
        crossing = count == (1 if alone else 2)
        if not crossing.any():
            continue
        some = part[crossing]
        # The corner that is alone on its side first, the others in order.
        first = np.argmax(above[crossing] == alone, axis=1)
        a, b, c = (some[np.arange(len(some)), (first + k) % 3] for k in range(3))
        p, q = (_meets(a, end, axis, at) for end in (b, c))
        sides[0].append(np.stack([a, p, q], axis=1))
        sides[1].extend((np.stack([b, c, q], axis=1), np.stack([b, q, p], axis=1)))
    return np.concatenate(below), np.concatenate(over)


def _meets(a: Floats, b: Floats, axis: int, at: float) -> Floats:
    part = ((at - a[:, axis]) / (b[:, axis] - a[:, axis]))[:, None]
    found: Floats = a + part * (b - a)
    return found


def mesh_fixtures(
    name: str, path: Path, pose_cell_mesh: Floats, scale: float = 1.0
) -> list[Fixture]:
    """Return a mesh as fixtures, one a box: `name_1`, `name_2`, ...

    Parameters
    ----------
    scale : float
        Metres in one unit of the file.

    Raises
    ------
    RobotError
        If the mesh cannot be read.
    """
    found = []
    for k, (low, high) in enumerate(boxes(scale * triangles(path)), start=1):
        where = pose_cell_mesh.copy()
        where[:3, 3] += pose_cell_mesh[:3, :3] @ ((low + high) / 2)
        size = tuple(float(side) for side in np.maximum(high - low, _THIN))
        found.append(Fixture(name=f"{name}_{k}", kind="box", size=size, pose_cell_fixture=where))
    return found

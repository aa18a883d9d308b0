"""A picture of an arm among its fixtures, drawn by the software renderer of the physics engine."""

import struct
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from robots.arm import Floats
from robots.cache import content_key, load, store
from robots.collide import scene
from robots.kinematics.fk import frames
from robots.solids import Surface, box, capsule, cylinder, placed
from robots.task import ArmTask
from robots.worker import Worker

SIZE = (960, 640)  # pixels
LENS = 36.0  # degrees, upwards
_TILT = np.radians(36.0)  # the camera looks down by this much
_AZIMUTHS = np.radians(np.arange(-155.0, 180.0, 45.0))  # tried; square views look flat
_LINKS = ((0.93, 0.94, 0.95), (0.36, 0.56, 0.76))  # light housings, blue joints in turn
_TOOL, _FLOOR = (0.95, 0.55, 0.15), (0.88, 0.89, 0.90)
_FIXTURES = (
    (0.62, 0.66, 0.70),
    (0.55, 0.63, 0.58),
    (0.68, 0.62, 0.55),
    (0.58, 0.58, 0.66),
)


class _Part(NamedTuple):
    surface: Surface  # in the cell
    color: tuple[float, float, float]
    arm: bool


def render(task: ArmTask, joints: Floats, path: str | Path, size: tuple[int, int] = SIZE) -> None:
    """Write a picture of the arm of a task at `joints` (n,), rad, as PNG.

    The camera stands where most of the arm is seen.

    Raises
    ------
    PhysicsUnavailable
        There is no PyBullet on this platform.
    PhysicsFailed
        The physics worker died.
    """
    Path(path).write_bytes(picture(task, joints, size))


def picture(task: ArmTask, joints: Floats, size: tuple[int, int] = SIZE) -> bytes:
    """Return the picture of `render` as the bytes of a PNG; the same one is drawn once."""
    key = content_key("picture", task, joints, size)
    kept = load(key)
    if kept is None or "png" not in kept:
        kept = {"png": np.frombuffer(_drawn(task, joints, size), dtype=np.uint8)}
        store(key, kept)
    return bytes(kept["png"].tobytes())


def _drawn(task: ArmTask, joints: Floats, size: tuple[int, int]) -> bytes:
    parts = _parts(task, np.asarray(joints, dtype=np.float64))
    look = _worth_seeing(task, parts)
    with Worker() as worker:
        scores = [_score(worker, parts, _camera(look, a, size), size) for a in _AZIMUTHS]
        camera = _camera(look, float(_AZIMUTHS[int(np.argmax(scores))]), size)
        image, _ = _shoot(worker, parts, camera, (2 * size[0], 2 * size[1]))
    # Drawn twice as large and averaged: smooth edges.
    four = image.reshape(size[1], 2, size[0], 2, 3).mean(axis=(1, 3))
    return png(four.round().astype(np.uint8))


def _score(worker: Worker, parts: list[_Part], camera: "_Camera", size: tuple[int, int]) -> float:
    """Return how well the arm is seen: the share of it that nothing hides, then its size."""
    small = (size[0] // 8, size[1] // 8)
    _, seen = _shoot(worker, parts, camera, small)
    _, alone = _shoot(worker, [part for part in parts if part.arm], camera, small)
    return float((seen / max(alone, 1)) ** 2 * np.sqrt(seen))


def _worth_seeing(task: ArmTask, parts: list[_Part]) -> Floats:
    """Return the points that must be in the picture: long fixtures only within the arm's reach."""
    base = task.pose_cell_base[:3, 3]
    reach = np.linalg.norm(task.arm.chain.offset, axis=1).sum()
    points = np.concatenate([part.surface.points for part in parts[:-1]])
    return np.clip(points, base - reach, base + reach)


def _parts(task: ArmTask, joints: Floats) -> list[_Part]:
    """Return everything in the picture, placed in the cell."""
    view, n = scene(task), task.arm.dof
    turns, origins = np.empty((n + 2, 3, 3)), np.empty((n + 2, 3))
    frames(task.arm.chain, joints, turns, origins)
    rotation, position = task.pose_cell_base[:3, :3], task.pose_cell_base[:3, 3]
    parts = []
    for k, link in enumerate(view.link):
        # Odd links a little thicker: where two capsules of one radius meet, one is in front.
        radius = float(view.radius[k]) + 0.001 * (link % 2)
        shape = placed(capsule(view.start[k], view.end[k], radius), turns[link], origins[link])
        color = _TOOL if link > n else _LINKS[link % 2]
        parts.append(_Part(placed(shape, rotation, position), color, True))
    for k, fixture in enumerate(task.fixtures):
        shape = box(fixture.size) if fixture.kind == "box" else cylinder(*fixture.size)
        pose = fixture.pose_cell_fixture
        color = _FIXTURES[k % len(_FIXTURES)]
        parts.append(_Part(placed(shape, pose[:3, :3], pose[:3, 3]), color, False))
    return [*parts, _floor(parts)]


def _floor(parts: list[_Part]) -> _Part:
    points = np.concatenate([part.surface.points for part in parts])
    low, high = points.min(axis=0), points.max(axis=0)
    slab = box((high[0] - low[0] + 0.8, high[1] - low[1] + 0.8, 0.02))
    center = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2] - 0.011])
    return _Part(placed(slab, np.eye(3), center), _FLOOR, False)


class _Camera(NamedTuple):
    eye: Floats
    center: Floats
    light: Floats  # towards the light


def _camera(points: Floats, azimuth: float, size: tuple[int, int]) -> _Camera:
    """Return the camera that looks from one side and just has all points in its picture."""
    flat = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
    up = np.array([0.0, 0.0, 1.0])
    way = np.cos(_TILT) * flat + np.sin(_TILT) * up
    side = np.cross(up, flat)
    axes = np.stack([side, np.cross(way, side), way])
    seen = points @ axes.T
    middle = (seen.min(axis=0) + seen.max(axis=0)) / 2
    slope = np.tan(np.radians(LENS) / 2)
    slopes = np.array([slope * size[0] / size[1], slope])
    needed = np.abs(seen[:, :2] - middle[:2]) / slopes + (seen[:, 2] - middle[2])[:, None]
    center = middle @ axes
    return _Camera(center + needed.max() * way, center, 0.6 * flat + 0.5 * side + up)


def _shoot(
    worker: Worker, parts: list[_Part], camera: _Camera, size: tuple[int, int]
) -> tuple[NDArray[np.uint8], int]:
    """Return a picture and how many of its pixels show the arm."""
    surfaces = [part.surface for part in parts]
    counts = [(len(surface.points), len(surface.corners)) for surface in surfaces]
    answer = worker.ask(
        "draw",
        {
            "points": np.concatenate([surface.points for surface in surfaces]),
            "normals": np.concatenate([surface.normals for surface in surfaces]),
            "corners": np.concatenate([surface.corners for surface in surfaces]),
            "counts": np.array(counts, dtype=np.int64),
            "colors": np.array([part.color for part in parts]),
            **camera._asdict(),
        },
        size=list(size),
        lens=LENS,
    )
    arm = [k for k, part in enumerate(parts) if part.arm]
    return answer.arrays["image"], int(np.isin(answer.arrays["body"], arm).sum())


def png(image: NDArray[np.uint8]) -> bytes:
    """Return an image of shape (height, width, 3) as the bytes of a PNG (ISO/IEC 15948)."""
    height, width, _ = image.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # a leading 0: the row is not filtered
    rows[:, 1:] = image.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )

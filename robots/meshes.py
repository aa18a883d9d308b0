"""Check and read mesh files (binary STL, OBJ, COLLADA) without an engine."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from robots.safexml import Element, Refused, parse_xml, read_regular

MAX_STL = 64 << 20  # bytes
MAX_TEXT_MESH = 16 << 20  # bytes: OBJ and COLLADA are read line by line
MAX_FOLDER = 256 << 20  # bytes of all meshes of a model
MAX_COORDINATE = 1e6
_STL_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])

Points = NDArray[np.float64]


def mesh_path(name: str, folder: Path, beside: Path) -> Path:
    """Return the file a mesh or texture reference means, which lies inside the model folder.

    Parameters
    ----------
    name : str
        As written: relative to the file that names it, or ``package://<package>/...`` where the
        model folder is the package or contains it.
    folder : Path
        The model folder.
    beside : Path
        The folder of the file that holds the reference.

    Raises
    ------
    Refused
        The reference points outside the folder, or is of another kind.
    """
    package = name.startswith("package://")
    relative = name.removeprefix("package://")
    if not relative or "\0" in relative or "://" in relative or "\\" in relative:
        raise Refused("not a relative path or package://: only files of the model folder are read")
    home = folder.resolve()
    first, _, rest = relative.partition("/")
    if package and first == home.name:
        relative = rest
    target = ((home if package else beside) / relative).resolve()
    if not target.is_relative_to(home) or target == home:
        raise Refused(f"lies outside the model folder {home.name}/: copy it into the folder")
    return target


@dataclass(slots=True)
class MeshFolder:
    """The meshes of one model: each is read once, and all together are bounded."""

    folder: Path  # the model folder
    beside: Path  # the folder of the URDF
    size: int = 0  # bytes read so far
    seen: dict[Path, Points | Refused] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        """Return the file a reference means; `mesh_path` says what is refused."""
        return mesh_path(name, self.folder, self.beside)

    def read(self, name: str) -> Points:
        """Return the corner points of a mesh by its reference; `read_mesh` says what is refused."""
        path = self.path(name)
        if path not in self.seen:
            self.seen[path] = self._read(path)
        found = self.seen[path]
        if isinstance(found, Refused):
            raise found
        return found

    def _read(self, path: Path) -> Points | Refused:
        if self.size > MAX_FOLDER:
            return Refused(f"is too much: the meshes exceed {MAX_FOLDER >> 20} MiB together")
        try:
            points = read_mesh(path)
            self.size += path.stat().st_size
        except Refused as refused:
            return refused
        return points


def read_mesh(path: Path) -> Points:
    """Return the corner points of a mesh, checked so that an engine can load it.

    Returns
    -------
    ndarray, shape (n, 3)
        Points in the file's own unit, before any scale.

    Raises
    ------
    Refused
        The file is missing, not a regular file, too big, of another type or damaged.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(_READERS))
        raise Refused(f"mesh type {path.suffix[:10]!r} is not read; convert it to one of {known}")
    most = MAX_STL if path.suffix.lower() == ".stl" else MAX_TEXT_MESH
    data = read_regular(path, most)
    points = reader(data)
    if not np.isfinite(points).all() or np.abs(points).max() > MAX_COORDINATE:
        raise Refused("has coordinates that are not finite or beyond 1e6")
    if path.suffix.lower() == ".obj":
        _check_materials(data, path.parent)
    return points


def _check_materials(data: bytes, folder: Path) -> None:
    """Engines open the material library of an OBJ: it may be missing, but nothing strange."""
    for name in re.findall(rb"(?m)^\s*mtllib\s+(.*?)\s*$", data):
        path = mesh_path(name.decode("utf-8", "replace"), folder, folder)
        if path.exists() and not path.is_file():
            raise Refused(f"its material library {path.name[:40]!r} is not a file")


def _read_stl(data: bytes) -> Points:
    count = int.from_bytes(data[80:84], "little")
    if len(data) < 84 or len(data) != 84 + 50 * count:
        if data.lstrip()[:5] == b"solid":
            raise Refused("is an ASCII STL: convert it to binary STL")
        raise Refused(f"is {len(data)} bytes long, its {count} triangles need {84 + 50 * count}")
    if not count:
        raise Refused("has no triangles")
    return np.frombuffer(data, _STL_TRIANGLE, offset=84)["corners"].reshape(-1, 3).astype(float)


def _read_obj(data: bytes) -> Points:
    points: list[list[float]] = []
    counts = {b"v": 0, b"vt": 0, b"vn": 0}
    faces = 0
    for number, line in enumerate(data.splitlines(), 1):
        words = line.split()
        if not words:
            continue
        if words[0] in counts:
            counts[words[0]] += 1
            coordinates = _floats(words[1:4], number)
            if words[0] == b"v":
                points.append(coordinates)
        elif words[0] == b"f":
            faces += 1
            _check_face(words[1:], counts, number)
    if not faces or not points:
        raise Refused("has no faces")
    if any(len(point) != 3 for point in points):
        raise Refused("has a vertex without three coordinates")
    return np.array(points)


def _floats(words: list[bytes], line: int) -> list[float]:
    try:
        return [float(word) for word in words]
    except ValueError:
        raise Refused(f"line {line}: not a number") from None


def _check_face(corners: list[bytes], counts: dict[bytes, int], line: int) -> None:
    if len(corners) < 3:
        raise Refused(f"line {line}: a face needs three corners")
    for corner in corners:
        for index, kind in zip(corner.split(b"/"), (b"v", b"vt", b"vn"), strict=False):
            if not index and kind != b"v":
                continue
            if not re.fullmatch(rb"-?\d{1,9}", index):
                raise Refused(f"line {line}: a face has the index {index[:20]!r}")
            value = int(index)
            if not 1 <= abs(value) <= counts[kind]:
                raise Refused(f"line {line}: face index {value} out of range (1 to {counts[kind]})")


def _read_dae(data: bytes) -> Points:
    root = parse_xml(data)
    if root.tag.rpartition("}")[2] != "COLLADA":
        raise Refused("is not a COLLADA file")
    meshes = list(root.below("mesh"))
    if not meshes:
        raise Refused("has no geometry")
    if next(root.below("instance_geometry"), None) is None:
        raise Refused("has no scene that shows its geometry")
    return np.concatenate([_dae_points(mesh) for mesh in meshes])


def _dae_points(mesh: Element) -> Points:
    sources = {f"#{s.attributes.get('id')}": _dae_source(s) for s in mesh.all("source")}
    for vertices in mesh.all("vertices"):
        wanted = [i for i in vertices.all("input") if i.attributes.get("semantic") == "POSITION"]
        if not wanted or wanted[0].attributes.get("source") not in sources:
            raise Refused(f"line {vertices.line}: <vertices> without positions")
        sources[f"#{vertices.attributes.get('id')}"] = sources[wanted[0].attributes["source"]]
    faces = [child for child in mesh.children if child.tag in _DAE_FACES]
    if not faces:
        raise Refused(f"line {mesh.line}: a mesh without faces")
    return np.concatenate([_dae_corners(face, sources) for face in faces])


_DAE_FACES = ("triangles", "polylist", "polygons")


def _dae_source(source: Element) -> Points:
    numbers = source.first("float_array")
    if numbers is None:
        return np.empty((0, 3))
    values = _dae_numbers(numbers, float)
    accessor = next(source.below("accessor"), None)
    stride = _count(accessor, "stride", 3) if accessor else 3
    if values.size % stride:
        raise Refused(f"line {numbers.line}: {values.size} numbers do not fill rows of {stride}")
    return values.reshape(-1, stride).astype(float)


def _dae_corners(face: Element, sources: dict[str, Points]) -> Points:
    inputs = [(i, _count(i, "offset", 0)) for i in face.all("input")]
    step = 1 + max((offset for _, offset in inputs), default=-1)
    indices = [_dae_numbers(p, int) for p in face.all("p")]
    rows = np.concatenate(indices) if indices else np.empty(0, int)
    if not step or not rows.size or rows.size % step:
        raise Refused(f"line {face.line}: <{face.tag}> without a whole number of corners")
    points = np.empty((0, 3))
    for element, offset in inputs:
        source = sources.get(element.attributes.get("source", ""))
        column = rows[offset::step]
        if source is None or column.min() < 0 or column.max() >= len(source):
            raise Refused(f"line {element.line}: <{face.tag}> points at data that is not there")
        if element.attributes.get("semantic") == "VERTEX" and source.shape[1] == 3:
            points = source[column]
    if not len(points):
        raise Refused(f"line {face.line}: <{face.tag}> without vertices")
    return points


def _count(element: Element, key: str, default: int) -> int:
    word = element.attributes.get(key, str(default))
    if not re.fullmatch(r"\d{1,3}", word, re.ASCII) or (key == "stride" and int(word) == 0):
        raise Refused(f"line {element.line}: {key} is {word[:20]!r}")
    return int(word)


def _dae_numbers(element: Element, kind: type) -> NDArray[np.generic]:
    try:
        return np.array(element.text.split(), dtype=kind)
    except (ValueError, OverflowError):
        raise Refused(
            f"line {element.line}: <{element.tag}> holds something not a number"
        ) from None


_READERS: dict[str, Callable[[bytes], Points]] = {
    ".stl": _read_stl,
    ".obj": _read_obj,
    ".dae": _read_dae,
}

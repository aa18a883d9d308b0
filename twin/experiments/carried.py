"""Files that a cell file names, carried along when a copy of it is written to another folder."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from cells.errors import CellError

_SUFFIXES = (".py", ".csv", ".urdf", ".stl", ".obj", ".dae", ".yaml", ".yml")
_MESH = re.compile(r'filename\s*=\s*"(?:package://)?([^"]+)"')


def files_of(path: Path) -> list[Path]:
    """Return the files that a cell file names, relative to its folder, as far as they are there.

    Parameters
    ----------
    path : Path
        A cell file that has been loaded before, and so is sound.
    """
    folder = path.parent
    document = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    # A rule is named by its file and function: rules.py:shortest.
    named = {text.partition(":")[0].strip() for text in _texts(document)}
    found = {Path(name) for name in named if _is_beside(name, folder)}
    for urdf in [name for name in found if name.suffix == ".urdf"]:
        meshes = _MESH.findall((folder / urdf).read_text(encoding="utf-8", errors="replace"))
        found |= {urdf.parent / mesh for mesh in meshes if (folder / urdf.parent / mesh).is_file()}
    return sorted(found)


def carry(path: Path, folder: Path) -> list[Path]:
    """Copy the files that a cell file names to another folder; return the copies.

    Raises
    ------
    CellError
        If another file is there already under a name that is needed; nothing is overwritten.
    """
    if folder.resolve() == path.parent.resolve():
        return []
    pairs = [(path.parent / name, folder / name) for name in files_of(path)]
    for source, target in pairs:
        if target.exists() and target.read_bytes() != source.read_bytes():
            raise CellError(
                f"{target} is another file than {source}, which the new cell needs there:"
                " choose another --out"
            )
    for source, target in pairs:
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    return [target for _, target in pairs]


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _is_beside(name: str, folder: Path) -> bool:
    if Path(name).suffix not in _SUFFIXES or len(name) > 255:
        return False
    path = (folder / name).resolve()
    return path.is_relative_to(folder.resolve()) and path.is_file()

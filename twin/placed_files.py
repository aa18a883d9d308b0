"""Cells with a robot put elsewhere, written as files one can run, in the words of their author."""

import io
import shutil
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from cells.schema import Cell
from twin.placement import Placement, moved
from twin.report.atomic import write_atomically


def write_placed(
    path: Path, cell: Cell, robot: str, placements: tuple[Placement, ...], folder: Path
) -> list[Path]:
    """Write the cell once for each place; return the files, in the same order.

    Comments and units stay as the author wrote them; the baseline is copied beside.

    Parameters
    ----------
    path
        The cell's own file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = path.read_text(encoding="utf-8")
    if cell.baseline is not None and (path.parent / cell.baseline).is_file():
        target = folder / cell.baseline
        if target.resolve() != (path.parent / cell.baseline).resolve():
            shutil.copyfile(path.parent / cell.baseline, target)
    written = []
    for rank, one in enumerate(placements, start=1):
        name = f"{cell.name}_place_{rank}"
        target = folder / f"{name}.yaml"
        write_atomically(target, _text(text, cell, robot, one, name).encode("utf-8"))
        written.append(target)
    return written


def _text(text: str, cell: Cell, robot: str, one: Placement, name: str) -> str:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes, yaml.width = True, 200
    data = yaml.load(text)
    data["name"] = name
    described = data["robots"][robot]
    if "base" not in described:
        described["base"] = {}
    described["base"]["position"] = _position(one.position)
    if can_sequence(cell, robot):
        described["serves"] = {"sequence": list(one.order)}
    there = moved(cell, robot, one.position)
    for fixture, now in there.fixtures.items():
        before = cell.fixtures[fixture]
        for key in ("position", "box", "cylinder"):
            if getattr(now, key) != getattr(before, key):
                data["fixtures"][fixture][key] = _position(getattr(now, key))
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def _position(values: tuple[float, ...]) -> Any:
    from ruamel.yaml.comments import CommentedSeq

    found = CommentedSeq(f"{round(1e3 * value, 3):g} mm" for value in values)
    found.fa.set_flow_style()
    return found


def can_sequence(cell: Cell, robot: str) -> bool:
    """Say whether a fixed order of serving is safe: each node has one way on, nothing is drawn."""
    entries = [flow for flow in cell.flow if flow.by == robot]
    one_way = all(isinstance(flow.to, str) and flow.product is None for flow in entries)
    counted = any(station.count is not None for station in cell.stations.values())
    return one_way and len(entries) > 1 and not counted

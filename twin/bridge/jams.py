"""The line of an emulated cell whose machines are told to jam."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cells.expand import expand
from cells.load import load_cell
from cells.schema import Cell, FailureMode
from twin.bridge.faults import Fault
from twin.build import build_line, load_line
from twin.kernel.model import Line
from twin.motion import move_times

_NEVER = "1000000 h"


def load_plant_line(path: Path, faults: Sequence[Fault], *, allow_rules: bool = False) -> Line:
    """Return the line of a cell file, each jam a failure that strikes once, at its onset.

    It keeps the model id of the cell: a jam is no change of what the cell is meant to be, and all
    other luck stays as it is.

    Raises
    ------
    cells.errors.CellFileError
        If the file is wrong.
    twin.bridge.faults.FaultError
        If a fault names no station of the cell.
    """
    line = load_line(path, allow_rules=allow_rules)
    jams = [fault for fault in faults if fault.kind == "jam"]
    if not jams:
        return line
    cell = load_cell(path, allow_rules=allow_rules)
    flat = expand(cell)
    for jam in jams:
        jam.check(flat.stations)
    jammed = build_line(_jammed(flat, jams), move_times(cell, path.parent))
    return replace(jammed, model_id=line.model_id)


def _jammed(cell: Cell, jams: Sequence[Fault]) -> Cell:
    stations = dict(cell.stations)
    for number, jam in enumerate(jams, start=1):
        station = stations[jam.station]
        mode = FailureMode.model_validate(
            {
                "after": {"sequence": [f"{max(1, jam.onset)} ns", _NEVER]},
                "repair": {"sequence": [f"{jam.duration} ns", _NEVER]},
                "clock": "calendar",
            }
        )
        failures = station.failures | {f"jam_{number}": mode}
        stations[jam.station] = station.model_copy(update={"failures": failures})
    return cell.model_copy(update={"stations": stations})

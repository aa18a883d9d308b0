"""Faults that an emulated controller is told to have, and the ground truth of them."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from cells.errors import CellError, hint
from cells.units import read_duration

FORM: Final = "STATION:KIND:SIZE:ONSET, such as lathe_2:slow:12%:0h"


class FaultError(CellError):
    """A fault is not described as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """From `onset` on, the process times of `station` are multiplied by `factor`."""

    kind: str
    station: str
    factor: float
    onset: int  # ns

    def check(self, stations: Iterable[str]) -> None:
        """Raise FaultError unless the station is one of those given."""
        known = list(stations)
        if self.station not in known:
            raise FaultError(f"--fault: no station {self.station!r}.{hint(self.station, known)}")


def parse_fault(text: str) -> Fault:
    """Return the fault that a text describes.

    Raises
    ------
    FaultError
        If it describes none.

    Examples
    --------
    >>> parse_fault("lathe_2:slow:12%:2h").factor
    1.12
    """
    parts = text.split(":")
    if len(parts) != 4:
        raise FaultError(f"--fault {text!r}: expected {FORM}")
    station, kind, size, onset = parts
    if kind != "slow":
        raise FaultError(f"--fault {text!r}: no kind {kind!r}.  Known: slow")
    try:
        return Fault(kind=kind, station=station, factor=_factor(size), onset=read_duration(onset))
    except ValueError as error:
        raise FaultError(f"--fault {text!r}: {error}") from None


def _factor(size: str) -> float:
    number = size.removesuffix("%")
    percent = float(number) if number != size and number.replace(".", "", 1).isdigit() else 0.0
    if not 0 < percent <= 1000:
        raise ValueError(f"slower by {size!r}; a size is a percentage up to 1000%, such as 12%")
    return (100 + percent) / 100


def write_truth(path: Path, faults: Iterable[Fault], run: Mapping[str, Any]) -> None:
    """Write what is true of a run to a JSON file, whole or not at all."""
    truth = dict(run) | {"faults": [asdict(fault) for fault in faults]}
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(truth, indent=2) + "\n")
    os.replace(part, path)

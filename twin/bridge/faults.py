"""Faults that an emulated controller is told to have, and the ground truth of them."""

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from cells.errors import CellError, hint
from cells.units import read_duration

FORM: Final = "STATION:KIND:SIZE:ONSET, such as lathe_2:slow:12%:0h"
CONTROLLER: Final = "controller"  # in place of a station, for faults of the controller itself
_PER_HOUR: Final = "/h"


class FaultError(CellError):
    """A fault is not described as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong from `onset` on; which of the sizes counts depends on the kind."""

    kind: str
    station: str  # or CONTROLLER
    onset: int  # ns
    factor: float = 1.0  # slow: of process times; drift: grown by each hour
    duration: int = 0  # ns; of jam, stuck, overrun and freeze; step: how far the clock jumps
    share: float = 0.0  # bounce: of operations; skew: that the clock is too fast
    memory: str = ""  # crash: kept or lost

    def check(self, stations: Iterable[str]) -> None:
        """Raise FaultError unless the station is one of those given."""
        known = [CONTROLLER] if self.kind in _OF_CONTROLLER else list(stations)
        if self.station not in known:
            what = f"{self.kind}: no station" if self.kind in _OF_CONTROLLER else "no station"
            raise FaultError(f"--fault: {what} {self.station!r}.{hint(self.station, known)}")


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
    if kind not in _READERS:
        raise FaultError(f"--fault {text!r}: no kind {kind!r}.  Known: {', '.join(_READERS)}")
    try:
        sizes = _READERS[kind](size)
        return Fault(kind=kind, station=station, onset=read_duration(onset), **sizes)
    except ValueError as error:
        raise FaultError(f"--fault {text!r}: {error}") from None


def _slower(size: str) -> dict[str, Any]:
    return {"factor": (100 + _percent(size, 1000, "slower by")) / 100}


def _drifting(size: str) -> dict[str, Any]:
    if not size.endswith(_PER_HOUR):
        raise ValueError(f"drifting by {size!r}; a size is a percentage an hour, such as 2%/h")
    return {"factor": (100 + _percent(size.removesuffix(_PER_HOUR), 100, "drifting by")) / 100}


def _bouncing(size: str) -> dict[str, Any]:
    return {"share": _percent(size, 100, "bouncing at") / 100}


def _lasting(size: str) -> dict[str, Any]:
    duration = read_duration(size)
    if duration <= 0:
        raise ValueError(f"{size!r}: a size is how long it lasts, such as 30s")
    return {"duration": duration}


def _skewed(size: str) -> dict[str, Any]:
    match = re.fullmatch(r"(-?\d{1,6}(?:\.\d+)?) ?ppm", size)
    if match is None:
        raise ValueError(f"a clock too fast by {size!r}; a size is in ppm, such as 200ppm")
    return {"share": float(match[1]) / 1e6}


def _stepping(size: str) -> dict[str, Any]:
    back = size.startswith("-")
    duration: int = read_duration(size.removeprefix("-"))
    return {"duration": -duration if back else duration}


def _crashing(size: str) -> dict[str, Any]:
    if size not in ("kept", "lost"):
        raise ValueError(f"memory {size!r}; a crash leaves it kept or lost")
    return {"memory": size}


_READERS: Final[dict[str, Callable[[str], dict[str, Any]]]] = {
    "slow": _slower,
    "drift": _drifting,
    "jam": _lasting,
    "stuck": _lasting,
    "bounce": _bouncing,
    "skew": _skewed,
    "step": _stepping,
    "overrun": _lasting,
    "freeze": _lasting,
    "crash": _crashing,
}
_OF_CONTROLLER: Final = ("skew", "step", "overrun", "freeze", "crash")


def _percent(size: str, most: float, what: str) -> float:
    number = size.removesuffix("%")
    percent = float(number) if number != size and number.replace(".", "", 1).isdigit() else 0.0
    if not 0 < percent <= most:
        raise ValueError(f"{what} {size!r}; a size is a percentage up to {most:g}%, such as 12%")
    return percent


def write_truth(path: Path, faults: Iterable[Fault], run: Mapping[str, Any]) -> None:
    """Write what is true of a run to a JSON file, whole or not at all."""
    truth = dict(run) | {"faults": [asdict(fault) for fault in faults]}
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(truth, indent=2) + "\n")
    os.replace(part, path)

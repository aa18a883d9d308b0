"""Digests of what ready-made cells do: the same bytes on every machine, whatever else differs.

`python -m tests.golden` prints them; `--write` keeps them, after a change that is meant to change
what lines do.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import fields
from hashlib import sha256
from pathlib import Path

import numpy as np

from cells.load import catalogue, find_cell, load_cell
from twin.build import build_line
from twin.kernel.model import NS_PER_S, Line
from twin.kernel.run import replicate, simulate
from twin.kernel.tally import Tally

FILE = Path(__file__).parent / "golden.json"
HOUR = 3_600 * NS_PER_S


def lines() -> dict[str, Line]:
    """Return the ready-made cells without an arm: its times come from another package."""
    cells = {name: load_cell(find_cell(name)) for name in catalogue()}
    return {name: build_line(cell) for name, cell in cells.items() if not cell.robots}


def digest(arrays: Iterable[np.ndarray]) -> str:
    """Return one digest of arrays, byte for byte."""
    total = sha256()
    for array in arrays:
        total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def of_tally(tally: Tally) -> str:
    """Return the digest of a tally."""
    return digest(np.asarray(getattr(tally, column.name)) for column in fields(tally))


def log_of(line: Line) -> str:
    """Return the digest of the log of a line's first day."""
    return digest([simulate(line, seed=1, end=24 * HOUR).log.activities])


def batch_of(line: Line, *, threads: int = 1) -> str:
    """Return the digest of the tallies of six replications."""
    window = {"start": 6 * HOUR, "end": 48 * HOUR, "window": HOUR}
    return of_tally(replicate(line, seed=1, replications=6, threads=threads, **window))


def digests() -> dict[str, list[str]]:
    """Return the digests of log and batch by cell."""
    return {name: [log_of(line), batch_of(line)] for name, line in lines().items()}


if __name__ == "__main__":
    text = json.dumps(digests(), indent=1) + "\n"
    if "--write" in sys.argv:
        FILE.write_text(text)
    sys.stdout.write(text)

"""Compare the two engines on random cells for as long as wanted.

`make soak SECONDS=600` prints how many cells a second were compared; where the engines
differ, it makes the cell as small as it can and prints it.
"""

import argparse
import copy
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from random import Random
from typing import Any

from cells.errors import CellFileError
from tests.agreement import disagreement
from tests.plain_cells import plain_case
from tests.strategies import Case, random_case


def case_of(number: int) -> Case:
    """Return a cell by its number; blocks of plain lines take turns with all features mixed."""
    return (plain_case if number // 64 % 4 == 3 else random_case)(Random(number))


def compare(case: Case) -> str | None:
    """Return how the engines differ on a case; None if they agree or the case is no cell."""
    try:
        return disagreement(case)
    except CellFileError:
        return None
    except Exception as error:  # an engine that fails is a finding as well
        return f"{type(error).__name__}: {error}"


def smaller(case: Case) -> Iterator[Case]:
    """Yield cases with one thing less."""
    if case.paces != (1.0,):
        yield replace(case, paces=(1.0,))
    for path in list(_paths(case.document)):
        document = copy.deepcopy(case.document)
        *way, last = path
        holder: Any = document
        for step in way:
            holder = holder[step]
        if way or isinstance(holder[last], list):
            del holder[last]
            yield replace(case, document=document)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    keys = value if isinstance(value, dict) else range(len(value))
    for key in keys:
        if path or key not in ("taktwin", "name", "run"):
            yield (*path, key)
            if isinstance(value[key], dict | list):
                yield from _paths(value[key], (*path, key))


def smallest(case: Case) -> Case:
    """Return a case from which nothing can be left out without the engines agreeing."""
    found = True
    while found:
        found = False
        for candidate in smaller(case):
            if compare(candidate) is not None:
                case, found = candidate, True
                break
    return case


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def search(first: int, step: int, seconds: float, *, keep_going: bool) -> tuple[int, int]:
    """Compare cells `first`, `first + step`, ... until the time is over; return cells, findings."""
    begun, number, findings = time.monotonic(), first, 0
    while time.monotonic() - begun < seconds and not (findings and not keep_going):
        case = case_of(number)
        if compare(case) is not None:
            findings += 1
            small = smallest(case)
            rest = replace(small, document={})
            say(f"cell {number}: {compare(small)}\n{rest}\n{small.text}\n")
        number += step
    return (number - first) // step, findings


def main() -> int:
    """Run until the time is over or something is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--first", type=int, default=0, help="number of the first cell")
    parser.add_argument("--workers", type=int, default=1, help="processes side by side")
    parser.add_argument("--keep-going", action="store_true", help="do not end at the first finding")
    asked = parser.parse_args()
    begun = time.monotonic()
    with ProcessPoolExecutor(asked.workers, mp_context=get_context("spawn")) as pool:
        found = [
            pool.submit(
                search, asked.first + k, asked.workers, asked.seconds, keep_going=asked.keep_going
            )
            for k in range(asked.workers)
        ]
        counts = [one.result() for one in found]
    cells, findings = (sum(column) for column in zip(*counts, strict=True))
    took = time.monotonic() - begun
    say(f"{cells} cells in {took:.0f} s, {cells / took:.1f} a second; {findings} findings")
    return min(findings, 1)


if __name__ == "__main__":
    sys.exit(main())

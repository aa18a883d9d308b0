"""Loops of cards: which nodes each covers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cells.loops import covered
from cells.schema import Cell
from twin.build.nodes import Nodes
from twin.kernel.model import LOOP


@dataclass(frozen=True, slots=True)
class Loops:
    """The loops of a line."""

    rows: NDArray[np.void]  # (K,) LOOP
    names: tuple[str, ...]
    nodes: NDArray[np.int64]  # of all loops

    def crossed(self, origin: int, target: int) -> bool:
        """Return whether a move between two nodes enters or leaves a loop."""
        for row in self.rows:
            nodes = self.nodes[row["first"] : row["first"] + row["count"]]
            if (origin in nodes) != (target in nodes):
                return True
        return False


def collect_loops(cell: Cell, nodes: Nodes) -> Loops:
    """Return the loops of a cell as written, not expanded; `nodes` are those of the expanded."""
    rows: list[tuple[int, int, int, int]] = []
    found: list[int] = []
    for loop in cell.loops.values():
        own = [nodes.index(name) for name in covered(cell, loop)]
        rows.append((loop.cards, loop.card_return, len(found), len(own)))
        found += own
    return Loops(np.array(rows, dtype=LOOP), tuple(cell.loops), np.array(found, dtype=np.int64))

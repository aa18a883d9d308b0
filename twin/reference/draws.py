"""Luck: the random streams of a run, the same draws for both engines.

Draw i of a stream is a pure function of its key and i, so streams may be read ahead in blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.kernel.model import Line
from twin.kernel.samplers import LARGEST
from twin.kernel.sequences import put_chances, put_samples
from twin.kernel.states import Dist
from twin.kernel.stops import RunError

_FIRST_BLOCK, _LARGEST_BLOCK = 4, 512


@dataclass(frozen=True, slots=True)
class Draws:
    """What all streams of a run have in common."""

    line: Line
    seed: int
    replication: int

    def samples(self, dist: int, stream: np.uint64, first: int, count: int) -> list[float]:
        """Return draws of a distribution from number ``first`` on, ns, not rounded."""
        out = np.empty(count)
        line = self.line
        key = (stream, np.int64(self.seed), np.int64(self.replication), np.int64(first))
        put_samples(line.dists[dist], line.values, *key, out)
        samples: list[float] = out.tolist()
        return samples

    def chances(self, stream: np.uint64, first: int, count: int) -> list[float]:
        """Return uniforms inside (0, 1) from number ``first`` on."""
        out = np.empty(count)
        put_chances(stream, np.int64(self.seed), np.int64(self.replication), np.int64(first), out)
        chances: list[float] = out.tolist()
        return chances


class Variates:
    """One stream, read in order.

    Parameters
    ----------
    draws : Draws
    stream : uint64
    name : str
        Whose stream it is, for errors.
    """

    def __init__(self, draws: Draws, stream: np.uint64, name: str) -> None:
        self._draws = draws
        self._stream = stream
        self._name = name
        self._next = 0  # number of the next draw
        self._first = 0  # of the block read ahead
        self._size = 0
        self._blocks: dict[int, list[float]] = {}  # by distribution, CHANCES for uniforms

    def duration(self, dist: int, pace: float = 1.0) -> int:
        """Return the next draw of a distribution times the pace, rounded to ns.

        Raises
        ------
        RunError
            If it is negative, not a number, or beyond 2^62 ns.
        """
        x = self._draw(dist) * pace
        if not 0.0 <= x <= LARGEST:
            raise RunError(f"{self._name}: drew a duration of {x:g} ns, not one in 0 ... 2^62 ns")
        return int(x + 0.5)

    def pick(self, cumulative: Sequence[float]) -> int:
        """Return the index of a choice, given the running sums of the weights."""
        u = self._draw(_CHANCES)
        return next(k for k, share in enumerate(cumulative) if u < share)

    def _draw(self, dist: int) -> float:
        at = self._next - self._first
        if at >= self._size:
            self._first, at = self._next, 0
            self._size = min(max(2 * self._size, _FIRST_BLOCK), _LARGEST_BLOCK)
            self._blocks.clear()
        self._next += 1
        block = self._blocks.get(dist)
        if block is None:
            block = self._blocks[dist] = self._read(dist)
        return block[at]

    def _read(self, dist: int) -> list[float]:
        first, count, stream = self._first, self._size, self._stream
        if dist == _CHANCES:
            return self._draws.chances(stream, first, count)
        row = self._draws.line.dists[dist]
        if row["family"] == Dist.CONSTANT:
            return [float(row["a"])] * count
        return self._draws.samples(dist, stream, first, count)


_CHANCES = -1  # in place of a distribution

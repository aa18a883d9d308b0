"""Draws of one stream in a row, for who draws from outside the kernel."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kernel.arrays import Int
from twin.kernel.jit import entry
from twin.kernel.samplers import sample
from twin.kernel.streams import ONLY, uniform


@entry
def put_samples(
    dist: Any,
    values: NDArray[np.float64],
    stream: Int,
    seed: Int,
    replication: Int,
    first: Int,
    out: NDArray[np.float64],
) -> None:
    """Put draws of a distribution from number `first` on, ns, not rounded, into `out`."""
    for k in range(out.size):
        out[k] = sample(dist, values, 1.0, stream, seed, replication, first + k)


@entry
def put_chances(
    stream: Int, seed: Int, replication: Int, first: Int, out: NDArray[np.float64]
) -> None:
    """Put uniforms inside (0, 1) from number `first` on into `out`."""
    for k in range(out.size):
        out[k] = uniform(stream, seed, replication, first + k, ONLY)

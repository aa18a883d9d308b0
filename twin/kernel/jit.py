"""How functions of the kernel are compiled: without the GIL, in plain IEEE arithmetic, and kept."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numba import config, njit

from twin.kernel.cache import keep

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a part of the kernel; it is merged into the entry points that call it."""
    return njit(nogil=True)(function)


def inlined(function: F) -> F:
    """Compile a small part of the kernel so that it is always merged into its caller."""
    return njit(nogil=True, forceinline=True)(function)


def entry(function: F) -> F:
    """Compile a function called from Python and keep its machine code in the private folder."""
    dispatcher = njit(nogil=True)(function)
    if not config.DISABLE_JIT:
        keep(dispatcher)
    return dispatcher


def wrapping(function: F) -> F:
    """Compile arithmetic that is meant modulo 2^64.

    Machine integers wrap silently; numpy scalars, used when the source runs uncompiled, would warn.
    """
    if config.DISABLE_JIT:
        return np.errstate(over="ignore")(function)
    return inlined(function)

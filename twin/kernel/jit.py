"""How functions of the kernel are compiled: without the GIL, in plain IEEE arithmetic, and kept."""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import config, njit

from twin.kernel.cache import keep
from twin.kernel.merged import EntryCompiler, PartCompiler

F = TypeVar("F", bound=Callable[..., Any])

# No fast maths: bits must not depend on the machine.  The numpy error model leaves out the check of
# every division; none divides by zero.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
# Parts of the kernel are called by the kernel only and need no door from Python.
_PART = _OPTIONS | {
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "pipeline_class": PartCompiler,
}


def compiled(function: F) -> F:
    """Compile a part of the kernel with a body of its own.

    For what several callers share or what happens seldom: each place where a part is merged in
    costs time to compile and, in the main loop, registers.
    """
    # Said outright: what is not said is taken over from the function that is compiled just now.
    return njit(**_PART, forceinline=False)(function)


def inlined(function: F) -> F:
    """Compile a part of the kernel that is merged into its caller."""
    return njit(**_PART, forceinline=True)(function)


def entry(function: F) -> F:
    """Compile a function called from Python and keep its machine code in the private folder."""
    dispatcher = njit(**_OPTIONS, pipeline_class=EntryCompiler)(function)
    if not config.DISABLE_JIT:  # type: ignore[attr-defined]
        keep(dispatcher)
    return dispatcher


def wrapping(function: F) -> F:
    """Compile arithmetic that is meant modulo 2^64.

    Machine integers wrap silently; numpy scalars, used when the source runs uncompiled, would warn.
    """
    if config.DISABLE_JIT:  # type: ignore[attr-defined]
        return np.errstate(over="ignore")(function)
    return inlined(function)

"""How functions of this package are compiled, and how their machine code can be kept."""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])
Keeper = Callable[[Any], None]

_dispatchers: list[Any] = []
_keepers: list[Keeper] = []


def compiled(function: F) -> F:
    """Compile a function at its first call, in plain IEEE arithmetic."""
    dispatcher = njit(function)
    if hasattr(dispatcher, "py_func"):  # not when numba is told to leave functions as they are
        _dispatchers.append(dispatcher)
        for keeper in _keepers:
            keeper(dispatcher)
    typed: F = dispatcher
    return typed


def inlined(function: F) -> F:
    """Put a function into each compiled one that calls it: loops around it can be vectorised.

    Its divisions are plain IEEE ones, since no loop with Python's check for zero is vectorised.
    What is inlined must not divide by zero all the same: it also runs uncompiled.  It calls inlined
    functions only, since numba would put all that it calls in its place as well.
    """
    typed: F = njit(function, error_model="numpy", forceinline=True)
    return typed


def keep_with(keeper: Keeper) -> None:
    """Let `keeper` see to it that machine code outlives the process; without one it is not kept.

    Parameters
    ----------
    keeper : callable
        Called once with the numba dispatcher of each function, also of those still to come.
    """
    _keepers.append(keeper)
    for dispatcher in _dispatchers:
        keeper(dispatcher)

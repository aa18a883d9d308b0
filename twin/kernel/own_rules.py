"""Users' own rules as Python functions: what the reference calls, and the uncompiled kernel."""

from collections.abc import Callable, Sequence
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np

from twin.kernel.model import NS_PER_S, Rule
from twin.kernel.stops import RunError

_LARGEST = 2**63 - 1


@cache
def function_of(rule: Rule) -> FunctionType:
    """Return the function of a rule; this executes its file.

    Raises
    ------
    RunError
        If that fails.
    """
    names: dict[str, Any] = {"__name__": rule.file.removesuffix(".py"), "__file__": rule.file}
    try:
        exec(compile(rule.text, rule.file, "exec"), names)  # the user has allowed it
    except Exception as error:
        raise RunError(f"{rule.file} cannot be run: {_told(error)}") from None
    function = names.get(rule.function)
    if not isinstance(function, FunctionType):
        raise RunError(f"{rule.file}: {rule.function} is no plain function when the file has run")
    return function


def answer(rule: Rule, arguments: Sequence[int]) -> int:
    """Return what a rule says.

    Parameters
    ----------
    rule : Rule
    arguments : sequence of int
        The first is the instant, ns.

    Raises
    ------
    RunError
        If it raises, or returns no whole number of 64 bits.
    """
    try:
        said: object = function_of(rule)(*arguments)
    except Exception as error:
        if isinstance(error, RunError):
            raise
        raise RunError(f"{_place(rule, arguments)}: the rule failed: {_told(error)}") from None
    if not isinstance(said, int | np.integer) or not -_LARGEST <= said <= _LARGEST:
        text = f"expected a whole number of 64 bits; the rule returned {str(said)[:60]}"
        raise RunError(f"{_place(rule, arguments)}: {text}")
    return int(said)


def deciding(rule: Rule) -> Callable[..., int]:
    """Return a function that asks a rule."""
    function_of(rule)
    return lambda *arguments: answer(rule, arguments)


def _place(rule: Rule, arguments: Sequence[int]) -> str:
    told = ", ".join(str(one) for one in arguments)
    return f"{rule.file}: {rule.function}({told}) at {arguments[0] / NS_PER_S:g} s"


def _told(error: BaseException) -> str:
    """Return an error on one line."""
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__

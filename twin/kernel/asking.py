"""Users' own rules called by the kernel: compiled apart from it, and known to it by address.

A rule is machine code of its own that reads its arguments from an array and returns a number; the
kernel holds only its address, so that it is the same code whatever the rules.  Addresses are those
of this process: they are part of the Model, which is never saved.
"""

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np
from llvmlite import ir
from numba import cfunc, config, njit, types
from numba.core import cgutils
from numba.core.dispatcher import Dispatcher
from numba.core.errors import NumbaError
from numba.extending import intrinsic
from numpy.typing import NDArray

from twin.kernel.model import Line, Rule
from twin.kernel.near import Near
from twin.kernel.own_rules import answer, function_of
from twin.kernel.stops import RunError

# What State.asked holds behind the arguments: 1 + index of the rule that failed, 0: none has.
MOST_ARGUMENTS = 8
FAILED = MOST_ARGUMENTS

_uncompiled: list[Rule] = []  # stand for addresses where nothing is compiled


def addresses(line: Line) -> NDArray[np.int64]:
    """Return where this process has the rules of a line; they are compiled now.

    Raises
    ------
    RunError
        If a rule cannot be compiled, or does not return a whole number.
    """
    place = _number if config.DISABLE_JIT else _address  # type: ignore[attr-defined]
    return np.array([place(rule) for rule in line.rules], np.int64)


@cache
def _number(rule: Rule) -> int:
    function_of(rule)
    _uncompiled.append(rule)
    return len(_uncompiled) - 1


@cache
def _address(rule: Rule) -> int:
    code: int = _compiled(rule).address
    return code


@cache  # which also keeps the machine code
def _compiled(rule: Rule) -> Any:
    """Return a rule as a C function of the place of its arguments."""
    function = _with_compiled_neighbours(function_of(rule))
    try:
        function.compile((types.int64,) * rule.arguments)
    except NumbaError as error:
        raise RunError(f"{rule.file}: {rule.function} does not compile: {_cause(error)}") from None
    (found,) = function.nopython_signatures
    if not isinstance(found.return_type, types.Integer | types.Boolean):
        kind = str(found.return_type).removeprefix("Literal")
        raise RunError(
            f"{rule.file}: {rule.function} has to return a whole number; it returns {kind}"
        )
    return cfunc(types.int64(types.CPointer(types.int64)))(_READERS[rule.arguments](function))


def _with_compiled_neighbours(function: FunctionType) -> Dispatcher:
    """Return a function to be compiled, with all plain functions that its file defines."""
    names = dict(function.__globals__)
    for name, value in function.__globals__.items():
        if isinstance(value, FunctionType) and value.__globals__ is function.__globals__:
            copy = FunctionType(value.__code__, names, name, value.__defaults__, value.__closure__)
            names[name] = njit(copy)  # as in Python, a division by zero is an error
    dispatcher: Dispatcher = names[function.__name__]
    return dispatcher


def _cause(error: NumbaError) -> str:
    """Return the cause that a compiler's message tells at length, and the line, on one line."""
    lines = [line.strip() for line in str(error).splitlines()]
    told = [line for line in lines if line and not line.startswith(_FRAME)]
    where = next((line for line in lines if line.startswith("File ")), "")
    number = where.rpartition("line ")[2].rstrip(":") if "line " in where else ""
    text = told[0] if told else type(error).__name__
    return f"{text[:200]}{f' (line {number})' if number else ''}"


_FRAME = ("Failed in", "[1] During", "During:", "File ", "This error", "- ", "There are")


# A rule fails where it raises; the place behind its arguments says so.


def _reader_of_seven(rule: Any) -> Callable[[Any], Any]:
    def read(asked: Any) -> Any:
        try:
            return rule(asked[0], asked[1], asked[2], asked[3], asked[4], asked[5], asked[6])
        except Exception:
            asked[FAILED] = 1
        return 0

    return read


def _reader_of_eight(rule: Any) -> Callable[[Any], Any]:
    def read(asked: Any) -> Any:
        try:
            return rule(
                asked[0], asked[1], asked[2], asked[3], asked[4], asked[5], asked[6], asked[7]
            )
        except Exception:
            asked[FAILED] = 1
        return 0

    return read


_READERS = {7: _reader_of_seven, 8: _reader_of_eight}


@intrinsic
def _call(_typing_context: Any, address: Any, asked: Any) -> Any:
    """Return what the rule at an address says to the arguments in an array."""
    if not isinstance(asked, Near):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = cgutils.create_struct_proxy(asked)(context, builder, value=arguments[1]).data
        word = ir.IntType(64)
        kind = ir.FunctionType(word, [place.type]).as_pointer()
        return builder.call(builder.inttoptr(arguments[0], kind), [place])

    return types.int64(types.int64, asked), generate


def _ask_in_python(address: Any, asked: Any) -> int:
    rule = _uncompiled[address]
    return answer(rule, asked[: rule.arguments].tolist())


call: Callable[[Any, Any], Any] = _ask_in_python if config.DISABLE_JIT else _call  # type: ignore[assignment,attr-defined]


def failure(line: Line, asked: NDArray[np.int64]) -> RunError:
    """Return the error of a rule that failed in compiled code, from asking it once more."""
    rule = line.rules[int(asked[FAILED]) - 1]
    try:
        answer(rule, asked[: rule.arguments].tolist())
    except RunError as error:
        return error
    return RunError(f"{rule.file}: {rule.function} failed when compiled, and not in Python")

"""Vectors as wide as the processor has them, for loops that are worth it."""

from collections.abc import Callable
from typing import Any

from numba import config, types
from numba.extending import intrinsic


@intrinsic
def _widen(_typing_context: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, _arguments: Any) -> Any:
        # llvmlite knows words only; LLVM takes pairs as well.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.none(), generate


def _nothing() -> None: ...


# `wide()` has the loops of the function that calls it made of vectors of eight numbers where the
# processor has them; LLVM takes four by itself, lest the clock of older processors slow down.
wide: Callable[[], None] = _nothing if config.DISABLE_JIT else _widen  # type: ignore[assignment,attr-defined]

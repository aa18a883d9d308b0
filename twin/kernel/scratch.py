"""A few numbers on the stack, for compiled functions that put something by while they run."""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from twin.kernel.near import Near

LENGTH = 128


@intrinsic
def _on_stack(_typing_context: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, _arguments: Any) -> Any:
        number = context.get_value_type(types.int64)
        # Unlike `alloca_once`, which would fill it with zeros at every call.
        with builder.goto_entry_block():
            place = builder.alloca(ir.ArrayType(number, LENGTH))
        item = cgutils.create_struct_proxy(signature.return_type)(context, builder)
        item.data = builder.bitcast(place, number.as_pointer())
        return item._getvalue()  # noqa: SLF001

    return Near(types.int64, 1)(), generate


def _in_memory() -> NDArray[np.int64]:
    return np.zeros(LENGTH, np.int64)


# `scratch()` is room for `LENGTH` int64, of any content, until the function returns.
scratch: Callable[[], NDArray[np.int64]] = _in_memory if config.DISABLE_JIT else _on_stack  # type: ignore[assignment,attr-defined]

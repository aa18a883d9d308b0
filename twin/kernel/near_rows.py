"""Fields of records inside the kernel, whatever their width: read, all whole numbers have 64 bits.

So the state can keep an index in 32 bits and a flag in 8, while every function of the kernel sees
one kind of whole number: it is compiled once, and no sum of two wraps earlier than another.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer, signature
from numba.extending import lower_builtin, models, register_model

_BITS = 64


def widened(kind: types.Type) -> types.Type:
    """Return as what the kernel reads a number of a kind."""
    narrow = isinstance(kind, types.Integer) and kind.bitwidth < _BITS  # type: ignore[attr-defined]
    return types.int64 if narrow else kind


def loaded(context: Any, builder: Any, kind: types.Type, place: Any, *, fixed: bool) -> Any:
    """Return the number at an address; `fixed`: nobody ever writes there.

    What is fixed needs not be read again after every change of something else.
    """
    if not fixed:
        return context.unpack_value(builder, kind, place)
    found = builder.load(place)
    found.set_metadata("invariant.load", builder.module.add_metadata([]))
    return context.data_model_manager[kind].from_data(builder, found)


class Row(types.Type):
    """Type of a record in an array; one that is fixed cannot be written to."""

    def __init__(self, record: types.Record, fixed: bool) -> None:
        self.record, self.fixed = record, fixed
        super().__init__(name=f"Row({record}, {fixed})")


@register_model(Row)
class RowModel(models.PrimitiveModel):
    """Where the record begins."""

    def __init__(self, manager: Any, row: Row) -> None:
        super().__init__(manager, row, ir.ArrayType(ir.IntType(8), row.record.size).as_pointer())


@infer
class _Read(AbstractTemplate):
    key = "static_getitem"

    def generic(self, args: Any, kws: Any) -> Any:
        row, field = args
        if isinstance(row, Row) and isinstance(field, str):
            return signature(widened(row.record.typeof(field)), *args)
        return None


@infer
class _Write(AbstractTemplate):
    key = "static_setitem"

    def generic(self, args: Any, kws: Any) -> Any:
        row, field, value = args
        if isinstance(row, Row) and isinstance(field, str) and not row.fixed:
            return signature(types.void, row, types.literal(field), value)
        return None


def _place(context: Any, builder: Any, row: Row, value: Any, field: str) -> tuple[Any, Any]:
    """Return the kind of a field and its address."""
    kind = row.record.typeof(field)
    data = context.get_data_type(kind)
    return kind, cgutils.get_record_member(builder, value, row.record.offset(field), data)


@lower_builtin("static_getitem", Row, types.StringLiteral)
def _read(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind, place = _place(context, builder, sig.args[0], args[0], args[1])
    found = loaded(context, builder, kind, place, fixed=sig.args[0].fixed)
    return context.cast(builder, found, kind, sig.return_type)


@lower_builtin("static_setitem", Row, types.StringLiteral, types.Any)
def _write(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind, place = _place(context, builder, sig.args[0], args[0], args[1])
    context.pack_value(builder, kind, context.cast(builder, args[2], sig.args[2], kind), place)
    return context.get_dummy_value()

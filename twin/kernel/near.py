"""Many arrays handed about inside the kernel as one pointer.

To numba an array is seven machine words, and every part of the kernel gets some fifty arrays: while
its parts packed and unpacked them the kernel took a third longer to compile.
`near(arrays)` puts the data pointers of a NamedTuple of arrays (and their extents, from the second
dimension on) on the stack of the entry point; merging the parts dissolves them into registers.
Fields are read and indexed as before, without wrapping of negative indices.  Uncompiled it is the
NamedTuple itself.

They dissolve only as long as nobody else may look at them.  So functions that stay functions are
handed another table of the same content, `aside`; without it every access in the main loop would
have to read the address of its array first, again and again (5 to 10 % of the time).
"""

import operator
from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import (
    intrinsic,
    lower_builtin,
    lower_getattr_generic,
    models,
    register_model,
    type_callable,
)

T = TypeVar("T")


class Near(types.Type):
    """Type of a pointer into a C-contiguous array."""

    def __init__(self, dtype: types.Type, ndim: int) -> None:
        self.dtype = dtype
        self.ndim = ndim
        super().__init__(name=f"Near({dtype}, {ndim}d)")


@register_model(Near)
class NearModel(models.StructModel):
    """Data pointer and the extents of all dimensions but the first."""

    def __init__(self, manager: Any, near_type: Near) -> None:
        members: list[tuple[str, Any]] = [("data", types.CPointer(near_type.dtype))]
        members += [(f"extent{d}", types.intp) for d in range(1, near_type.ndim)]
        super().__init__(manager, near_type, members)


class Table(types.Type):
    """Type of a pointer to the pointers of the arrays of a NamedTuple."""

    def __init__(self, arrays: types.NamedTuple) -> None:
        self.fields = tuple(arrays.fields)
        self.kinds = tuple(Near(array.dtype, array.ndim) for array in arrays.types)
        # Short, because it is part of the name of every function that is handed a table.
        kinds = sha256(repr(self.kinds).encode()).hexdigest()[:16]
        super().__init__(name=f"Table({arrays.instance_class.__name__} {kinds})")


@register_model(Table)
class TableModel(models.OpaqueModel):
    """An address."""


def _layout(context: Any, table: Table) -> Any:
    """Return what lies at the address of a table: that of the table aside, then the arrays."""
    kinds = [context.get_value_type(kind) for kind in table.kinds]
    return ir.LiteralStructType([context.get_value_type(table), *kinds])


@intrinsic
def _tabulate(_typing_context: Any, arrays: Any) -> Any:
    """Return the table of a NamedTuple of arrays; it lives as long as the caller runs."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        table = signature.return_type
        places = [cgutils.alloca_once(builder, _layout(context, table)) for _ in range(2)]
        aside = builder.bitcast(places[1], context.get_value_type(table))
        for place in places:
            builder.store(aside, cgutils.gep_inbounds(builder, place, 0, 0))
        for k, (kind, array) in enumerate(zip(table.kinds, arrays.types, strict=True)):
            source = context.make_helper(builder, array, builder.extract_value(arguments[0], k))
            item = cgutils.create_struct_proxy(kind)(context, builder)
            item.data = source.data
            for d, extent in enumerate(cgutils.unpack_tuple(builder, source.shape)):
                if d > 0:
                    setattr(item, f"extent{d}", extent)
            for place in places:
                slot = cgutils.gep_inbounds(builder, place, 0, 1 + k)
                builder.store(item._getvalue(), slot)  # noqa: SLF001
        return builder.bitcast(places[0], context.get_value_type(table))

    return Table(arrays)(arrays), generate


def _itself(arrays: T) -> T:
    return arrays


# To a type checker a table is what it was made of.
near: Callable[[T], T] = _itself if config.DISABLE_JIT else _tabulate  # type: ignore[assignment,attr-defined]


@infer_getattr
class _TableFields(AttributeTemplate):
    key = Table

    def generic_resolve(self, table: Any, field: str) -> Any:  # type: ignore[override]
        return table if field == "aside" else table.kinds[table.fields.index(field)]


@lower_getattr_generic(Table)
def _get_array(context: Any, builder: Any, table: Table, value: Any, field: str) -> Any:
    place = builder.bitcast(value, _layout(context, table).as_pointer())
    k = 0 if field == "aside" else 1 + table.fields.index(field)
    return builder.load(cgutils.gep_inbounds(builder, place, 0, k))


def aside(context: Any, builder: Any, table: Table, value: Any) -> Any:
    """Return the table of the same content that lies aside."""
    return _get_array(context, builder, table, value, "aside")


def _indices(context: Any, builder: Any, index_type: Any, index: Any) -> list[Any]:
    """Return the indices as machine words."""
    if hasattr(index_type, "types"):  # a tuple of indices
        pairs = zip(cgutils.unpack_tuple(builder, index), index_type.types, strict=True)
    else:
        pairs = zip([index], [index_type], strict=True)
    return [context.cast(builder, value, kind, types.intp) for value, kind in pairs]


def _address(context: Any, builder: Any, near_type: Near, value: Any, indices: list[Any]) -> Any:
    """Return the address of one item."""
    source = cgutils.create_struct_proxy(near_type)(context, builder, value=value)
    offset = indices[0]
    for d in range(1, near_type.ndim):
        offset = builder.add(builder.mul(offset, getattr(source, f"extent{d}")), indices[d])
    size = context.get_abi_sizeof(context.get_data_type(near_type.dtype))
    offset = builder.mul(offset, context.get_constant(types.intp, size))
    return cgutils.pointer_add(builder, source.data, offset)


@type_callable(operator.getitem)
def _type_getitem(_context: Any) -> Any:
    def typer(pointer: Any, index: Any) -> Any:
        return pointer.dtype if isinstance(pointer, Near) else None

    return typer


@type_callable(operator.setitem)
def _type_setitem(_context: Any) -> Any:
    def typer(pointer: Any, index: Any, value: Any) -> Any:
        return types.none if isinstance(pointer, Near) else None

    return typer


@lower_builtin(operator.getitem, Near, types.Any)
def _getitem(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    near_type, index_type = signature.args
    indices = _indices(context, builder, index_type, arguments[1])
    address = _address(context, builder, near_type, arguments[0], indices)
    return context.unpack_value(builder, near_type.dtype, address)


@lower_builtin(operator.setitem, Near, types.Any, types.Any)
def _setitem(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    near_type, index_type, value_type = signature.args
    indices = _indices(context, builder, index_type, arguments[1])
    address = _address(context, builder, near_type, arguments[0], indices)
    value = context.cast(builder, arguments[2], value_type, near_type.dtype)
    context.pack_value(builder, near_type.dtype, value, address)
    return context.get_dummy_value()

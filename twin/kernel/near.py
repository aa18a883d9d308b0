"""Many arrays handed about inside the kernel as one pointer.

To numba an array is seven machine words, and every part of the kernel gets some fifty arrays: while
its parts packed and unpacked them the kernel took a third longer to compile.
`near(arrays)` puts the data pointers of a NamedTuple of arrays (and their extents, from the second
dimension on) on the stack of the entry point; merging the parts dissolves them into registers.
Fields are read and indexed as before, without wrapping of negative indices.  Uncompiled it is the
NamedTuple itself.

What is one record, the state's `glob`, is copied to the stack and back (`brought_back`): there it
has a fixed place, which needs no pointer, and which no other array can overlap.  That and `fixed`
for the model, which is never read again in vain, save a tenth of the time.

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

from twin.kernel.near_rows import Row, loaded, widened

T = TypeVar("T")
_ON_STACK = "glob"  # one record, which everybody reads


class Near(types.Type):
    """Type of a pointer into a C-contiguous array; one that is fixed cannot be written to."""

    def __init__(self, dtype: types.Type, ndim: int, fixed: bool = False) -> None:
        self.dtype, self.ndim, self.fixed = dtype, ndim, fixed
        self.item = Row(dtype, fixed) if isinstance(dtype, types.Record) else widened(dtype)
        super().__init__(name=f"Near({dtype}, {ndim}d, {fixed})")


@register_model(Near)
class NearModel(models.StructModel):
    """Data pointer and the extents of all dimensions but the first."""

    def __init__(self, manager: Any, near_type: Near) -> None:
        members: list[tuple[str, Any]] = [("data", types.CPointer(near_type.dtype))]
        members += [(f"extent{d}", types.intp) for d in range(1, near_type.ndim)]
        super().__init__(manager, near_type, members)


class Table(types.Type):
    """Type of a pointer to the pointers of the arrays of a NamedTuple."""

    def __init__(self, arrays: types.NamedTuple, fixed: bool) -> None:
        self.fields = tuple(arrays.fields)
        self.kinds = tuple(Near(array.dtype, array.ndim, fixed) for array in arrays.types)
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


def _copied_to_stack(builder: Any, record: types.Record, data: Any) -> Any:
    """Return where on the stack a copy of a record lies."""
    place = cgutils.alloca_once(builder, ir.ArrayType(ir.IntType(8), record.size))
    place.align = 64
    copy = builder.bitcast(place, data.type)
    cgutils.raw_memcpy(builder, copy, data, ir.Constant(ir.IntType(64), record.size), 1)
    return copy


@intrinsic
def _copy_back(_typing_context: Any, arrays: Any, table: Any) -> Any:
    """Copy the record on the stack to where it came from."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        k = table.fields.index(_ON_STACK)
        item = _get_array(context, builder, table, arguments[1], _ON_STACK)
        copy = cgutils.create_struct_proxy(table.kinds[k])(context, builder, value=item)
        source = builder.extract_value(arguments[0], k)
        target = context.make_helper(builder, arrays.types[k], source).data
        size = ir.Constant(ir.IntType(64), arrays.types[k].dtype.size)
        cgutils.raw_memcpy(builder, target, copy.data, size, 1)
        return context.get_dummy_value()

    return types.void(arrays, table), generate


def _table_of(arrays: Any, fixed: bool) -> Any:
    """Return how the table of some arrays is made; it lives as long as its caller runs."""

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
            if table.fields[k] == _ON_STACK:
                item.data = _copied_to_stack(builder, array.dtype, source.data)
            for d, extent in enumerate(cgutils.unpack_tuple(builder, source.shape)):
                if d > 0:
                    setattr(item, f"extent{d}", extent)
            for place in places:
                slot = cgutils.gep_inbounds(builder, place, 0, 1 + k)
                builder.store(item._getvalue(), slot)  # noqa: SLF001
        return builder.bitcast(places[0], context.get_value_type(table))

    return Table(arrays, fixed)(arrays), generate


@intrinsic
def _tabulate(_typing_context: Any, arrays: Any) -> Any:
    return _table_of(arrays, fixed=False)


@intrinsic
def _tabulate_fixed(_typing_context: Any, arrays: Any) -> Any:
    return _table_of(arrays, fixed=True)


def _itself(arrays: T) -> T:
    return arrays


def _nothing(_arrays: T, _table: T) -> None:
    """Uncompiled, the table is what it was made of."""


# To a type checker a table is what it was made of.
near: Callable[[T], T] = _itself if config.DISABLE_JIT else _tabulate  # type: ignore[assignment,attr-defined]
# The same for arrays to which nobody writes: what was read once need not be read again.
fixed: Callable[[T], T] = _itself if config.DISABLE_JIT else _tabulate_fixed  # type: ignore[assignment,attr-defined]
# `brought_back(arrays, near(arrays))` is to be called before the entry point returns.
brought_back: Callable[[T, T], None] = _nothing if config.DISABLE_JIT else _copy_back  # type: ignore[assignment,attr-defined]


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
        return pointer.item if isinstance(pointer, Near) else None

    return typer


@type_callable(operator.setitem)
def _type_setitem(_context: Any) -> Any:
    def typer(pointer: Any, index: Any, value: Any) -> Any:
        return types.none if isinstance(pointer, Near) and not pointer.fixed else None

    return typer


@lower_builtin(operator.getitem, Near, types.Any)
def _getitem(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    near_type, index_type = signature.args
    indices = _indices(context, builder, index_type, arguments[1])
    address = _address(context, builder, near_type, arguments[0], indices)
    if isinstance(near_type.item, Row):
        return builder.bitcast(address, context.get_value_type(near_type.item))
    found = loaded(context, builder, near_type.dtype, address, fixed=near_type.fixed)
    return context.cast(builder, found, near_type.dtype, near_type.item)


@lower_builtin(operator.setitem, Near, types.Any, types.Any)
def _setitem(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    near_type, index_type, value_type = signature.args
    indices = _indices(context, builder, index_type, arguments[1])
    address = _address(context, builder, near_type, arguments[0], indices)
    value = context.cast(builder, arguments[2], value_type, near_type.dtype)
    context.pack_value(builder, near_type.dtype, value, address)
    return context.get_dummy_value()

"""Arrays handed about inside the kernel as bare pointers.

An array is seven machine words to numba, and 45 of them are passed to every part of the kernel: code
that only packs and unpacks them took most of the compile time (35 s instead of the figure in
`docs`).  `near(array)` is its data pointer and, from the second dimension on, its shape; it is
indexed like the array, without wrapping of negative indices.  Uncompiled it is the array itself.
"""

import operator
from typing import Any

from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer
from numba.extending import (
    intrinsic,
    lower_builtin,
    models,
    register_model,
    type_callable,
)


_ALIGNED = 8  # bytes; every item and field is a number of 64 bits


class Near(types.Type):
    """Type of a pointer into a C-contiguous array."""

    def __init__(self, dtype: types.Type, ndim: int) -> None:
        self.dtype = dtype
        self.ndim = ndim
        super().__init__(name=f"Near({dtype}, {ndim}d)")


@register_model(Near)
class NearModel(models.StructModel):
    """Data pointer and the extents of all dimensions but the first."""

    def __init__(self, dmm: Any, near_type: Near) -> None:
        members = [("data", types.CPointer(near_type.dtype))]
        members += [(f"extent{d}", types.intp) for d in range(1, near_type.ndim)]
        super().__init__(dmm, near_type, members)


class NearRecord(types.Type):
    """Type of a pointer to one record; all fields are numbers of 64 bits."""

    def __init__(self, of: types.Record) -> None:
        self.of = of
        super().__init__(name=f"NearRecord({of})")


@register_model(NearRecord)
class NearRecordModel(models.OpaqueModel):
    """An address."""


@intrinsic
def _pointer(_typing_context: Any, array: Any) -> Any:
    """Return the pointer of an array; a plain number stays one."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source = context.make_helper(builder, signature.args[0], arguments[0])
        shape = cgutils.unpack_tuple(builder, source.shape)
        result = cgutils.create_struct_proxy(signature.return_type)(context, builder)
        result.data = source.data
        for d in range(1, signature.return_type.ndim):
            setattr(result, f"extent{d}", shape[d])
        return result._getvalue()  # noqa: SLF001 - numba's name for it

    if isinstance(array, types.Array):
        return Near(array.dtype, array.ndim)(array), generate
    return array(array), lambda _context, _builder, _signature, arguments: arguments[0]


def _itself(array: Any) -> Any:
    return array


near = _itself if config.DISABLE_JIT else _pointer


def _indices(context: Any, builder: Any, index_type: Any, index: Any) -> list[Any]:
    """Return the indices as machine words."""
    if isinstance(index_type, types.BaseTuple):
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


def _mark(builder: Any, instruction: Any, name: str) -> None:
    """Tell the optimiser that an access touches only memory of this name.

    Fields of different names never overlap; without this each store would force every field read
    before to be read again (type-based alias analysis, LLVM language reference).
    """
    module, zero = builder.module, ir.IntType(64)(0)
    root = module.add_metadata([ir.MetaDataString(module, "near")])
    kind = module.add_metadata([ir.MetaDataString(module, name), root, zero])
    instruction.set_metadata("tbaa", module.add_metadata([kind, kind, zero]))


def _load(builder: Any, address: Any, name: str) -> Any:
    instruction = builder.load(address, align=_ALIGNED)
    _mark(builder, instruction, name)
    return instruction


def _store(builder: Any, value: Any, address: Any, name: str) -> Any:
    _mark(builder, builder.store(value, address, align=_ALIGNED), name)


# ---- items of arrays ----


@type_callable(operator.getitem)
def _type_getitem(_context: Any) -> Any:
    def typer(pointer: Any, index: Any) -> Any:
        if not isinstance(pointer, Near):
            return None
        of_records = isinstance(pointer.dtype, types.Record)
        return NearRecord(pointer.dtype) if of_records else pointer.dtype

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
    if isinstance(near_type.dtype, types.Record):
        return builder.bitcast(address, context.get_value_type(signature.return_type))
    return _load(builder, address, str(near_type))


@lower_builtin(operator.setitem, Near, types.Any, types.Any)
def _setitem(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    near_type, index_type, value_type = signature.args
    indices = _indices(context, builder, index_type, arguments[1])
    address = _address(context, builder, near_type, arguments[0], indices)
    value = context.cast(builder, arguments[2], value_type, near_type.dtype)
    _store(builder, value, address, str(near_type))
    return context.get_dummy_value()


# ---- fields of records ----


@infer
class _FieldType(AbstractTemplate):  # type: ignore[misc]
    key = "static_getitem"

    def generic(self, arguments: Any, _keywords: Any) -> Any:
        record, field = arguments
        if isinstance(record, NearRecord) and isinstance(field, str):
            return record.of.typeof(field)(*arguments)
        return None


@infer
class _SetFieldType(AbstractTemplate):  # type: ignore[misc]
    key = "static_setitem"

    def generic(self, arguments: Any, _keywords: Any) -> Any:
        record, field, value = arguments
        if isinstance(record, NearRecord) and isinstance(field, str):
            return types.void(record, types.literal(field), value)
        return None


def _field(context: Any, builder: Any, record: NearRecord, value: Any, field: str) -> Any:
    """Return the address of a field and the name of its memory."""
    kind = context.get_data_type(record.of.typeof(field)).as_pointer()
    address = cgutils.pointer_add(builder, value, record.of.offset(field), kind)
    return address, f"{record.name}.{field}"


@lower_builtin("static_getitem", NearRecord, types.StringLiteral)
def _get_field(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return _load(builder, *_field(context, builder, signature.args[0], *arguments))


@lower_builtin("static_setitem", NearRecord, types.StringLiteral, types.Any)
def _set_field(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    record, literal, value_type = signature.args
    field = literal.literal_value
    value = context.cast(builder, arguments[2], value_type, record.of.typeof(field))
    _store(builder, value, *_field(context, builder, record, arguments[0], field))
    return context.get_dummy_value()

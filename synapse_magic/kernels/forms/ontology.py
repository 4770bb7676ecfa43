"""What fields forms have, and of which type: learned of some forms, and merged.

A field is what a service says of it: ``{"type": "number", "valueNumber": 2.5, "content": "2,50"}``.
Types are Arrow's; that of nothing is ``null`` until another is merged with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import pyarrow as pa

_SCALARS = {"number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_()}
RECORDS = ("object", "currency", "address")
"""Types of fields that have parts."""


def fields_of(result: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the fields of the first document of a result by name, None where there is none.

    Examples
    --------
    >>> fields_of({"documents": [{"fields": [("Total", {"type": "number"})]}]})
    {'Total': {'type': 'number'}}
    """
    documents = (result or {}).get("documents")
    found = documents[0] if documents else None
    fields = found["fields"] if found is not None else None
    return named(fields) if fields is not None else None


def named(parts: Any) -> dict[str, Any]:
    """Return the parts of a record by name, without those that are null; maps come as pairs."""
    return {name: part for name, part in dict(parts).items() if part is not None}


def held(field: Mapping[str, Any]) -> Any:
    """Return the value of a field, None where the service could not read one."""
    kind = str(field.get("type"))
    return field.get(f"value{kind[:1].upper()}{kind[1:]}")


def type_of(field: Any) -> pa.DataType:
    """Return the type of a field, or of a plain part of one.

    Examples
    --------
    >>> type_of({"type": "array", "valueArray": [{"type": "integer", "valueInteger": 3}]})
    ListType(list<item: int64>)
    """
    if not isinstance(field, Mapping):
        return pa.float64() if isinstance(field, (int, float)) else pa.string()
    kind, value = field.get("type"), held(field)
    if kind == "array":
        return pa.list_(reduce(merged, map(type_of, value or ()), pa.null()))
    if kind in RECORDS:
        return record({name: type_of(part) for name, part in named(value or {}).items()})
    return _SCALARS.get(str(kind), pa.string())


def record(types: Mapping[str, pa.DataType]) -> pa.StructType:
    """Return the type of a record, its parts in the order of their names."""
    return pa.struct([pa.field(name, types[name]) for name in sorted(types)])


def merged(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """Return the type that holds the values of two: text, where nothing else does.

    Examples
    --------
    >>> merged(pa.int64(), pa.float64()), merged(pa.bool_(), pa.float64())
    (DataType(double), DataType(string))
    """
    if one == other or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if pa.types.is_struct(one) and pa.types.is_struct(other):
        parts = {part.name: part.type for part in one}
        for part in other:
            parts[part.name] = merged(parts.get(part.name, pa.null()), part.type)
        return record(parts)
    if pa.types.is_list(one) and pa.types.is_list(other):
        return pa.list_(merged(one.value_type, other.value_type))
    if {one, other} == {pa.int64(), pa.float64()}:
        return pa.float64()
    return pa.string()


def settled(kind: pa.DataType) -> pa.DataType:
    """Return a type for good: text where nothing was ever seen."""
    if pa.types.is_list(kind):
        return pa.list_(settled(kind.value_type))
    if pa.types.is_struct(kind) and kind.num_fields:
        return record({part.name: settled(part.type) for part in kind})
    return pa.string() if pa.types.is_null(kind) or pa.types.is_struct(kind) else kind

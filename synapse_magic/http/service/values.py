"""Columns as the values of requests: plain Python, without what is null inside."""

from __future__ import annotations

from typing import Any

import pyarrow as pa


def plain(column: pa.Array) -> list[Any]:
    """Return a column as values for JSON: fields that are null are left out of structs.

    Examples
    --------
    >>> kind = pa.list_(pa.struct([("role", pa.string()), ("name", pa.string())]))
    >>> plain(pa.array([[{"role": "user", "name": None}]], kind))
    [[{'role': 'user'}]]
    """
    values: list[Any] = column.to_pylist()
    return [_plain(column.type, value) for value in values] if _nested(column.type) else values


def _nested(kind: pa.DataType) -> bool:
    return bool(pa.types.is_nested(kind))


def _plain(kind: pa.DataType, value: Any) -> Any:
    if value is None:
        return None
    if pa.types.is_struct(kind):
        return {
            own.name: _plain(own.type, value[own.name])
            for own in kind
            if value[own.name] is not None
        }
    if pa.types.is_map(kind):
        return {key: _plain(kind.item_type, item) for key, item in value}
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [_plain(kind.value_type, item) for item in value]
    return value

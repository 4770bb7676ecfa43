"""The Python types of params that are declared by Spark's names of types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pyarrow as pa

from synapse_magic.http.service.ddl import arrow_type


def param_type(told: Mapping[str, Any]) -> Any:
    """Return the Python type of a declared param's values.

    Examples
    --------
    >>> param_type({"type": "array<string>"}), param_type({"type": "int"})
    (list[str], <class 'int'>)
    """
    if told.get("choices") and told["type"] == "string":
        return Literal[tuple(told["choices"])]
    return _python_type(arrow_type(told["type"]))


def _python_type(kind: pa.DataType) -> Any:
    if pa.types.is_list(kind):
        element = _python_type(kind.value_type)
        return list[element]  # type: ignore[valid-type]
    if pa.types.is_map(kind):
        item = _python_type(kind.item_type)
        return dict[str, item]  # type: ignore[valid-type]
    if pa.types.is_struct(kind):
        return dict[str, Any]
    if pa.types.is_integer(kind):
        return int
    if pa.types.is_floating(kind):
        return float
    return {pa.bool_(): bool, pa.binary(): bytes}.get(kind, str)

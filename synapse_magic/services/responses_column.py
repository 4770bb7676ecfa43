"""Checking that a column holds responses, before a job is started over it."""

from __future__ import annotations

from pyspark.sql.types import BinaryType, DataType, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.spark.columns import field


def require_responses(schema: StructType, name: str) -> None:
    """Raise unless a column holds responses: structs with ``entity.content`` as bytes."""
    kind = field(schema, name).dataType
    if isinstance(_part(_part(kind, "entity"), "content"), BinaryType):
        return
    raise SynapseError(
        f"The column {name!r} holds no responses: expected structs with entity.content as bytes, "
        f"got {kind.simpleString()[:200]}. Try: the outputCol of an HTTPTransformer"
    )


def _part(kind: DataType | None, name: str) -> DataType | None:
    """Return the type of a field of a struct, None where there is none."""
    if not isinstance(kind, StructType) or name not in kind.names:
        return None
    return kind[name].dataType

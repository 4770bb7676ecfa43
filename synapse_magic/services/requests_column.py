"""Checking that a column holds requests, before a job is started over it."""

from __future__ import annotations

from pyspark.sql.types import ArrayType, BinaryType, DataType, StringType, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.spark.columns import field

_TRY = (
    "Try: the column that a parser makes, or F.struct(F.struct(F.lit('GET').alias('method'), "
    "url.alias('uri')).alias('requestLine'))"
)


def require_requests(schema: StructType, name: str) -> None:
    """Raise unless a column holds requests.

    They need a ``requestLine`` with ``method`` and ``uri``; headers and entity may be missing.
    """
    kind = field(schema, name).dataType
    line = _part(kind, "requestLine")
    missing = [f"requestLine.{each}" for each in ("method", "uri") if not _is_text(line, each)]
    if missing:
        raise SynapseError(
            f"The column {name!r} holds no requests: expected structs with "
            f"{' and '.join(missing)} as strings, got {kind.simpleString()[:200]}. {_TRY}"
        )
    headers = _part(kind, "headers")
    if headers is not None and not _is_headers(headers):
        raise SynapseError(
            f"headers of {name!r} must be an array of structs of name and value, "
            f"got {headers.simpleString()}"
        )
    content = _part(_part(kind, "entity"), "content")
    if content is not None and not isinstance(content, BinaryType):
        raise SynapseError(
            f"entity.content of {name!r} must be binary, got {content.simpleString()}. "
            "Try: F.encode(text, 'UTF-8')"
        )


def _part(kind: DataType | None, name: str) -> DataType | None:
    """Return the type of a field of a struct, None where there is none."""
    if not isinstance(kind, StructType) or name not in kind.names:
        return None
    return kind[name].dataType


def _is_text(kind: DataType | None, name: str) -> bool:
    return isinstance(_part(kind, name), StringType)


def _is_headers(kind: DataType) -> bool:
    if not isinstance(kind, ArrayType):
        return False
    return _is_text(kind.elementType, "name") and _is_text(kind.elementType, "value")

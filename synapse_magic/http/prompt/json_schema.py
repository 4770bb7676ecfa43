"""A type as the JSON schema that a model is held to, in the strict form of OpenAI's language."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

COMMENT = b"comment"
"""Key of a field's metadata that holds what the model is told of it."""


def json_schema(kind: pa.DataType) -> dict[str, Any]:
    """Return the schema of a type; every field must be there, and no others.

    A field that may be null may be so here, too: the model then says null.

    Examples
    --------
    >>> city = pa.field("city", pa.string(), nullable=False)
    >>> json_schema(pa.struct([city, ("year", pa.int32())]))["properties"]
    {'city': {'type': 'string'}, 'year': {'type': ['integer', 'null']}}
    """
    if pa.types.is_struct(kind):
        return {
            "type": "object",
            "properties": {own.name: _field(own) for own in kind},
            "required": [own.name for own in kind],
            "additionalProperties": False,
        }
    if pa.types.is_list(kind):
        return {"type": "array", "items": _field(kind.value_field)}
    if pa.types.is_date(kind):
        return {"type": "string", "format": "date"}
    if pa.types.is_integer(kind):
        return {"type": "integer"}
    if pa.types.is_floating(kind):
        return {"type": "number"}
    return {"type": "boolean" if pa.types.is_boolean(kind) else "string"}


def _field(own: pa.Field) -> dict[str, Any]:
    made = json_schema(own.type)
    if own.nullable:
        made["type"] = [made["type"], "null"]
    comment = (own.metadata or {}).get(COMMENT)
    return {"description": comment.decode(), **made} if comment else made

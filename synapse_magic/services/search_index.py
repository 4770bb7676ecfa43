"""The index of Azure AI Search that takes the rows of a frame: one field for each column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyspark.sql import types as T
from pyspark.sql.types import DataType, StructField, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.spark.columns import field

ACTION = "@search.action"
"""The field of a document that says what to do with it; no field of the index."""

_PROFILE, _ALGORITHM = "vectors", "hnsw"
_SIMPLE: dict[type[DataType], str] = {
    T.StringType: "Edm.String",
    T.BooleanType: "Edm.Boolean",
    T.ByteType: "Edm.Int32",
    T.ShortType: "Edm.Int32",
    T.IntegerType: "Edm.Int32",
    T.LongType: "Edm.Int64",
    T.FloatType: "Edm.Double",
    T.DoubleType: "Edm.Double",
    T.DecimalType: "Edm.Double",
    T.TimestampType: "Edm.DateTimeOffset",
    T.TimestampNTZType: "Edm.DateTimeOffset",
}


def index_of(
    schema: StructType, name: str, key: str, vectors: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Return the definition of an index, as the service takes it.

    Parameters
    ----------
    schema : StructType
        Of the documents.
    name, key : str
        Of the index, and of the column of texts by which a document is known.
    vectors : dict of str to int, optional
        Columns that are searched as vectors, with their numbers of dimensions.

    Examples
    --------
    >>> index_of(StructType([StructField("id", T.StringType())]), "hotels", "id")
    {'name': 'hotels', 'fields': [{'name': 'id', 'type': 'Edm.String', 'key': True}]}
    """
    dimensions = dict(vectors or {})
    for column, kind in ((key, T.StringType), *((each, T.ArrayType) for each in dimensions)):
        if not isinstance(field(schema, column).dataType, kind):
            what = "a string" if column == key else "an array of numbers"
            got = field(schema, column).dataType.simpleString()
            raise SynapseError(f"The column {column!r} must be {what} for an index, got {got}")
    fields = [
        _vector(own.name, dimensions[own.name]) if own.name in dimensions else _field(own)
        for own in schema
        if own.name != ACTION
    ]
    made = {"name": name, "fields": [{**e, "key": True} if e["name"] == key else e for e in fields]}
    return {**made, "vectorSearch": _SEARCH} if dimensions else made


_SEARCH = {
    "algorithms": [{"name": _ALGORITHM, "kind": "hnsw"}],
    "profiles": [{"name": _PROFILE, "algorithm": _ALGORITHM}],
}


def _vector(name: str, dimensions: int) -> dict[str, Any]:
    kind = {"type": "Collection(Edm.Single)", "searchable": True}
    return {"name": name, **kind, "dimensions": dimensions, "vectorSearchProfile": _PROFILE}


def _field(own: StructField) -> dict[str, Any]:
    kind, several = own.dataType, isinstance(own.dataType, T.ArrayType)
    inner = kind.elementType if isinstance(kind, T.ArrayType) else kind
    told = "Edm.ComplexType" if isinstance(inner, StructType) else _SIMPLE.get(type(inner))
    if told is None:
        raise SynapseError(
            f"The column {own.name!r} has no type that an index takes, got {kind.simpleString()}. "
            f"Try: cast it to string, a date to timestamp, or leave it out with drop({own.name!r})"
        )
    made: dict[str, Any] = {"name": own.name, "type": f"Collection({told})" if several else told}
    return (
        {**made, "fields": [_field(each) for each in inner]}
        if isinstance(inner, StructType)
        else made
    )

"""Types of Spark that a model can be held to, as workers know them."""

from __future__ import annotations

import json
import re
from collections import Counter

import pyarrow as pa
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import types as T

from synapse_magic.errors import SynapseError
from synapse_magic.http.prompt.json_schema import COMMENT
from synapse_magic.spark.files import first_line

_SIMPLE: dict[type[T.DataType], pa.DataType] = {
    T.StringType: pa.string(),
    T.ShortType: pa.int16(),
    T.IntegerType: pa.int32(),
    T.LongType: pa.int64(),
    T.FloatType: pa.float32(),
    T.DoubleType: pa.float64(),
    T.BooleanType: pa.bool_(),
    T.DateType: pa.date32(),
}


def struct_of(given: str, name: str) -> T.StructType:
    """Return the struct that a param tells by its DDL, or by the JSON that Spark has for types.

    Parameters
    ----------
    given : str
    name : str
        The param, for messages.
    """
    told: T.DataType
    try:
        if given.lstrip().startswith("{"):
            told = T.StructType.fromJson(json.loads(given))
        else:
            told = SparkSession.active().createDataFrame([], given).schema
    except (PySparkException, ValueError, KeyError) as error:
        raise SynapseError(
            f"{name} must be the fields of a struct, got {given[:200]!r}{_reason(error)}. "
            f"Try: {name}='city string, year int NOT NULL'"
        ) from error
    return told


def _reason(error: Exception) -> str:
    """Return what Spark says of a DDL, without its codes; nothing of what is no DDL."""
    if not isinstance(error, PySparkException):
        return ""
    said = re.sub(r"^\[[\w.]+\] | SQLSTATE: .*$", "", first_line(error)).rstrip(".")
    return f": {said[:1].lower()}{said[1:]}"


def reply_type(kind: T.DataType, place: str) -> pa.DataType:
    """Return the Arrow type of a type of Spark, with which fields may be null, and their comments.

    Parameters
    ----------
    kind : DataType
    place : str
        The param, and the field within it, for messages.

    Raises
    ------
    SynapseError
        For a type that no reply can be held to, with its place.
    """
    if isinstance(kind, T.StructType):
        _require_fields(kind, place)
        return pa.struct([_field(own, f"{place}.{own.name}") for own in kind.fields])
    if isinstance(kind, T.ArrayType):
        item = reply_type(kind.elementType, f"{place}[]")
        return pa.list_(pa.field("item", item, nullable=kind.containsNull))
    if type(kind) not in _SIMPLE:
        instead = "an array of structs" if isinstance(kind, T.MapType) else "string"
        raise SynapseError(
            f"{place} is of {kind.simpleString()}, which no model can be held to. Expected "
            "string, short, int, bigint, float, double, boolean, date, arrays and structs. "
            f"Try: {instead}"
        )
    return _SIMPLE[type(kind)]


def _require_fields(kind: T.StructType, place: str) -> None:
    """Raise for a struct of which no field could be read, or not each by its name."""
    if not kind.fields:
        raise SynapseError(f"{place} has no fields. Try: schema='city string, year int NOT NULL'")
    name, times = Counter(own.name.casefold() for own in kind.fields).most_common(1)[0]
    if times > 1:
        raise SynapseError(
            f"{place} has {times} fields {name!r}, and Spark tells no case apart. "
            "Try: names that differ"
        )


def _field(own: T.StructField, place: str) -> pa.Field:
    comment = (own.metadata or {}).get(COMMENT.decode())
    metadata = {COMMENT: comment.encode()} if comment else None
    return pa.field(own.name, reply_type(own.dataType, place), own.nullable, metadata)

"""The Arrow types in which Spark hands its columns to Python."""

from __future__ import annotations

import inspect

import pyarrow as pa
from pyspark.sql.pandas.types import to_arrow_type
from pyspark.sql.types import DataType, StructType, TimestampType

# PySpark 4.3 asks for the zone of timestamps; before, those inside of other types are in UTC.
_ASKS_ZONE = "timezone" in inspect.signature(to_arrow_type).parameters


def arrow_type(kind: DataType, zone: str = "UTC") -> pa.DataType:
    """Return the Arrow type of a Spark type.

    Parameters
    ----------
    kind : DataType
    zone : str
        The time zone of the session, which timestamps get.

    Examples
    --------
    >>> from pyspark.sql.types import TimestampType
    >>> arrow_type(TimestampType(), "Europe/Berlin")
    TimestampType(timestamp[us, tz=Europe/Berlin])
    """
    if isinstance(kind, TimestampType):
        return pa.timestamp("us", zone)
    return to_arrow_type(kind, timezone=zone) if _ASKS_ZONE else to_arrow_type(kind)


def arrow_schema(schema: StructType, zone: str = "UTC") -> pa.Schema:
    """Return the Arrow schema of a Spark schema, its names and the types of `arrow_type`."""
    return pa.schema([pa.field(own.name, arrow_type(own.dataType, zone)) for own in schema.fields])

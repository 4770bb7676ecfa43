"""The types of image columns in Spark."""

from __future__ import annotations

from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    DataType,
    IntegerType,
    StringType,
    StructField,
    StructType,
)

from synapse_magic.errors import SynapseError
from synapse_magic.spark.columns import field

IMAGE = StructType(
    [
        StructField("origin", StringType()),
        StructField("height", IntegerType()),
        StructField("width", IntegerType()),
        StructField("nChannels", IntegerType()),
        StructField("mode", IntegerType()),
        StructField("data", BinaryType()),
    ]
)
"""As Spark's image source has it: rows of pixels, blue first."""

_PLACE = StructType([StructField("x", IntegerType()), StructField("y", IntegerType())])
SUPERPIXELS = StructType([StructField("clusters", ArrayType(ArrayType(_PLACE)))])
"""The pixels of each superpixel."""


def holds_images(kind: DataType) -> bool:
    """Say whether a column of this type holds image structs or the bytes of files."""
    if isinstance(kind, StructType):
        return set(IMAGE.names) <= set(kind.names)
    return isinstance(kind, BinaryType)


def require_images(schema: StructType, name: str) -> None:
    """Raise a :class:`SynapseError` unless a column holds image structs or the bytes of files."""
    kind = field(schema, name).dataType
    if not holds_images(kind):
        raise SynapseError(
            f"Column {name!r} holds {kind.simpleString()}. Expected images, or the bytes of image "
            "files. Try: read_images('folder')"
        )

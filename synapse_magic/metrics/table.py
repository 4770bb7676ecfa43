"""The first rows of a frame, ready to be shown."""

from __future__ import annotations

import datetime
import decimal
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pyspark.sql import Row
from pyspark.sql.types import StructType

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.thumbnails import SmallImages, is_image, pixels_of, small
from synapse_magic.metrics.struct_words import struct_words
from synapse_magic.results.table import TablePage
from synapse_magic.spark.columns import col
from synapse_magic.spark.scoring import transform_with
from synapse_magic.views.picture import Picture, Strip
from synapse_magic.views.words import data

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_LONGEST = 400
_MOST_ITEMS = 8
_IMAGE_TYPE = "struct<origin:string,height:int,width:int,nChannels:int,mode:int,data:binary>"


def table_page(df: DataFrame, rows: int = 20) -> TablePage:
    """Return the first rows of a frame as values that can be shown as they are.

    One row more than wanted is fetched, and nothing counted: ``total`` is the number of rows where
    they all fit, else None.

    Parameters
    ----------
    df : DataFrame
    rows : int
        How many rows to show, from 0.

    Raises
    ------
    SynapseError
        When ``rows`` is negative.

    Examples
    --------
    >>> table_page(people(spark), rows=5).rows  # doctest: +SKIP
    """
    if rows < 0:
        raise SynapseError(f"rows must be at least 0, got {rows}. Try: rows=20")
    fetched = _with_small_images(df.limit(rows + 1)).collect()
    return TablePage(
        names=tuple(df.columns),
        types=tuple(kind.replace(_IMAGE_TYPE, "image") for _, kind in df.dtypes),
        rows=[tuple(map(shown, row)) for row in fetched[:rows]],
        total=len(fetched) if len(fetched) <= rows else None,
    )


def shown(value: Any) -> Any:
    """Return a value from Spark as a number, a boolean, None, short text or a small picture.

    Dates and times become ISO text, vectors and arrays show their first elements, and structs what
    is not null in them.
    """
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return f"{len(value)} bytes"
    return _picture(value) or _strip(value) or _shortened(value)


def _with_small_images(df: DataFrame) -> DataFrame:
    """Return the rows with images made small where they are, so that no large ones travel."""
    images = tuple(
        field.name
        for field in df.schema.fields
        if isinstance(field.dataType, StructType) and is_image(field.dataType.names)
    )
    if not images:
        return df
    made = [df.schema[name] for name in images]
    small_ones = transform_with(SmallImages(images), df, made)
    return small_ones.select(*map(col, df.columns))


def _picture(value: Any) -> Picture | None:
    """Return the picture of a Spark image, or of a struct that holds one beside other values."""
    if not isinstance(value, Row):
        return None
    fields = value.asDict()
    if is_image(fields):
        pixels = pixels_of(*(fields[name] for name in ("height", "width", "nChannels", "data")))
        name = PurePosixPath(fields.get("origin") or "image").name
        return None if pixels is None else Picture(small(pixels), name)
    inner = {name: _picture(each) for name, each in fields.items()}
    pictures = [each for each in inner.values() if each is not None]
    if len(pictures) != 1:
        return None
    rest = (data(shown(each)) for name, each in fields.items() if inner[name] is None)
    return replace(pictures[0], words=", ".join(filter(None, [pictures[0].words, *rest])))


def _strip(value: Any) -> Strip | None:
    """Return the pictures of a list that holds nothing else."""
    if not isinstance(value, list):
        return None
    pictures = tuple(map(_picture, value[:_MOST_ITEMS]))
    known = tuple(each for each in pictures if each is not None)
    return Strip(known) if known and len(known) == len(pictures) else None


def _shortened(value: Any) -> str:
    if hasattr(value, "toArray"):
        return _listed([f"{number:g}" for number in value.toArray()[: _MOST_ITEMS + 1]])
    words = struct_words(value)
    if words is None and isinstance(value, list):
        return _listed([data(shown(item)) for item in value[: _MOST_ITEMS + 1]])
    text = words or str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _listed(items: list[str]) -> str:
    more = ", …" if len(items) > _MOST_ITEMS else ""
    return f"[{', '.join(items[:_MOST_ITEMS])}{more}]"

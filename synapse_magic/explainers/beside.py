"""Columns that explained texts and images are looked at by, though no model reads them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pyspark.sql.types import (
    BooleanType,
    DataType,
    DateType,
    NumericType,
    StringType,
    TimestampNTZType,
    TimestampType,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MOST = 40
"""Columns that come along with the explained rows, the first of a frame."""
_PLAIN = (NumericType, StringType, BooleanType, DateType, TimestampType, TimestampNTZType)


def columns_beside(df: DataFrame, label: str | None, explained: str) -> list[str]:
    """Return the plain columns of a frame, its label first.

    Parameters
    ----------
    df : DataFrame
    label : str or None
        The column of the labels.
    explained : str
        The column that is explained, which is left out.
    """
    called = Counter(own.name.casefold() for own in df.schema.fields)
    names = [
        own.name
        for own in df.schema.fields
        if called[own.name.casefold()] == 1
        and own.name.casefold() != explained.casefold()
        and _is_plain(own.dataType)
    ]
    first = [name for name in names if name == label]
    return [*first, *(name for name in names if name != label)][:MOST]


def _is_plain(kind: DataType) -> bool:
    return isinstance(kind, _PLAIN)

"""Rows of a frame by a key: one filter of all its rows by Spark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from pyspark.sql import functions as F
from pyspark.sql import types as T

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.plain_values import by_level
from synapse_magic.results.dashboard.found import Found
from synapse_magic.spark.columns import col
from synapse_magic.spark.columns import field as field_of

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

ROWS = 20
"""Rows that are shown of those that have the value."""
SHOWN = 30
"""Columns that are shown, the key first."""
_LONG = 2**63
_PLAIN = (
    T.StringType, T.NumericType, T.BooleanType, T.DateType, T.TimestampType, T.TimestampNTZType,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class FrameFinder:
    """Looks for rows of a frame.

    Attributes
    ----------
    df
        All rows.
    read
        The columns that the model reads, whose values are brought along.
    codes
        The levels of columns that hold their numbers.
    """

    df: DataFrame
    read: Sequence[str] = ()
    codes: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def keys(self) -> list[str]:
        """The columns that hold one value a row."""
        return [own.name for own in self.df.schema.fields if isinstance(own.dataType, _PLAIN)]

    def find(self, column: str, value: str) -> Found:
        """Return the first rows that have a value in a column.

        Raises
        ------
        SynapseError
            When there is no such column, or it cannot have such a value.
        """
        asked = _equals(field_of(self.df.schema, column), value)
        shown = [column, *(name for name in self.keys if name != column)][:SHOWN]
        words = [col(name).cast("string").alias(f"s{i}") for i, name in enumerate(shown)]
        values = [_plain(self.df, name).alias(f"v{i}") for i, name in enumerate(self.read)]
        rows = self.df.where(asked).select(*words, *values).limit(ROWS + 1).collect()
        return Found(
            tuple(shown),
            tuple(tuple(row[: len(shown)]) for row in rows[:ROWS]),
            tuple(self._values(row[len(shown) :]) for row in rows[:ROWS]) if self.read else (),
            len(rows) > ROWS,
        )

    def _values(self, row: Sequence[Any]) -> dict[str, Any]:
        """Return what the model reads of a row, levels by their names."""
        found = {}
        for name, value in zip(self.read, row):
            if isinstance(value, float) and np.isnan(value):
                value = None
            if name in self.codes and value is not None:
                value = by_level(np.array([value]), self.codes[name])[0]
            found[name] = value
        return found


def _plain(df: DataFrame, name: str) -> Column:
    """Return a column as a person writes its values: numbers, and text for all else."""
    numeric = isinstance(field_of(df.schema, name).dataType, T.NumericType)
    return col(name).cast("double" if numeric else "string")


def _equals(own: T.StructField, value: str) -> Column:
    """Return whether a column has a value that was typed."""
    kind, column = own.dataType, col(own.name)
    if not isinstance(kind, _PLAIN):
        raise SynapseError(
            f"Column {own.name!r} is {kind.simpleString()}, which nobody looks for by typing. "
            "Expected text, numbers, dates or booleans"
        )
    if isinstance(kind, T.NumericType):
        number = F.lit(_number(own, value))
        # A double of 0.1 is no float of 0.1; a whole number stays whole, however long.
        return column == (number.cast("float") if isinstance(kind, T.FloatType) else number)
    if isinstance(kind, T.StringType):
        return column == F.lit(value)
    return column.cast("string") == F.lit(value.strip().lower())


def _number(own: T.StructField, value: str) -> int | float | Decimal:
    """Return a number as exactly as its column holds it: keys may be longer than a double."""
    try:
        if isinstance(own.dataType, T.IntegralType):
            whole = int(value)
            if -_LONG <= whole < _LONG:
                return whole
        elif isinstance(own.dataType, T.DecimalType):
            return Decimal(value)
        else:
            return float(value)
    except (ValueError, InvalidOperation):
        pass
    raise SynapseError(
        f"Column {own.name!r} is {own.dataType.simpleString()}, and {value!r} is none"
    )

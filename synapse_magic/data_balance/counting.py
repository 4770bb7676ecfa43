"""One pass over a frame that counts the levels of all sensitive columns and their combinations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pyspark.sql import functions as F
from pyspark.sql import types as T

from synapse_magic.errors import SynapseError
from synapse_magic.spark.columns import col, fields

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame
    from pyspark.sql.types import StructField

    from synapse_magic.data_balance.positive import Positive

MOST_LEVELS = 250_000
"""Levels of all columns together that come to the driver."""
_PLAIN = (T.StringType, T.BooleanType, T.NumericType, T.DateType, T.TimestampType, T.NullType)


@dataclass(frozen=True, eq=False)
class ColumnCounts:
    """The rows of each level of one column.

    Attributes
    ----------
    name, type
        Of the column; the type as ``simpleString``.
    numeric
        Whether its levels are numbers.
    levels
        Its levels as Spark writes them, in the order of their values, null last as None.
    rows, labelled, positives
        (levels,) rows, those with a label, and those that are positive.
    """

    name: str
    type: str
    numeric: bool
    levels: tuple[str | None, ...]
    rows: np.ndarray
    labelled: np.ndarray
    positives: np.ndarray


@dataclass(frozen=True, eq=False)
class Counts:
    """What one pass has counted.

    Attributes
    ----------
    columns
        The counts of each sensitive column.
    sizes, times
        Rows of a combination of levels of all columns, and how many combinations have as many;
        empty where they were not asked for.
    """

    columns: tuple[ColumnCounts, ...]
    sizes: np.ndarray
    times: np.ndarray

    @property
    def rows(self) -> int:
        """Rows of the frame."""
        return int(self.columns[0].rows.sum())


def count(
    df: DataFrame,
    sensitive: Sequence[str],
    positive: Positive | None = None,
    *,
    combinations: bool = False,
) -> Counts:
    """Count the rows of a frame by level, column by column; no row comes to the driver.

    Parameters
    ----------
    df
        The frame.
    sensitive
        Columns of text, numbers, booleans or dates.
    positive
        The label; without one, no row counts as labelled.
    combinations
        Whether combinations of the levels of all columns are counted, too.

    Raises
    ------
    SynapseError
        When a column is missing, twice or of another type, there are no rows, or levels are so
        many that they cannot be categories.
    """
    own = _checked(df, sensitive)
    joint = combinations and len(own) > 1
    found = _cells(df, own, positive, joint).limit(MOST_LEVELS + 1).collect()
    if not found:
        raise SynapseError("There are no rows to measure. Expected at least one")
    _check_size(found, own)
    by_item: dict[int, list[Any]] = defaultdict(list)
    for row in found:
        by_item[row["item"]].append(row)
    columns = tuple(_column(one, by_item[i]) for i, one in enumerate(own))
    sizes, times = np.zeros(0, np.int64), np.zeros(0, np.int64)
    if joint:
        alike = by_item[len(own)]
        sizes = np.array([row["size"] for row in alike], np.int64)
        times = np.array([row["cells"] for row in alike], np.int64)
    elif combinations:
        sizes, times = np.unique(columns[0].rows, return_counts=True)
    return Counts(columns, sizes, times)


def _checked(df: DataFrame, sensitive: Sequence[str]) -> list[StructField]:
    if not sensitive:
        raise SynapseError("No sensitive column is named. Expected at least one. Try: ['sex']")
    twice = next((name for name in sensitive if list(sensitive).count(name) > 1), None)
    if twice is not None:
        raise SynapseError(f"The sensitive column {twice!r} is named twice. Try: once")
    own = fields(df.schema, sensitive)
    for one in own:
        if not isinstance(one.dataType, _PLAIN) and one.dataType.typeName() != "timestamp_ntz":
            raise SynapseError(
                f"The sensitive column {one.name!r} is {one.dataType.simpleString()}. "
                "Expected text, numbers, booleans or dates"
            )
    return own


def _cells(
    df: DataFrame, own: Sequence[StructField], positive: Positive | None, joint: bool
) -> DataFrame:
    """Return one row a level, and one for each number of rows that combinations have.

    Each row of the frame becomes one for each column and one for the combination, which Spark adds
    up before it sends them anywhere.
    """
    texts = [_text(one) for one in own]
    items = [F.struct(F.lit(i).alias("item"), F.array(t).alias("key")) for i, t in enumerate(texts)]
    last = F.lit(len(own)).alias("item")
    items += [F.struct(last, F.array(*texts).alias("key"))] if joint else []
    known = F.lit(False) if positive is None else positive.known
    holds = F.lit(False) if positive is None else positive.known & positive.holds
    marked = df.select(
        F.explode(F.array(*items)).alias("cell"), _one(known, "known"), _one(holds, "positive")
    )
    counted = marked.groupBy("cell.item", "cell.key").agg(
        F.count(F.lit(1)).alias("rows"),
        F.sum("known").alias("labelled"),
        F.sum("positive").alias("positives"),
    )
    alone = F.col("item") < len(own)
    return counted.groupBy(
        "item",
        F.when(alone, F.col("key")[0]).alias("level"),
        F.when(~alone, F.col("rows")).alias("size"),
    ).agg(
        F.sum("rows").alias("rows"),
        F.sum("labelled").alias("labelled"),
        F.sum("positives").alias("positives"),
        F.count(F.lit(1)).alias("cells"),
    )


def _text(own: StructField) -> Column:
    value = col(own.name)
    if isinstance(own.dataType, (T.DoubleType, T.FloatType)):
        # So that -0.0 is no level beside 0.0; of the same type, as 0.1 is another text as a double.
        value = value + F.lit(0.0).cast(own.dataType)
    return value.cast("string")


def _one(condition: Column, name: str) -> Column:
    return F.when(condition, F.lit(1)).otherwise(F.lit(0)).cast("long").alias(name)


def _check_size(found: Sequence[Any], own: Sequence[StructField]) -> None:
    if len(found) <= MOST_LEVELS:
        return
    items = np.bincount([row["item"] for row in found], minlength=len(own))[: len(own)]
    largest = own[int(items.argmax())].name
    raise SynapseError(
        f"There are more than {MOST_LEVELS:,} levels, most of them of {largest!r}. Expected "
        "categories. Try: leave an identifier out, or put numbers into buckets (Bucketizer)"
    )


def _column(own: StructField, found: Sequence[Any]) -> ColumnCounts:
    numeric = isinstance(own.dataType, T.NumericType)
    ordered = sorted(found, key=lambda row: _order(row["level"], numeric))
    return ColumnCounts(
        name=own.name,
        type=own.dataType.simpleString(),
        numeric=numeric,
        levels=tuple(row["level"] for row in ordered),
        rows=np.array([row["rows"] for row in ordered], np.int64),
        labelled=np.array([row["labelled"] for row in ordered], np.int64),
        positives=np.array([row["positives"] for row in ordered], np.int64),
    )


def _order(level: str | None, numeric: bool) -> tuple[Any, ...]:
    """Return what levels are sorted by: numbers by value, NaN after them, null last."""
    if level is None:
        return (2,)
    if not numeric:
        return (0, level)
    return (1,) if level == "NaN" else (0, float(level), level)

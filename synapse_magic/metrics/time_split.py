"""A frame in two by time: to learn from what came before, and to be tested on what came after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import functions as F
from pyspark.sql import types as T

from synapse_magic.errors import SynapseError
from synapse_magic.spark.columns import col, field

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_TIMES = (T.NumericType, T.DateType, T.TimestampType, T.TimestampNTZType, T.StringType)


def split_by_time(
    df: DataFrame, column: str, shares: Sequence[float]
) -> tuple[DataFrame, DataFrame]:
    """Return the first rows by time to train on, and the last ones to test on.

    One small aggregation finds where to cut. Rows of the same moment stay together, so the shares
    are met as nearly as that allows; neither part is empty. Rows without a time, be it null or NaN,
    are tested on.

    Parameters
    ----------
    df : DataFrame
    column : str
        A date, a timestamp, a text that Spark reads as one, or a number such as a year.
    shares : sequence of two float
        How much is trained on, and how much tested on; they need not add up to 1.

    Raises
    ------
    SynapseError
        When the column is no time, or all rows are of one moment.

    Examples
    --------
    >>> years = spark.createDataFrame([(2021,), (2022,), (2023,), (2024,)], "year int")
    >>> train, test = split_by_time(years, "year", [0.75, 0.25])
    >>> [row.year for row in test.collect()]
    [2024]
    """
    moment = _moment(df, column)
    first, second = shares
    cut = F.percentile_approx(moment, first / (first + second))
    at, earliest, latest = df.agg(cut, F.min(moment), F.max(moment)).collect()[0]
    if earliest == latest:
        held = "no row has a time" if latest is None else "all rows are of one moment"
        raise SynapseError(
            f"{held} in {column!r}, so there is no before and after. "
            "Try: another column, or a split without time"
        )
    past = moment < at if at == latest else moment <= at
    chosen = F.coalesce(past, F.lit(False))
    return df.where(chosen), df.where(~chosen)


def _moment(df: DataFrame, column: str) -> Column:
    """Return a column as a number that grows with time; a zone of its own never shifts it."""
    kind = field(df.schema, column).dataType
    if not isinstance(kind, _TIMES):
        raise SynapseError(
            f"{column!r} is {kind.simpleString()}, which is no time. "
            "Expected a date, a timestamp or a number"
        )
    if isinstance(kind, (T.FloatType, T.DoubleType)):
        return F.nanvl(col(column), F.lit(None).cast(kind))  # Spark says that NaN comes last
    if isinstance(kind, T.NumericType):
        return col(column)
    return F.unix_micros(col(column).cast("timestamp"))

"""The check of a label column before anything is trained on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F
from pyspark.sql.types import NumericType

from synapse_magic.errors import SynapseError
from synapse_magic.spark.columns import col, field

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_MOST_CLASSES = 100


def check_label(df: DataFrame, label: str, *, classes: bool = True) -> tuple[str, ...]:
    """Return the distinct values of a label as text, sorted, or say why nothing can learn it.

    One small aggregation. Numbers sort as numbers. A label with more than 100 values is no class:
    then the tuple is empty.

    Parameters
    ----------
    df : DataFrame
        The rows to learn from.
    label : str
        The column to be predicted.

    classes : bool
        Whether the values are classes, of which there must be two; False for a regression.

    Raises
    ------
    SynapseError
        When the column is not there, there are no rows, labels are null or NaN, or all are equal.

    Examples
    --------
    >>> check_label(people(spark, rows=1_000), "income")  # doctest: +SKIP
    ('<=50K', '>50K')
    """
    kind = field(df.schema, label).dataType
    value = col(label)
    fractional = kind.typeName() in ("double", "float")
    missing = value.isNull() | F.isnan(value) if fractional else value.isNull()
    grouped = df.groupBy(F.when(~missing, value).alias("value")).agg(F.count("*").alias("rows"))
    by_size = [F.col("value").isNull().desc(), F.col("rows").desc(), F.col("value")]
    found = grouped.orderBy(*by_size).limit(_MOST_CLASSES + 2).collect()
    nulls = sum(row["rows"] for row in found if row["value"] is None)
    values = sorted(row["value"] for row in found if row["value"] is not None)
    if not found:
        raise SynapseError("There are no rows to learn from. Expected at least one")
    if nulls:
        raise SynapseError(
            f"The label {label!r} is null or NaN in {nulls} rows. Expected a value in each. "
            f"Try: df.dropna(subset=[{label!r}])"
        )
    if len(values) == 1 and classes:
        raise SynapseError(
            f"The label {label!r} is {values[0]!r} in every row. Expected at least two values. "
            "Try: another label, or rows of the other class"
        )
    if len(values) > _MOST_CLASSES:
        return ()
    return tuple(_text(v, isinstance(kind, NumericType)) for v in values)


def _text(value: object, number: bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()  # as Spark writes it, and so as the label is indexed
    return f"{value:g}" if number else str(value)

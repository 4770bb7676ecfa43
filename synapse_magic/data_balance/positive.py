"""Which rows are positive, and which have a label at all."""

from __future__ import annotations

import numbers
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F
from pyspark.sql import types as T

from synapse_magic.errors import SynapseError, closest
from synapse_magic.spark.columns import col, field

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_SHOWN = 20


@dataclass(frozen=True)
class Positive:
    """The positive class of a label.

    Attributes
    ----------
    label
        The column.
    words
        The class in words, such as "income is '>50K'".
    known
        Whether a row has a label.
    holds
        Whether it is positive; where it has none, this is not to be asked.
    value
        The value that was named for it, None where a rule says it.
    """

    label: str
    words: str
    known: Column
    holds: Column
    value: Any = None


def numeric_positive(df: DataFrame, label: str) -> Positive:
    """Return the positive class of a number (above 0) or a boolean (true).

    Raises
    ------
    SynapseError
        When the column is neither.
    """
    kind = field(df.schema, label).dataType
    value = col(label)
    if isinstance(kind, T.BooleanType):
        return Positive(label, f"{label} is true", value.isNotNull(), value)
    if isinstance(kind, T.NumericType):
        return Positive(label, f"{label} > 0", _known(value, kind), value > F.lit(0))
    raise SynapseError(
        f"The label {label!r} is {kind.simpleString()}. Expected numbers, of which those above 0 "
        "are positive, or booleans. Try: balance(df, ..., positive='>50K'), "
        "or F.col('label') == '>50K' as a column"
    )


def positive_of(df: DataFrame, label: str, positive: Any) -> Positive:
    """Return the positive class of a label, named or by the rule for its type.

    Parameters
    ----------
    positive
        A value of the label; None for numbers above 0, true, or of two texts the last in the
        alphabet, which is the one that classifiers here take for positive.

    Raises
    ------
    SynapseError
        When the value does not fit the type, or none is given and a text has not two classes.
    """
    kind = field(df.schema, label).dataType
    if positive is None:
        if not isinstance(kind, T.StringType):
            return numeric_positive(df, label)
        positive = _last_class(df, label)
    _check_value(label, kind, positive)
    value = col(label)
    words = f"{label} is {_written(positive)}"
    return Positive(label, words, _known(value, kind), value == _like(positive, kind), positive)


def _like(positive: Any, kind: T.DataType) -> Column:
    """Return the value as the column holds it: a float of 4 bytes equals no longer one."""
    return F.lit(positive).cast(kind) if isinstance(kind, T.FloatType) else F.lit(positive)


def check_absent(df: DataFrame, found: Positive) -> None:
    """Check a positive class that was named and that no row has: one class alone may be there.

    Raises
    ------
    SynapseError
        When there are two other values, with the nearest one.
    """
    values = [str(value) for value in _values(df, found.label)]
    if len(values) > 1:
        hint = closest(str(found.value), values) or f"Values: {', '.join(map(repr, values))}"
        raise SynapseError(f"In no row {found.words}. {hint}")


def _known(value: Column, kind: T.DataType) -> Column:
    fractional = isinstance(kind, (T.DoubleType, T.FloatType))
    return value.isNotNull() & ~F.isnan(value) if fractional else value.isNotNull()


def _last_class(df: DataFrame, label: str) -> Any:
    values = sorted(_values(df, label))
    if not values:
        raise SynapseError(f"The label {label!r} is null in every row, or there are no rows")
    if len(values) != 2:
        classes = "more than two classes" if len(values) > 2 else "one class"
        shown = ", ".join(map(repr, values[:5])) + (", ..." if len(values) > 5 else "")
        raise SynapseError(
            f"The label {label!r} has {classes}: {shown}. "
            f"Expected the positive one to be named. Try: positive={values[-1]!r}"
        )
    return values[-1]


def _values(df: DataFrame, label: str) -> list[Any]:
    """Return some of the values of a column."""
    distinct = df.select(col(label).alias("value")).dropna().distinct().limit(_SHOWN)
    return [row["value"] for row in distinct.collect()]


def _check_value(label: str, kind: T.DataType, value: Any) -> None:
    truth = isinstance(value, bool)
    fits = {
        "string": isinstance(value, str),
        "boolean": truth,
        "number": isinstance(value, numbers.Real) and not truth,
    }
    name = "number" if isinstance(kind, T.NumericType) else kind.typeName()
    name = "string" if isinstance(kind, T.StringType) else name
    if name not in fits:
        raise SynapseError(
            f"The label {label!r} is {kind.simpleString()}. Expected numbers, text or booleans"
        )
    if not fits[name]:
        what = {"string": "a text", "boolean": "True or False", "number": "a number"}[name]
        raise SynapseError(
            f"positive must be {what}, as the label {label!r} is {kind.simpleString()}, "
            f"got {value!r}"
        )


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)

"""What one pass over the label and the columns beside it tells before any training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.ml.linalg import VectorUDT
from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BooleanType,
    DataType,
    NumericType,
    StringType,
    StructField,
    StructType,
)

from synapse_magic.errors import SynapseError
from synapse_magic.spark.columns import field, levels, quoted

_FAULTS = {
    "poor_weights": ("weightCol", "weight", "null, negative or infinite", "numbers of at least 0"),
    "unmarked": ("validationIndicatorCol", "validation", "null", "true or false"),
    "ungrouped": ("groupCol", "group", "null", "a group in every row"),
    "unstarted": ("initScoreCol", "start", "null", "a raw score in every row"),
}
"""Tally -> the param, the attribute of the target, what is wrong with its column, and what should
be there."""


@dataclass(frozen=True)
class Target:
    """Where the label is, and all else that training reads beside the features.

    Attributes
    ----------
    label : str
    weight, validation, group, start : str or None
        Columns of weights, of the mark of validation rows, of the query that a row belongs to,
        and of raw scores to start from; None where there is no such column.
    """

    label: str
    weight: str | None = None
    validation: str | None = None
    group: str | None = None
    start: str | None = None

    def check(self, frame: DataFrame) -> None:
        """Raise a :class:`SynapseError` unless the columns are there and have their types."""
        _require_number_label(field(frame.schema, self.label))
        for param, name, kinds, expected in self._typed():
            kind = field(frame.schema, name).dataType
            if not isinstance(kind, kinds):
                raise SynapseError(
                    f"{param} {name!r} holds {kind.simpleString()}. Expected {expected}"
                )
        if self.group is not None:
            _require_hashable(field(frame.schema, self.group))

    def _typed(self) -> list[tuple[str, str, tuple[type[DataType], ...], str]]:
        """Return param, column, allowed types and their name in words, where there is a column."""
        numbers = (NumericType, BooleanType)
        every = [
            ("weightCol", self.weight, numbers, "numbers"),
            ("validationIndicatorCol", self.validation, (BooleanType,), "true or false"),
            ("initScoreCol", self.start, (*numbers, VectorUDT), "numbers or vectors"),
        ]
        return [(param, name, kinds, said) for param, name, kinds, said in every if name]

    def expressions(self, schema: StructType) -> list[str]:
        """Return, as SQL, the columns ``label``, ``weight``, ``valid``, ``group`` and ``start``.

        That is how workers read them: a group is a hash of 64 bits, whatever its type was.
        """
        found = [f"cast({quoted(self.label)} as double) as label"]
        if self.weight is not None:
            found.append(f"cast({quoted(self.weight)} as double) as weight")
        if self.validation is not None:
            found.append(f"{quoted(self.validation)} as valid")
        if self.group is not None:
            name = quoted(self.group)
            found.append(f"case when {name} is not null then xxhash64({name}) end as group")
        if self.start is not None:
            vectors = isinstance(field(schema, self.start).dataType, VectorUDT)
            name = quoted(self.start)
            found.append(f"{name} as start" if vectors else f"cast({name} as double) as start")
        return found

    def is_used(self) -> Column:
        """Return whether a row counts at all."""
        return F.col("weight") > 0 if self.weight is not None else F.lit(True)


@dataclass(frozen=True)
class Counts:
    """How many rows there are to train and to validate."""

    training: int
    validation: int


@dataclass(frozen=True)
class Classes:
    """The classes of a label 0..k-1 with their names, and the rows counted over them."""

    counts: Counts
    names: tuple[str, ...]


def count_rows(frame: DataFrame, target: Target, early_stopping: bool) -> Counts:
    """Check the label of a regression and count its rows.

    Raises
    ------
    SynapseError
        When there are no rows, or labels that are null, NaN or infinite.
    """
    label = F.col("label")
    unusable = label.isNull() | F.isnan(label) | (F.abs(label) == math.inf)
    found = _survey(frame, target, unusable)
    if found.unusable:
        raise SynapseError(
            f"label column {target.label!r} is null, NaN or infinite in {found.unusable} rows. "
            f"Expected a number in every row. Try: df.dropna(subset=[{target.label!r}])"
        )
    return _counts([found], target, early_stopping)


def count_ranked_rows(
    frame: DataFrame, target: Target, grades: int, early_stopping: bool
) -> Counts:
    """Check the relevance grades and the groups of a ranking, and count its rows.

    Raises
    ------
    SynapseError
        When there are no rows, null groups, or labels that are not 0, 1, 2 ... ``grades`` - 1.
    """
    label = F.col("label")
    whole = (label >= 0) & (label < grades) & (label == F.floor(label))
    found = _survey(frame, target, ~F.coalesce(whole, F.lit(False)))
    if found.unusable:
        raise SynapseError(
            f"label column {target.label!r} is no grade of relevance in {found.unusable} rows. "
            f"Expected whole numbers 0..{grades - 1}, more for better. "
            "Try: labelGain with one gain for each grade, or coarser grades"
        )
    return _counts([found], target, early_stopping)


def _survey(frame: DataFrame, target: Target, unusable: Column) -> Row:
    """Return the tallies of all rows and how many labels are unusable, from one pass."""
    target.check(frame)
    rows = frame.selectExpr(*target.expressions(frame.schema))
    found = rows.agg(*_tallies(target), _count(unusable).alias("unusable")).first()
    if found is None:
        raise _no_rows(target.label)
    return found


def find_classes(frame: DataFrame, target: Target, most: int, early_stopping: bool) -> Classes:
    """Check the label of a classification, count its rows and find its classes.

    Raises
    ------
    SynapseError
        When there are no rows, one class, more than ``most`` classes, or labels that are not
        0, 1, 2 and so on.
    """
    target.check(frame)
    rows = frame.selectExpr(*target.expressions(frame.schema))
    grouped = rows.groupBy("label").agg(*_tallies(target)).limit(most + 2).collect()
    _require_classes(target.label, [row.label for row in grouped], most)
    counts = _counts(grouped, target, early_stopping)
    largest = int(max(row.label for row in grouped))
    present = [row.label for row in grouped if row.training]
    if len(present) < 2:
        raise SynapseError(
            f"label column {target.label!r} has one class, {present[0]:g}, in all "
            f"{counts.training} training rows. Expected at least two. "
            "Try: check the filter or the split that made the rows"
        )
    return Classes(counts, _class_names(field(frame.schema, target.label), largest + 1))


def _require_number_label(found: StructField) -> None:
    if isinstance(found.dataType, StringType):
        raise SynapseError(
            f"label column {found.name!r} holds text. Expected numbers 0..k-1. "
            f"Try: StringIndexer(inputCol={found.name!r}, outputCol='label')"
        )
    if not isinstance(found.dataType, (NumericType, BooleanType)):
        raise SynapseError(
            f"label column {found.name!r} holds {found.dataType.simpleString()}. Expected numbers"
        )


def _require_hashable(found: StructField) -> None:
    """Refuse a map, the one type that Spark cannot hash."""
    if "map<" in found.dataType.simpleString():
        raise SynapseError(
            f"groupCol {found.name!r} holds {found.dataType.simpleString()}. "
            "Expected numbers, text, dates or any other type without maps"
        )


def _tallies(target: Target) -> list[Column]:
    used = target.is_used()
    valid = F.col("valid") if target.validation is not None else F.lit(False)
    weight = F.col("weight") if target.weight is not None else F.lit(1.0)
    poor = weight.isNull() | F.isnan(weight) | (weight < 0) | (weight == math.inf)
    return [
        _count(used & ~valid).alias("training"),
        _count(used & valid).alias("validation"),
        _count(poor).alias("poor_weights"),
        _count(valid.isNull()).alias("unmarked"),
        _count(_missing(target.group, "group")).alias("ungrouped"),
        _count(_missing(target.start, "start")).alias("unstarted"),
    ]


def _missing(column: str | None, name: str) -> Column:
    return F.lit(False) if column is None else F.col(name).isNull()


def _count(condition: Column) -> Column:
    return F.coalesce(F.sum(condition.cast("long")), F.lit(0))


def _counts(rows: list[Row], target: Target, early_stopping: bool) -> Counts:
    total: Mapping[str, int] = {
        name: sum(row[name] for row in rows) for name in ("training", "validation", *_FAULTS)
    }
    for fault, (param, column, complaint, expected) in _FAULTS.items():
        if total[fault]:
            raise SynapseError(
                f"{param} {getattr(target, column)!r} is {complaint} in {total[fault]} rows. "
                f"Expected {expected}"
            )
    if not total["training"]:
        raise _no_rows(target.label)
    if early_stopping and not total["validation"]:
        raise SynapseError(
            "earlyStoppingRound needs validation rows, and there are none. "
            "Try: validationIndicatorCol, a boolean column that is true for them"
        )
    return Counts(total["training"], total["validation"])


def _require_classes(name: str, labels: list[float | None], most: int) -> None:
    if not labels:
        raise _no_rows(name)
    if any(label is None or math.isnan(label) for label in labels):
        raise SynapseError(
            f"label column {name!r} holds null or NaN. Expected a class in every row. "
            f"Try: df.dropna(subset=[{name!r}])"
        )
    known = [label for label in labels if label is not None]
    if len(known) > 1 and min(known) > 0:
        raise SynapseError(
            f"label column {name!r} holds {min(known):g} to {max(known):g}. Expected 0, 1, 2, ... "
            f"Try: StringIndexer(inputCol={name!r}, outputCol='label') before"
        )
    wrong = [label for label in known if label < 0 or label % 1 != 0]
    if wrong:
        raise SynapseError(
            f"label column {name!r} holds {wrong[0]:g}. Expected whole numbers 0..k-1, one for "
            f"each class. Try: StringIndexer(inputCol={name!r}, outputCol='label'), "
            "or LightGBMRegressor for a number to predict"
        )
    if len(known) > most or max(known) >= most:
        raise SynapseError(
            f"label column {name!r} has classes up to {max(known):g}. Expected 0..k-1 with at "
            f"most {most} classes. Try: StringIndexer(inputCol={name!r}, outputCol='label'), a "
            "larger maxNumClasses, or LightGBMRegressor for a number to predict"
        )


def _class_names(found: StructField, count: int) -> tuple[str, ...]:
    names = levels(found)[:count]
    return tuple(names) + tuple(str(index) for index in range(len(names), count))


def _no_rows(label: str) -> SynapseError:
    return SynapseError(
        f"There are no rows to train on (label column {label!r}). Expected at least one. "
        "Try: check the filter, the weights and the validation rows"
    )

"""What one pass over the label, weight and validation columns tells before any training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, NumericType, StringType, StructField

from synapse_magic.errors import SynapseError
from synapse_magic.spark.columns import field, levels, quoted


@dataclass(frozen=True)
class Target:
    """Where the label, the weights and the mark of the validation rows are.

    ``weight`` and ``validation`` are None when there is no such column.
    """

    label: str
    weight: str | None = None
    validation: str | None = None

    def check(self, frame: DataFrame) -> None:
        """Raise a :class:`SynapseError` unless the columns are there and have their types."""
        _require_number_label(field(frame.schema, self.label))
        if self.weight is not None:
            kind = field(frame.schema, self.weight).dataType
            if not isinstance(kind, (NumericType, BooleanType)):
                raise SynapseError(
                    f"weightCol {self.weight!r} holds {kind.simpleString()}. Expected numbers"
                )
        if self.validation is not None:
            kind = field(frame.schema, self.validation).dataType
            if not isinstance(kind, BooleanType):
                raise SynapseError(
                    f"validationIndicatorCol {self.validation!r} holds {kind.simpleString()}. "
                    "Expected true or false"
                )

    def expressions(self) -> list[str]:
        """Return, as SQL, the columns ``label``, ``weight`` and ``valid`` as workers read them."""
        found = [f"cast({quoted(self.label)} as double) as label"]
        if self.weight is not None:
            found.append(f"cast({quoted(self.weight)} as double) as weight")
        if self.validation is not None:
            found.append(f"{quoted(self.validation)} as valid")
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
    target.check(frame)
    label = F.col("label")
    unusable = label.isNull() | F.isnan(label) | (F.abs(label) == math.inf)
    rows = frame.selectExpr(*target.expressions())
    found = rows.agg(*_tallies(target), _count(unusable).alias("unusable")).first()
    if found is None:
        raise _no_rows(target.label)
    if found.unusable:
        raise SynapseError(
            f"label column {target.label!r} is null, NaN or infinite in {found.unusable} rows. "
            f"Expected a number in every row. Try: df.dropna(subset=[{target.label!r}])"
        )
    return _counts([found], target, early_stopping)


def find_classes(frame: DataFrame, target: Target, most: int, early_stopping: bool) -> Classes:
    """Check the label of a classification, count its rows and find its classes.

    Raises
    ------
    SynapseError
        When there are no rows, one class, more than ``most`` classes, or labels that are not
        0, 1, 2 and so on.
    """
    target.check(frame)
    rows = frame.selectExpr(*target.expressions())
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
    ]


def _count(condition: Column) -> Column:
    return F.coalesce(F.sum(condition.cast("long")), F.lit(0))


def _counts(rows: list[Row], target: Target, early_stopping: bool) -> Counts:
    total: Mapping[str, int] = {
        name: sum(row[name] for row in rows)
        for name in ("training", "validation", "poor_weights", "unmarked")
    }
    if total["poor_weights"]:
        raise SynapseError(
            f"weightCol {target.weight!r} is null, negative or infinite in "
            f"{total['poor_weights']} rows. Expected numbers of at least 0"
        )
    if total["unmarked"]:
        raise SynapseError(
            f"validationIndicatorCol {target.validation!r} is null in {total['unmarked']} rows. "
            "Expected true or false"
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
            f"label column {name!r} has nulls. Expected a class in every row. "
            f"Try: df.dropna(subset=[{name!r}])"
        )
    known = [label for label in labels if label is not None]
    if len(known) > 1 and min(known) > 0:
        raise SynapseError(
            f"label column {name!r} holds {min(known):g} to {max(known):g}. Expected 0, 1, 2, ... "
            f"Try: StringIndexer(inputCol={name!r}, outputCol='label') before"
        )
    wrong = [label for label in known if label < 0 or label != math.floor(label)]
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

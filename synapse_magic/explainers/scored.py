"""A frame with the score of a model beside each row, to take cohorts of scores from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspark.ml.functions import vector_to_array
from pyspark.sql import functions as F

from synapse_magic.results.dashboard.examined import SCORE
from synapse_magic.spark.columns import col, select

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


@dataclass(frozen=True, eq=False)
class ScoredFrame:
    """All rows of a frame, which can be filtered by what a model says of them.

    Attributes
    ----------
    df, model
        The rows, and what scores them.
    target
        The column of the model's output that has the score.
    classes
        The classes whose largest probability is the score; empty where it is a number.
    listed
        Whether these are in lists, and not in vectors.
    """

    df: DataFrame
    model: Any
    target: str
    classes: Sequence[int] = ()
    listed: bool = False

    @property
    def columns(self) -> list[str]:
        """The columns of the frame, and the score."""
        return [*self.df.columns, SCORE]

    @property
    def code(self) -> str:
        """Lines that make it as ``scored`` from ``df`` and ``model``."""
        if not self.classes:
            return f"scored = model.transform(df).withColumnRenamed({self.target!r}, {SCORE!r})"
        parts = [f"scores[{i}]" for i in self.classes]
        score = parts[0] if len(parts) == 1 else f"F.greatest({', '.join(parts)})"
        column = f"F.col({self.target!r})"
        if not self.listed:
            column = f"vector_to_array({column})"
        imported = "" if self.listed else "from pyspark.ml.functions import vector_to_array\n"
        return (
            f"{imported}from pyspark.sql import functions as F\n"
            f"scores = {column}\n"
            f"scored = model.transform(df).withColumn({SCORE!r}, {score})"
        )

    def where(self, condition: str) -> DataFrame:
        """Return the rows of the frame for which a predicate is true, which may name the score."""
        scored = self.model.transform(self.df).withColumn(SCORE, self._score())
        return select(scored.where(condition), self.df.columns)

    def _score(self) -> Column:
        if not self.classes:
            return col(self.target)
        column = col(self.target)
        scores = column if self.listed else vector_to_array(column)
        parts = [scores[i] for i in self.classes]
        return parts[0] if len(parts) == 1 else F.greatest(*parts)

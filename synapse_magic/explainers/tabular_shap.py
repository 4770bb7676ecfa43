"""Shapley values of the columns of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synapse_magic.explainers.table_shap import TableShap
from synapse_magic.kernels.explaining.table_masker import TableMasker
from synapse_magic.spark.param import Param, param, unset

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.kernels.explaining.masking import Masker


class TabularSHAP(TableShap):
    """Explain each row of a table by the Shapley values of its columns.

    What a column adds is told against the rows of ``backgroundData``: a column that is taken away
    has its values there, in turn. Each class has one vector, first what the model gives for the
    background on average and then a value a column; they sum to what it gives for the row.

    Columns may be of any type. One that is like the whole background adds exactly 0. A row that
    cannot be explained has nulls, and the reason in ``errorCol``.

    Examples
    --------
    >>> shap = TabularSHAP(inputCols=["age", "job"], targetClasses=[1], outputCol="shap")
    >>> shap.setModel(model).setBackgroundData(df.limit(100)).transform(df)  # doctest: +SKIP
    """

    inputCols: Param[list[str]] = param(
        "Columns whose values are explained.", default=unset, column="in"
    )

    def _masker(self, dataset: DataFrame) -> Masker:
        return TableMasker(self.background(dataset, self._columns()))

    def _features(self, dataset: DataFrame) -> int:  # noqa: ARG002
        return len(self._columns())

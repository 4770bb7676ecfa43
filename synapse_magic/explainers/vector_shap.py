"""Shapley values of the slots of a vector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synapse_magic.explainers.table_shap import TableShap
from synapse_magic.explainers.vector_background import vectors_of
from synapse_magic.kernels.explaining.vector_masker import VectorMasker
from synapse_magic.spark.param import Param, param, unset

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.kernels.explaining.masking import Masker


class VectorSHAP(TableShap):
    """Explain each row of a vector column by the Shapley values of its slots.

    As :class:`~synapse_magic.TabularSHAP`, with the slots of ``inputCol`` for columns.

    Examples
    --------
    >>> shap = VectorSHAP(inputCol="features", targetClasses=[1], outputCol="shap")
    >>> shap.setModel(model).setBackgroundData(df.limit(100)).transform(df)  # doctest: +SKIP
    """

    inputCol: Param[str] = param(
        "Column of vectors whose slots are explained.", default=unset, column="in"
    )

    def _masker(self, dataset: DataFrame) -> Masker:
        (column,) = self._columns()
        return VectorMasker(column, vectors_of(self.background(dataset, [column])))

    def _features(self, dataset: DataFrame) -> int:
        (column,) = self._columns()
        return int(vectors_of(self.background(dataset, [column])).shape[1])

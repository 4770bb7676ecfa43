"""LIME of the slots of a vector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synapse_magic.explainers.table_lime import TableLime
from synapse_magic.explainers.vector_background import vectors_of
from synapse_magic.spark.param import Param, param, unset

if TYPE_CHECKING:
    import pyarrow as pa


class VectorLIME(TableLime):
    """Explain each row of a vector column by a line fitted to what the model says near it.

    As :class:`~synapse_magic.TabularLIME`, with the slots of ``inputCol`` for columns.

    Examples
    --------
    >>> lime = VectorLIME(inputCol="features", targetClasses=[1], outputCol="lime")
    >>> lime.setModel(model).setBackgroundData(df.limit(100)).transform(df)  # doctest: +SKIP
    """

    inputCol: Param[str] = param(
        "Column of vectors whose slots are explained.", default=unset, column="in"
    )

    def _levels(self, background: pa.RecordBatch) -> tuple[int, ...]:
        vectors_of(background)  # says so where they are no vectors, or of several sizes
        return ()

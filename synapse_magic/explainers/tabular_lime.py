"""LIME of the columns of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synapse_magic.errors import SynapseError, closest
from synapse_magic.explainers.table_lime import TableLime
from synapse_magic.spark.param import Param, param, unset

if TYPE_CHECKING:
    import pyarrow as pa


class TabularLIME(TableLime):
    """Explain each row of a table by a line fitted to what the model says near it.

    Near a row, numbers, dates and times are moved by a normal with the standard deviation they
    have in ``backgroundData``, and all other values are drawn from it. Each class has one vector
    with a slope a column, in units of the column; of a value that is drawn it tells what it adds
    against another. ``metricsCol`` says how well the line fits.

    A null, a NaN or an infinity is taken for a level. A row that cannot be explained has nulls,
    and the reason in ``errorCol``.

    Examples
    --------
    >>> lime = TabularLIME(inputCols=["age", "job"], targetClasses=[1], outputCol="lime")
    >>> lime.setModel(model).setBackgroundData(df.limit(100)).transform(df)  # doctest: +SKIP
    """

    inputCols: Param[list[str]] = param(
        "Columns whose values are explained.", default=unset, column="in"
    )
    categoricalFeatures: Param[list[str]] = param(
        "Those of inputCols whose numbers stand for levels; other than numbers always do.",
        default=[],
    )

    def _levels(self, background: pa.RecordBatch) -> tuple[int, ...]:
        columns = background.schema.names
        named = self.getOrDefault("categoricalFeatures")
        for name in named:
            if name not in columns:
                hint = closest(name, columns) or f"Expected some of {', '.join(columns)}"
                raise SynapseError(
                    f"categoricalFeatures names {name!r}, which is not in inputCols. {hint}"
                )
        return tuple(columns.index(name) for name in named)

"""What the stages that measure balance share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql.types import DoubleType, StringType, StructField, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.spark.frame_check import require_frame
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.stage import Transformer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyspark.sql import DataFrame


class BalanceStage(Transformer):
    """A stage that gives measures of a frame: one job counts it, no row comes to the driver."""

    sensitiveCols: Param[list[str]] = param(
        "Columns of categories among which rows should be balanced.", default=unset, column="in"
    )

    def _sensitive(self, dataset: DataFrame) -> list[str]:
        require_frame(dataset, "dataset")
        if not self.isDefined("sensitiveCols"):
            name = type(self).__name__
            raise SynapseError(f"{name} has no sensitiveCols. Try: {name}(sensitiveCols=['sex'])")
        return list(self.getOrDefault("sensitiveCols"))


def texts(*names: str) -> list[StructField]:
    """Return fields of texts."""
    return [StructField(name, StringType()) for name in names]


def measures(name: str, fields: Iterable[str]) -> StructField:
    """Return the field of a struct of measures; those that are not defined are null."""
    return StructField(name, StructType([StructField(each, DoubleType()) for each in fields]))

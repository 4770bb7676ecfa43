"""What the stages of LIME on tables and vectors share."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from synapse_magic.explainers.local_lime import LocalLime
from synapse_magic.explainers.table_explainer import TableExplainer
from synapse_magic.kernels.explaining.tabular_lime import LimeSettings, TabularLime

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame


class TableLime(TableExplainer, LocalLime):
    """LIME of columns or slots of a vector; subclasses say which numbers are levels."""

    def _questioner(self, dataset: DataFrame) -> TabularLime:
        background = self.background(dataset, self._columns())
        settings = LimeSettings(
            samples=self.getOrDefault("numSamples"),
            width=self.getOrDefault("kernelWidth"),
            penalty=self.getOrDefault("regularization"),
            most=self._most(),
            seed=self.getOrDefault("seed"),
            slopes=True,
        )
        asker = TabularLime(background, self._levels(background), settings)
        asker.check()
        return asker

    def _additive(self, dataset: DataFrame) -> TabularLime:
        asker = self._questioner(dataset)
        return replace(asker, settings=replace(asker.settings, slopes=False))

    def _levels(self, background: pa.RecordBatch) -> tuple[int, ...]:  # noqa: ARG002
        """Return the features whose numbers stand for levels."""
        return ()

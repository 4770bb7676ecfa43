"""What the stages share whose rows have parts of their own: texts and images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.beside import columns_beside
from synapse_magic.explainers.classes import class_names
from synapse_magic.explainers.labels import label_column, label_names
from synapse_magic.explainers.local_explainer import LocalExplainer
from synapse_magic.explainers.shown import level_names, shown_values

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.explainers.local_explainer import Told
    from synapse_magic.kernels.explaining.masking import Masker


class PartsExplainer(LocalExplainer):
    """A stage that explains the values of one column by their parts."""

    def _column(self) -> str:
        """Return the column whose values are explained."""
        if not self.isDefined("inputCol"):
            raise SynapseError(f"{type(self).__name__} has no inputCol. Expected what to explain")
        return str(self.getOrDefault("inputCol"))

    def _masker(self, dataset: DataFrame) -> Masker:
        """Return what takes parts of the rows of a frame away."""
        raise NotImplementedError(f"{type(self).__name__} takes nothing away")

    def _beside(self, df: DataFrame) -> list[str]:
        """Return the plain columns of a frame, with its label, but for the one explained."""
        label = label_column(self.getOrDefault("model"), df) if self.isDefined("model") else None
        return columns_beside(df, label, self._column())

    def _shared(self, df: DataFrame, told: Told) -> dict[str, Any]:
        """Return what results of all kinds of parts have in common."""
        found = told.found
        names = self._beside(df)
        batch = told.sample.batch.select(names)
        outputs = found[0].values.shape[1]
        parts = [local.values for local in found]
        errors = [local.error for local in found if local.error is not None]
        return {
            "values": np.concatenate(parts),
            "starts": np.concatenate([[0], np.cumsum([len(part) for part in parts])]),
            "base": np.stack([local.base for local in found]),
            "prediction": np.stack([local.prediction for local in found]),
            "outputs": self._outputs(outputs),
            "scale": str(self.getOrDefault("targetCol")),
            "method": self.told_by,
            "rows_total": told.sample.total,
            "seed": self.getOrDefault("seed"),
            "quality": np.stack([local.quality for local in found]),
            "error": np.concatenate(errors) if errors else None,
            "failures": told.failures,
            "truth": self._truth(df, told),
            "data": shown_values(batch, names, level_names(df.schema, names, names)),
            "masker": self._masker(df),
        }

    def _truth(self, df: DataFrame, told: Told) -> np.ndarray | None:
        model = self.getOrDefault("model")
        label = label_column(model, df)
        if label is None or label not in told.sample.table.column_names:
            return None
        return label_names(model, told.sample.table.column(label))

    def _outputs(self, count: int) -> tuple[str, ...]:
        """Return the names of so many explained outputs."""
        return class_names(
            self.getOrDefault("model"),
            self.getOrDefault("targetCol"),
            tuple(self.getOrDefault("targetClasses")),
            count,
        )

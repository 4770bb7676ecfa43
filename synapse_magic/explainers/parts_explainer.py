"""What the stages share whose rows have parts of their own: texts and images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.classes import class_names
from synapse_magic.explainers.local_explainer import LocalExplainer

if TYPE_CHECKING:
    from synapse_magic.explainers.local_explainer import Told


class PartsExplainer(LocalExplainer):
    """A stage that explains the values of one column by their parts."""

    def _column(self) -> str:
        """Return the column whose values are explained."""
        if not self.isDefined("inputCol"):
            raise SynapseError(f"{type(self).__name__} has no inputCol. Expected what to explain")
        return str(self.getOrDefault("inputCol"))

    def _shared(self, told: Told) -> dict[str, Any]:
        """Return what results of all kinds of parts have in common."""
        found = told.found
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
        }

    def _outputs(self, count: int) -> tuple[str, ...]:
        """Return the names of so many explained outputs."""
        return class_names(
            self.getOrDefault("model"),
            self.getOrDefault("targetCol"),
            tuple(self.getOrDefault("targetClasses")),
            count,
        )

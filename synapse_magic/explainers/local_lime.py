"""What the stages of LIME share."""

from __future__ import annotations

from synapse_magic.explainers.local_explainer import LocalExplainer
from synapse_magic.spark.param import Param, param, unset


class LocalLime(LocalExplainer):
    """A stage that explains rows by a line fitted near each; subclasses say what is perturbed."""

    told_by = "lime"

    numSamples: Param[int] = param(
        "Perturbed copies of a row that the model is asked about.", default=1000, low=2
    )
    regularization: Param[float] = param(
        "Weight of the lasso's penalty on the absolute slopes, for numbers in standard "
        "deviations; 0 for least squares.",
        default=0.0,
        low=0,
    )
    kernelWidth: Param[float] = param(
        "How far a perturbed copy may be from the row until it counts little; distances are "
        "divided by the root of the number of features.",
        default=0.75,
        above=0,
    )
    numFeatures: Param[int] = param(
        "How many features may have a slope: those of the largest slopes, fitted again; unset for "
        "all.",
        default=unset,
        low=1,
    )

    def _most(self) -> int | None:
        """Return how many features may have a slope, None for all."""
        return self.getOrDefault("numFeatures") if self.isDefined("numFeatures") else None

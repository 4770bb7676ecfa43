"""What the SHAP stages on texts and images share: many features are explained in groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synapse_magic.explainers.local_shap import LocalShap
from synapse_magic.kernels.explaining.hierarchy import GroupedShap
from synapse_magic.kernels.explaining.kernel_shap import KernelShap
from synapse_magic.spark.param import Param, param

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.kernels.explaining.asking import Questioner
    from synapse_magic.kernels.explaining.masking import GroupedMasker


class GroupedLocalShap(LocalShap):
    """A stage that explains by Shapley values, and by Owen values where features are many."""

    told_by = "kernel_shap"

    groupAbove: Param[int] = param(
        "Features of a row above which they come in groups, words in sentences and superpixels in "
        "regions: their values are Owen values, which share out what the groups add.",
        default=200,
        low=12,
    )

    def _questioner(self, dataset: DataFrame) -> Questioner:
        seed = self.getOrDefault("seed")
        alone = KernelShap(self._masker(dataset), self._samples(), seed, self._tolerance())
        return GroupedShap(alone, self._masker(dataset), self.getOrDefault("groupAbove"))

    def _masker(self, dataset: DataFrame) -> GroupedMasker:
        """Return what takes features of the rows of a frame away."""
        raise NotImplementedError(f"{type(self).__name__} takes nothing away")

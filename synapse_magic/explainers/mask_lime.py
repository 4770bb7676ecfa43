"""What the LIME stages on texts and images share: parts are taken away at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synapse_magic.explainers.local_lime import LocalLime
from synapse_magic.kernels.explaining.mask_lime import MaskLime
from synapse_magic.kernels.explaining.tabular_lime import LimeSettings
from synapse_magic.spark.param import Param, param

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.kernels.explaining.asking import Questioner
    from synapse_magic.kernels.explaining.masking import Masker


class LocalMaskLime(LocalLime):
    """A stage that explains rows by a line fitted to what is left of them."""

    samplingFraction: Param[float] = param(
        "How likely a feature is kept in a perturbed copy.", default=0.7, above=0, high=1
    )

    def _questioner(self, dataset: DataFrame) -> Questioner:
        settings = LimeSettings(
            samples=self.getOrDefault("numSamples"),
            width=self.getOrDefault("kernelWidth"),
            penalty=self.getOrDefault("regularization"),
            most=self._most(),
            seed=self.getOrDefault("seed"),
        )
        return MaskLime(self._masker(dataset), settings, self.getOrDefault("samplingFraction"))

    def _masker(self, dataset: DataFrame) -> Masker:
        """Return what takes features of the rows of a frame away."""
        raise NotImplementedError(f"{type(self).__name__} takes nothing away")

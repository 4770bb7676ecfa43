"""What the stages of Kernel SHAP share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.ml.linalg import VectorUDT
from pyspark.sql.types import ArrayType

from synapse_magic.explainers.local_explainer import LocalExplainer
from synapse_magic.explainers.routes import Made
from synapse_magic.kernels.explaining.kernel_shap import KernelShap
from synapse_magic.kernels.explaining.outputs import StandardErrors
from synapse_magic.spark.param import Param, param, unset

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.kernels.explaining.asking import Questioner
    from synapse_magic.kernels.explaining.masking import Masker


class LocalShap(LocalExplainer):
    """A stage that explains rows by Shapley values; subclasses say how features are taken away."""

    told_by = "kernel_shap"
    with_base = True

    numSamples: Param[int] = param(
        "Coalitions of features a model is asked about for a row; unset for all of them up to 12 "
        "features, and for 2048 and 2 a feature above.",
        default=unset,
        low=1,
    )
    tolerance: Param[float] = param(
        "Standard error, in units of the target: a row is asked about twice as many coalitions as "
        "long as a value's is above it, up to numSamples. Unset for numSamples at once.",
        default=unset,
        above=0,
    )
    standardErrorCol: Param[str] = param(
        "New column of one vector a class with the standard error of each value, 0 where it is "
        "exact; unset for none.",
        default=unset,
        column="out",
    )
    infWeight: Param[float] = param(
        "Weight of the empty and the full coalition, which count exactly.",
        default=1e8,
        above=0,
        effect=False,
    )

    def _questioner(self, dataset: DataFrame) -> Questioner:
        seed = self.getOrDefault("seed")
        return KernelShap(self._masker(dataset), self._samples(), seed, self._tolerance())

    def _samples(self) -> int | None:
        return self.getOrDefault("numSamples") if self.isDefined("numSamples") else None

    def _tolerance(self) -> float | None:
        return self.getOrDefault("tolerance") if self.isDefined("tolerance") else None

    def _masker(self, dataset: DataFrame) -> Masker:
        """Return what takes features of the rows of a frame away."""
        raise NotImplementedError(f"{type(self).__name__} takes nothing away")

    def _made(self) -> list[Made]:
        errors: list[Made] = []
        if self.isDefined("standardErrorCol"):
            output = StandardErrors(self.getOrDefault("standardErrorCol"))
            errors = [Made(output, ArrayType(VectorUDT()))]
        return [*super()._made(), *errors]

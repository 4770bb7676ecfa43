"""What TabularSHAP and VectorSHAP share: exact values where a model has them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.background import check_background
from synapse_magic.explainers.local_shap import LocalShap
from synapse_magic.explainers.table_explainer import TableExplainer
from synapse_magic.kernels.explaining.exact_scorer import ExactScorer
from synapse_magic.kernels.shapley.coalitions import require_enough
from synapse_magic.spark.param import Param, param

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.explainers.routes import Made, Task
    from synapse_magic.kernels.explaining.asking import Questioner


class TableShap(TableExplainer, LocalShap):
    """A stage that explains columns or slots by Shapley values against a background."""

    method: Param[Literal["auto", "exact", "kernel"]] = param(
        "exact for the closed form of trees and linear models, where targetCol is on the scale on "
        "which they add up, such as rawPrediction; kernel to ask the model; auto for the first "
        "that fits. r2 is NaN where nothing is asked.",
        default="auto",
    )

    def _task(
        self, dataset: DataFrame, questioner: Questioner, made: tuple[Made, ...], error: str
    ) -> Task:
        task = super()._task(dataset, questioner, made, error)
        chain = task.chain
        if chain is not None and set(chain.inputs) <= set(self._columns()):
            check_background(chain, self.background(dataset, self._columns()), "backgroundData")
        wanted = self.getOrDefault("method")
        exact = None if wanted == "kernel" else self._exact(dataset, task)
        if exact is None and wanted == "exact":
            raise SynapseError(
                f"There is no closed form for column {task.target.column!r}. Expected trees or a "
                "linear model, all of its columns explained, and a column on the scale on which "
                "it adds up. Try: targetCol='rawPrediction', or method='kernel'"
            )
        if exact is None:
            require_enough(self._samples(), self._features(dataset))
        return replace(task, exact=exact)

    def _features(self, dataset: DataFrame) -> int:
        """Return how many features a row has."""
        raise NotImplementedError(f"{type(self).__name__} explains nothing")

    def _exact(self, dataset: DataFrame, task: Task) -> ExactScorer | None:
        columns = tuple(self._columns())
        if task.chain is None or set(task.chain.inputs) != set(columns):
            return None
        background = self.background(dataset, columns)
        scorer = ExactScorer(task.chain, background, columns, task.target, task.outputs, task.error)
        return scorer if scorer.fits() else None

"""The best of several fitted models, by one metric on the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from synapse_magic.compose.kept_best import KeptBest
from synapse_magic.compose.tuning.measures import check_measure, measure_of
from synapse_magic.errors import SynapseError
from synapse_magic.metrics.evaluate import evaluate
from synapse_magic.results.evaluation import Evaluation
from synapse_magic.spark.holding import ModelsHolder
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.predictor import predictor_of
from synapse_magic.spark.stage import Estimator

if TYPE_CHECKING:
    from synapse_magic.views.roc import ROC


class BestModelParams:
    """How fitted models are compared."""

    models: Param[list[Any]] = param(
        "Fitted models to compare: of ours, of pyspark.ml, or pipelines.", default=unset
    )
    evaluationMetric: Param[str] = param(
        "Metric to be best in, such as AUC, accuracy, f1, rmse or r2.", default="accuracy"
    )


class BestModel(KeptBest, BestModelParams):
    """The best of several fitted models, with what each reached.

    It scores as ``bestModel`` does. Saved and loaded again it keeps the model and the metrics, not
    the rows they were measured on.
    """

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._metrics: list[dict[str, Any]] = []
        self._evaluation: Evaluation | None = None
        self._rows: DataFrame | None = None

    @property
    def bestMetric(self) -> float:
        """The metric of the best model."""
        return float(max(self._metrics, key=lambda each: each["best"])["value"])

    @property
    def evaluation(self) -> Evaluation:
        """The evaluation of the best model on the rows that it was chosen by.

        Raises
        ------
        SynapseError
            After loading: those rows are not saved.
        """
        if self._evaluation is None:
            raise SynapseError(
                "A loaded BestModel has no rows to measure on. Try: evaluate(model, df)"
            )
        return self._evaluation

    @property
    def rocCurve(self) -> ROC:
        """The ROC curve of the best classifier; ``table()`` gives its points."""
        return self.evaluation.roc()

    @property
    def scoredDataset(self) -> DataFrame:
        """The rows it was chosen by, with the predictions of the best model.

        Raises
        ------
        SynapseError
            After loading: those rows are not saved.
        """
        if self._rows is None:
            raise SynapseError("A loaded BestModel has no rows. Try: model.transform(df)")
        return self.bestModel.transform(self._rows)

    def getBestModelMetrics(self) -> dict[str, float]:
        """Return all metrics of the best model by name."""
        return dict(self.evaluation.metrics)

    def getBestModelInfo(self) -> str:
        """Return which model is best, and its metric, in one line."""
        best = max(self._metrics, key=lambda each: each["best"])
        return f"{best['model']} ({best['uid']}): {best['metric']} {best['value']:.6g}"

    def getAllModelMetrics(self) -> list[dict[str, Any]]:
        """Return one dict for each model: its class, uid, metric, value, and whether it is best."""
        return [dict(each) for each in self._metrics]

    def getScoredDataset(self) -> DataFrame:
        """Return ``scoredDataset``."""
        return self.scoredDataset

    def getRocCurve(self) -> ROC:
        """Return ``rocCurve``."""
        return self.rocCurve

    def _get_state(self) -> dict[str, Any]:
        return {**super()._get_state(), "metrics": self._metrics}

    def _set_state(self, state: dict[str, Any]) -> None:
        super()._set_state(state)
        self._metrics = list(state["metrics"])


class FindBestModel(Estimator, ModelsHolder, BestModelParams):
    """Measures fitted models on the same rows and keeps the best.

    Raises
    ------
    SynapseError
        When there is no model, or a model does not have the metric.

    Examples
    --------
    >>> models = [LightGBMClassifier(numLeaves=n).fit(train) for n in (7, 31)]
    >>> best = FindBestModel(models=models, evaluationMetric="AUC").fit(valid)
    >>> best.getBestModelInfo()
    >>> best.rocCurve
    """

    def _fit(self, dataset: DataFrame) -> BestModel:
        models = self._held()
        if not models:
            raise SynapseError("FindBestModel has no models. Try: models=[first, second]")
        measure = measure_of(self.getOrDefault("evaluationMetric"))
        check_measure(measure, [predictor_of(model).stage for model in models])
        found = [evaluate(model, dataset) for model in models]
        values = [measure.value(each.metrics) for each in found]
        place = min(range(len(models)), key=lambda i: measure.loss(values[i]))
        best = self._hand_over(BestModel())
        best.bestModel, best._evaluation, best._rows = models[place], found[place], dataset
        best._metrics = [
            {
                "model": type(predictor_of(model).stage).__name__,
                "uid": model.uid,
                "metric": measure.name,
                "value": values[i],
                "best": i == place,
            }
            for i, model in enumerate(models)
        ]
        return best

"""How good predictions are: metrics, and the counts every curve is drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.views.calibration import Calibration
from synapse_magic.views.confusion import Confusion
from synapse_magic.views.evaluation import EvaluationReport
from synapse_magic.views.precision_recall import PrecisionRecall
from synapse_magic.views.residuals import Residuals
from synapse_magic.views.roc import ROC
from synapse_magic.views.view import pick


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Metrics of predictions against labels, with the aggregates of all rows behind them.

    Attributes
    ----------
    task
        "binary" | "multiclass" | "regression" | "ranking".
    rows
        Rows evaluated.
    metrics
        Name to value, in the order shown.
    classes
        Class names; the positive class of a binary task is the last. Empty for a regression.
    confusion
        (k, k) weights, [true, predicted].
    histograms
        (k, 2, bins) weights of score per class against the rest over equal bins of [0, 1]:
        ``[:, 0]`` negatives, ``[:, 1]`` positives.
    calibration_sums
        (k, bins) sums of predicted probability per bin.
    residuals
        Regression: "counts" (prediction bins, residual bins), "x_edges", "y_edges".
    label, prediction
        Column names.

    Examples
    --------
    >>> scores = np.array([[[0.0, 10.0], [8.0, 2.0]], [[8.0, 2.0], [0.0, 10.0]]])
    >>> matrix = np.array([[8, 2], [0, 10]])
    >>> parts = ("binary", 20, {"accuracy": 0.9}, ("no", "yes"), matrix, scores, None, None)
    >>> Evaluation(*parts, label="income", prediction="prediction").roc()
    <ROC: ROC curve of yes: area under it 0.9>
    """

    task: str
    rows: int
    metrics: dict[str, float]
    classes: tuple[str, ...]
    confusion: np.ndarray | None
    histograms: np.ndarray | None
    calibration_sums: np.ndarray | None
    residuals: dict[str, np.ndarray] | None
    label: str
    prediction: str

    def roc(self, class_: str | None = None) -> ROC:
        """Return the ROC curve of a class against the rest; of the positive class by default."""
        index, histograms = self._scores(class_)
        return ROC.of(histograms[index], self._scored()[index])

    def precision_recall(self, class_: str | None = None) -> PrecisionRecall:
        """Return the precision-recall curve of a class; of the positive class by default."""
        index, histograms = self._scores(class_)
        return PrecisionRecall.of(histograms[index], self._scored()[index])

    def calibration(self, class_: str | None = None) -> Calibration:
        """Return predicted against observed shares; of the positive class by default."""
        index, histograms = self._scores(class_)
        if self.calibration_sums is None:
            raise SynapseError(
                "Calibration needs predicted probabilities, and this evaluation has none. "
                "Try: evaluate a frame that has the probability column."
            )
        return Calibration.of(
            histograms[index], self.calibration_sums[index], self._scored()[index]
        )

    def confusion_matrix(self) -> Confusion:
        """Return the confusion matrix of a classification."""
        if self.confusion is None:
            raise SynapseError(f"A {self.task} has no confusion matrix. Try: residual_plot()")
        return Confusion.of(self.confusion, self.classes)

    def residual_plot(self) -> Residuals:
        """Return the residuals of a regression over its predictions."""
        if self.residuals is None:
            raise SynapseError(
                f"A {self.task} evaluation has no residuals. Try: confusion_matrix()"
            )
        parts = self.residuals
        return Residuals(parts["counts"], parts["x_edges"], parts["y_edges"])

    def report(self) -> EvaluationReport:
        """Return all views of the evaluation as one."""
        scored = self._scored()
        return EvaluationReport(
            title=f"Evaluation of {self.prediction} against {self.label}",
            metrics=dict(self.metrics),
            rows=self.rows,
            confusion=None if self.confusion is None else self.confusion_matrix(),
            residuals=None if self.residuals is None else self.residual_plot(),
            classes=scored,
            histograms=np.zeros((0, 2, 1)) if self.histograms is None else self.histograms,
            sums=self.calibration_sums,
            first=self._positive(),
            binary=self.task == "binary",
        )

    def html(self, *, interactive: bool = True) -> str:
        """Return the evaluation as HTML that stands alone."""
        return self.report().html(interactive=interactive)

    def _scored(self) -> tuple[str, ...]:
        """Return the classes that have a score histogram: all, or the positive one alone."""
        return () if self.histograms is None else self.classes[-len(self.histograms) :]

    def _positive(self) -> int:
        return max(len(self._scored()) - 1, 0) if self.task == "binary" else 0

    def _scores(self, class_: str | None) -> tuple[int, np.ndarray]:
        if self.histograms is None:
            raise SynapseError(
                f"Curves need scores, and this {self.task} evaluation has none. "
                "Try: evaluate a frame that has the probability column."
            )
        if class_ is None:
            return self._positive(), self.histograms
        return pick(class_, self._scored(), "class"), self.histograms

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value:.4g}" for name, value in self.metrics.items())
        return f"<Evaluation ({self.task}) over {self.rows:,} rows: {values}>"

"""A whole evaluation in one output: metrics, confusion, curves; or residuals of a regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.views.calibration import Calibration
from synapse_magic.views.confusion import Confusion
from synapse_magic.views.metrics import metric_strip
from synapse_magic.views.page import figure, numbers
from synapse_magic.views.precision_recall import PrecisionRecall
from synapse_magic.views.residuals import Residuals
from synapse_magic.views.roc import ROC
from synapse_magic.views.table import html_table
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLASSES = 12
BINS = 200


@dataclass(frozen=True, eq=False, repr=False)
class EvaluationReport(View):
    """Metrics and the pictures that fit the task.

    Attributes
    ----------
    title
        What was evaluated.
    metrics
        Name to value, in the order shown.
    rows
        Rows evaluated.
    confusion, residuals
        Of a classifier, of a regression; None for the other.
    classes, histograms, sums
        Classes with curves, (classes, 2, bins) score histograms and (classes, bins) sums of
        probability; empty where there are no scores.
    first
        Position of the class shown first.
    binary
        Whether one threshold on the score of ``first`` makes the prediction.
    """

    title: str
    metrics: dict[str, float]
    rows: int
    confusion: Confusion | None
    residuals: Residuals | None
    classes: tuple[str, ...]
    histograms: np.ndarray
    sums: np.ndarray | None
    first: int = 0
    binary: bool = False

    def curves(self, index: int) -> list[View]:
        """Return ROC, precision-recall and, with sums of probability, calibration of a class."""
        name, histogram = self.classes[index], self.histograms[index]
        views: list[View] = [ROC.of(histogram, name), PrecisionRecall.of(histogram, name)]
        if self.sums is not None:
            views.append(Calibration.of(histogram, self.sums[index], name))
        return views

    def sentence(self) -> str:
        """Return the view in one sentence."""
        name, value = next(iter(self.metrics.items()), ("metric", float("nan")))
        return f"{self.title} over {plural(self.rows, 'row')}: {name} {value:.4g}"

    def picture(self) -> str:
        """Return the metric strip and the static pictures."""
        cards = [view.picture() for view in (self.confusion, self.residuals) if view is not None]
        head = figure(self.title, "", metric_strip(self.metrics)) + "".join(cards)
        if not self.classes:
            return head
        curves = "".join(view.picture() for view in self.curves(self.first))
        return f'{head}<div class="syn-swap"><div class="syn-cards">{curves}</div></div>'

    def numbers(self) -> str:
        """Return the metrics as a foldable table."""
        names, rows = self.records()
        return numbers(html_table(names, rows), "Table of the metrics")

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per metric."""
        return ["metric", "value"], list(self.metrics.items())

    def axes(self, ax: Axes | None = None) -> Axes:
        """Draw the ROC curve, the confusion or the residuals with matplotlib."""
        if self.classes:
            return self.curves(self.first)[0].axes(ax)
        for view in (self.confusion, self.residuals):
            if view is not None:
                return view.axes(ax)
        ax = new_axes(ax, 5, 3)
        ax.bar(list(self.metrics), list(self.metrics.values()))
        return ax

    def payload(self) -> dict[str, Any] | None:
        """Return the interactive view's data; None where nothing can be picked or swept."""
        if not self.classes:
            return self.residuals.payload() if self.residuals is not None else None
        order = np.argsort(-self.histograms[:, 1].sum(axis=1), kind="stable")
        keep = [self.first, *(int(i) for i in order if i != self.first)][:CLASSES]
        keep = [self.first] if self.binary else sorted(keep)
        return {
            "kind": "evaluation",
            "classes": [self.classes[i][:120] for i in keep],
            "other": self._other(),
            "histograms": np.stack([_coarse(self.histograms[i]) for i in keep]),
            "sums": None
            if self.sums is None
            else np.stack([_coarse(self.sums[i][None])[0] for i in keep]),
            "first": keep.index(self.first),
            "binary": self.binary,
        }

    def _other(self) -> str:
        names = [name for i, name in enumerate(self.classes) if i != self.first]
        return names[0] if len(names) == 1 else f"not {self.classes[self.first]}"


def _coarse(histogram: np.ndarray) -> np.ndarray:
    """Return a histogram in at most BINS bins, joining neighbours."""
    bins = histogram.shape[-1]
    step = -(-bins // BINS)
    padded = np.pad(np.asarray(histogram, float), ((0, 0), (0, -bins % step)))
    return padded.reshape(len(histogram), -1, step).sum(axis=2)

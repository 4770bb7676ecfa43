"""Precision against recall: what is right among the taken, and what is taken of the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.views.lines import Lines
from synapse_magic.views.page import figure
from synapse_magic.views.roc import rate, sweep
from synapse_magic.views.view import View
from synapse_magic.views.words import number, share

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class PrecisionRecall(View):
    """The precision-recall curve of one class against the rest.

    Attributes
    ----------
    class_
        Name of the positive class.
    thresholds, recall, precision
        Points of the curve from threshold 1 to 0; precision is NaN where nothing is taken.
    average
        Average precision: precision at each threshold weighted by the recall it adds.
    prevalence
        Share of positives: the precision of guessing.
    """

    class_: str
    thresholds: np.ndarray
    recall: np.ndarray
    precision: np.ndarray
    average: float
    prevalence: float

    @classmethod
    def of(cls, histogram: np.ndarray, class_: str) -> PrecisionRecall:
        """Compute the curve from a (2, bins) score histogram.

        Examples
        --------
        >>> PrecisionRecall.of(np.array([[1.0, 0.0], [0.0, 1.0]]), "yes").average
        1.0
        """
        thresholds, false, true = sweep(histogram)
        taken = false + true
        precision = np.divide(true, taken, out=np.full(len(true), np.nan), where=taken > 0)
        recall = rate(true, true[-1])
        average = float(np.sum(np.diff(recall) * np.nan_to_num(precision[1:])))
        prevalence = float(true[-1] / taken[-1]) if taken[-1] else float("nan")
        return cls(class_, thresholds, recall, precision, average, prevalence)

    def lines(self) -> Lines:
        """Return the curve as a line chart."""
        guess = (np.array([0.0, 1.0]), np.full(2, self.prevalence))
        return Lines(
            {self.class_: (self.recall, self.precision)},
            "recall",
            "precision",
            ideal=guess,
            extra=(("threshold", self.thresholds),),
        )

    def sentence(self) -> str:
        """Return the view in one sentence."""
        return f"Precision-recall curve of {self.class_}: average precision {number(self.average)}"

    def note(self) -> str:
        """Return the curve in numbers."""
        guess = share(self.prevalence, 1)
        return f"Average precision {number(self.average)}. Dashed: guessing, {guess}."

    def picture(self) -> str:
        """Return the static picture."""
        return figure(
            f"Precision and recall: {self.class_}", self.note(), self.lines().image(self.sentence())
        )

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the points of the curve."""
        rows = zip(
            self.thresholds.tolist(), self.recall.tolist(), self.precision.tolist(), strict=True
        )
        return ["threshold", "recall", "precision"], list(rows)

    def axes(self, ax: Axes | None = None) -> Axes:
        """Draw with matplotlib."""
        title = f"Precision and recall: {self.class_}, average {number(self.average)}"
        return self.lines().axes(ax, title)

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data."""
        title = f"Precision and recall: {self.class_}"
        return {"kind": "lines", "title": title, "note": self.note(), **self.lines().payload()}

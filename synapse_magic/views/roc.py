"""ROC: the share of positives found against the share of negatives taken for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.views.lines import Lines
from synapse_magic.views.page import figure
from synapse_magic.views.view import View
from synapse_magic.views.words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def sweep(histogram: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return thresholds, and the negatives and positives scored at or above each.

    Parameters
    ----------
    histogram
        (2, bins) weights of negatives and positives over equal score bins of [0, 1].

    Returns
    -------
    thresholds, false_positives, true_positives
        bins + 1 each, from threshold 1 (nothing taken) down to 0 (everything).
    """
    bins = histogram.shape[1]
    above = np.zeros((2, bins + 1))
    above[:, 1:] = np.cumsum(histogram[:, ::-1], axis=1)
    return np.linspace(1.0, 0.0, bins + 1), above[0], above[1]


def rate(part: np.ndarray, whole: float) -> np.ndarray:
    """Return ``part / whole``, NaN where there is nothing to share."""
    return part / whole if whole > 0 else np.full(part.shape, np.nan)


@dataclass(frozen=True, eq=False, repr=False)
class ROC(View):
    """The ROC curve of one class against the rest.

    Attributes
    ----------
    class_
        Name of the positive class.
    thresholds, false_rate, true_rate
        Points of the curve from threshold 1 to 0.
    auc
        Area under it by trapezoids, which counts half of the ties within a bin.
    """

    class_: str
    thresholds: np.ndarray
    false_rate: np.ndarray
    true_rate: np.ndarray
    auc: float

    @classmethod
    def of(cls, histogram: np.ndarray, class_: str) -> ROC:
        """Compute the curve from a (2, bins) score histogram.

        Examples
        --------
        >>> ROC.of(np.array([[1.0, 0.0], [0.0, 1.0]]), "yes").auc
        1.0
        """
        thresholds, false, true = sweep(histogram)
        false_rate, true_rate = rate(false, false[-1]), rate(true, true[-1])
        area = np.sum(np.diff(false_rate) * (true_rate[1:] + true_rate[:-1]) / 2)
        return cls(class_, thresholds, false_rate, true_rate, float(area))

    def lines(self) -> Lines:
        """Return the curve as a line chart."""
        line = np.array([0.0, 1.0])
        return Lines(
            {self.class_: (self.false_rate, self.true_rate)},
            "false positive rate",
            "true positive rate",
            ideal=(line, line),
            extra=(("threshold", self.thresholds),),
        )

    def sentence(self) -> str:
        """Return the view in one sentence."""
        return f"ROC curve of {self.class_}: area under it {number(self.auc)}"

    def note(self) -> str:
        """Return the curve in numbers."""
        return f"Area under the curve {number(self.auc)}. Dashed: chance."

    def picture(self) -> str:
        """Return the static picture."""
        return figure(f"ROC: {self.class_}", self.note(), self.lines().image(self.sentence()))

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the points of the curve."""
        rows = zip(
            self.thresholds.tolist(), self.false_rate.tolist(), self.true_rate.tolist(), strict=True
        )
        return ["threshold", "false_positive_rate", "true_positive_rate"], list(rows)

    def axes(self, ax: Axes | None = None) -> Axes:
        """Draw with matplotlib."""
        return self.lines().axes(ax, f"ROC: {self.class_}, area {number(self.auc)}")

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data."""
        title = f"ROC: {self.class_}"
        return {"kind": "lines", "title": title, "note": self.note(), **self.lines().payload()}

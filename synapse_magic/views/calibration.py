"""Calibration: whether what is given 70 per cent happens 70 times in a hundred."""

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

GROUPS = 10


@dataclass(frozen=True, eq=False, repr=False)
class Calibration(View):
    """Predicted against observed shares of one class, in groups of similar score.

    Attributes
    ----------
    class_
        Name of the positive class.
    predicted, observed, weight
        Mean predicted probability, share of positives and rows of each group that has rows.
    error
        Expected calibration error: mean gap between the two, weighted by rows.
    """

    class_: str
    predicted: np.ndarray
    observed: np.ndarray
    weight: np.ndarray
    error: float

    @classmethod
    def of(cls, histogram: np.ndarray, sums: np.ndarray, class_: str) -> Calibration:
        """Group a score histogram.

        Parameters
        ----------
        histogram
            (2, bins) weights of negatives and positives over equal score bins of [0, 1].
        sums
            (bins,) sums of predicted probability.

        Examples
        --------
        >>> flat = Calibration.of(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([0.8, 0.0]), "yes")
        >>> flat.predicted.tolist(), flat.observed.tolist(), round(flat.error, 3)
        ([0.4], [0.5], 0.1)
        """
        bins = histogram.shape[1]
        group = np.arange(bins) * min(GROUPS, bins) // bins
        total = np.bincount(group, weights=histogram.sum(axis=0))
        some = total > 0
        predicted = np.bincount(group, weights=sums)[some] / total[some]
        observed = np.bincount(group, weights=histogram[1])[some] / total[some]
        gap = np.abs(predicted - observed) @ total[some] / max(float(total.sum()), 1e-300)
        return cls(class_, predicted, observed, total[some], float(gap))

    def lines(self) -> Lines:
        """Return the groups as a line chart."""
        line = np.array([0.0, 1.0])
        return Lines(
            {self.class_: (self.predicted, self.observed)},
            "mean predicted probability",
            "observed share",
            ideal=(line, line),
            marks=True,
            extra=(("rows", self.weight),),
        )

    def sentence(self) -> str:
        """Return the view in one sentence."""
        return f"Calibration of {self.class_}: expected calibration error {number(self.error)}"

    def note(self) -> str:
        """Return the curve in numbers."""
        return f"Expected calibration error {number(self.error)}. Dashed: perfect."

    def picture(self) -> str:
        """Return the static picture."""
        return figure(
            f"Calibration: {self.class_}", self.note(), self.lines().image(self.sentence())
        )

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the groups."""
        rows = zip(
            self.predicted.tolist(), self.observed.tolist(), self.weight.tolist(), strict=True
        )
        return ["predicted", "observed", "rows"], list(rows)

    def axes(self, ax: Axes | None = None) -> Axes:
        """Draw with matplotlib."""
        return self.lines().axes(ax, f"Calibration: {self.class_}, error {number(self.error)}")

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data."""
        title = f"Calibration: {self.class_}"
        return {"kind": "lines", "title": title, "note": self.note(), **self.lines().payload()}

"""Residuals of a regression: how far predictions are off, over the range of predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.views import pack
from synapse_magic.views.page import figure
from synapse_magic.views.palette import LOW, shade
from synapse_magic.views.scale import Scale
from synapse_magic.views.svg import Drawing
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import number, plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class Residuals(View):
    """Counts of rows by prediction and residual (true minus predicted).

    Attributes
    ----------
    counts
        (prediction bins, residual bins).
    x_edges, y_edges
        Bin edges of prediction and residual.
    """

    counts: np.ndarray
    x_edges: np.ndarray
    y_edges: np.ndarray

    @property
    def middle(self) -> np.ndarray:
        """Mean residual per prediction bin, NaN where there are no rows."""
        centre = (self.y_edges[1:] + self.y_edges[:-1]) / 2
        total = self.counts.sum(axis=1)
        sums = self.counts @ centre
        return np.divide(sums, total, out=np.full(len(total), np.nan), where=total > 0)

    def _centres(self) -> np.ndarray:
        return (self.x_edges[1:] + self.x_edges[:-1]) / 2

    def sentence(self) -> str:
        """Return the view in one sentence."""
        total = float(self.counts.sum())
        mean = (
            self.counts.sum(axis=0)
            @ (self.y_edges[1:] + self.y_edges[:-1])
            / 2
            / max(total, 1e-300)
        )
        return f"Residuals over {plural(round(total), 'row')}: {number(float(mean))} on average"

    def pixels(self) -> np.ndarray:
        """Return the density as RGBA pixels, one per cell."""
        return shade(self.counts.T[::-1], LOW, 30, 245)

    def picture(self) -> str:
        """Return the static picture."""
        board = Drawing(560, 330, self.sentence())
        x = Scale(float(self.x_edges[0]), float(self.x_edges[-1]), 70, 546)
        y = Scale(float(self.y_edges[0]), float(self.y_edges[-1]), 290, 10)
        board.left_axis(y, 70, "residual (true \N{MINUS SIGN} predicted)", right=546)
        board.bottom_axis(x, 290, "prediction")
        board.picture(70, 10, 476, 280, self.pixels())
        board.line(70, y(0), 546, y(0), "zero")
        line = np.array([y(value) for value in self.middle])
        board.path(np.array([x(value) for value in self._centres()]), line, "median")
        body = figure(
            "Residuals", "Shade: square root of the row count; line: mean residual.", board.image()
        )
        return f'<div class="syn-swap">{body}</div>'

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per prediction bin."""
        rows = zip(
            self.x_edges[:-1].tolist(),
            self.x_edges[1:].tolist(),
            self.counts.sum(axis=1).tolist(),
            self.middle.tolist(),
            strict=True,
        )
        return ["prediction_from", "prediction_to", "rows", "mean_residual"], list(rows)

    def axes(self, ax: Axes | None = None) -> Axes:
        """Draw with matplotlib."""
        ax = new_axes(ax, 6, 4)
        box = (self.x_edges[0], self.x_edges[-1], self.y_edges[0], self.y_edges[-1])
        ax.imshow(self.pixels(), extent=box, aspect="auto", interpolation="nearest")
        ax.plot(self._centres(), self.middle, color="#222", linewidth=2)
        ax.axhline(0, color="#888", linewidth=0.8)
        ax.set(xlabel="prediction", ylabel="residual", title="Residuals")
        return ax

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data."""
        return {
            "kind": "residuals",
            "title": "Residuals",
            "counts": pack.smallest(np.round(self.counts).astype(np.int64)),
            "xEdges": np.asarray(self.x_edges, float),
            "yEdges": np.asarray(self.y_edges, float),
            "middle": self.middle,
        }

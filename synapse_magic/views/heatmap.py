"""Heat map: contributions of every feature to every row, rows explained alike side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.kernels.row_order import order_alike
from synapse_magic.views import pack
from synapse_magic.views.page import figure
from synapse_magic.views.palette import diverging, enlarged
from synapse_magic.views.scale import Scale, extent
from synapse_magic.views.summary import mean_size
from synapse_magic.views.svg import Drawing
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import number, plain, plural, shorten, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 2000
FEATURES = 15
_CELLS = 64_000
_FULL = 98
_LINE, _BAND = 66.0, 20.0
_ACROSS = 464


@dataclass(frozen=True, eq=False, repr=False)
class Heatmap(View):
    """Contributions of features to rows as colours.

    Attributes
    ----------
    names
        Features, most important first; where some are left out the last stands for their sum.
    outputs
        What is explained.
    cells
        (outputs, names, drawn) contributions.
    prediction
        (outputs, drawn) on the scale of the contributions.
    places
        (drawn,) which rows of the explanation they are, in the order of the picture.
    limits
        (outputs,) contribution at which colours are fullest: the 98th percentile of sizes.
    features, rows, rows_total
        Features in all, rows explained, and rows of the frame they were taken from.
    """

    names: tuple[str, ...]
    outputs: tuple[str, ...]
    cells: np.ndarray
    prediction: np.ndarray
    places: np.ndarray
    limits: np.ndarray
    features: int
    rows: int
    rows_total: int
    scale: str = "prediction"
    method: str = "SHAP"

    @classmethod
    def of(
        cls,
        values: np.ndarray,
        names: Sequence[str],
        outputs: Sequence[str],
        *,
        prediction: np.ndarray,
        rows_total: int | None = None,
        scale: str = "prediction",
        method: str = "SHAP",
    ) -> Heatmap:
        """Order (rows, features, outputs) SHAP values, at most 2,000 rows of them.

        Rows are clustered by mini-batch k-means, and clusters follow the tree of their centres.

        Examples
        --------
        >>> values = np.array([[[1.0]], [[-1.0]]])
        >>> Heatmap.of(values, ["a"], ["yes"], prediction=values[:, 0]).places.tolist()
        [1, 0]
        """
        order = np.argsort(-mean_size(values).sum(axis=1), kind="stable")
        kept = order if len(order) <= FEATURES + 1 else order[:FEATURES]
        rest = order[len(kept) :]
        most = max(min(MOST_ROWS, _CELLS // (len(kept) * len(outputs))), 60)
        drawn = np.unique(
            np.linspace(0, max(len(values) - 1, 0), min(most, len(values))).astype(int)
        )
        shown = np.asarray(values[drawn][:, kept], dtype=np.float64)
        chosen = [names[i] for i in kept]
        if len(rest):
            shown = np.concatenate(
                [shown, values[drawn][:, rest].sum(axis=1, keepdims=True)], axis=1
            )
            chosen.append(f"{len(rest):,} other features")
        line = order_alike(shown.reshape(len(drawn), -1))
        cells = shown[line].transpose(2, 1, 0)
        return cls(
            names=tuple(chosen),
            outputs=tuple(outputs),
            cells=cells,
            prediction=np.asarray(prediction[drawn[line]], dtype=np.float64).T,
            places=drawn[line],
            limits=np.array([_limit(one) for one in cells]),
            features=len(names),
            rows=len(values),
            rows_total=len(values) if rows_total is None else rows_total,
            scale=scale,
            method=method,
        )

    def sentence(self) -> str:
        """Return the view in one sentence."""
        return (
            f"Heat map of {self.method} values: {plural(len(self.places), 'row')} across, "
            f"{plural(len(self.names), 'feature')} down, {self.names[0]} first"
        )

    def note(self) -> str:
        """Return which rows are drawn, in what order, and what the colours mean."""
        of = f" of {self.rows_total:,}" if self.rows_total > self.rows else ""
        few = len(self.places) < self.rows
        drawn = f", {len(self.places):,} of them drawn, evenly chosen" if few else ""
        return (
            f"{plural(self.rows, 'row')}{of}{drawn}; rows explained alike side by side. "
            f"Line: prediction ({self.scale}). Blue lowers, orange raises; fullest from "
            f"{number(self.limits[0])} on."
        )

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per drawn row and output, in the order of the picture."""
        rows = [
            (int(place), output, float(self.prediction[o, i]), *map(float, self.cells[o, :, i]))
            for o, output in enumerate(self.outputs)
            for i, place in enumerate(self.places)
        ]
        return ["row", "output", "prediction", *self.names], rows

    def pixels(self, output: int) -> np.ndarray:
        """Return a pixel a cell."""
        return diverging(self.cells[output] / self.limits[output])

    def picture(self) -> str:
        """Return the static picture of the first output."""
        left, top = 176.0, 12.0
        start = top + _LINE + 8
        bottom = start + _BAND * len(self.names)
        board = Drawing(660, bottom + 34, self.sentence())
        y = Scale(*extent(self.prediction[0]), top + _LINE, top)
        board.left_axis(y, left, "", right=left + _ACROSS)
        board.text(8, top + _LINE / 2, "prediction", kind="dim", size=12)
        heights = _narrowed(self.prediction[0][None], _ACROSS)[0]
        xs = left + (np.arange(len(heights)) + 0.5) * (_ACROSS / len(heights))
        board.path(xs, np.array([y(value) for value in heights]), "curve")
        cells = _narrowed(self.cells[0], _ACROSS)
        pixels = enlarged(
            diverging(cells / self.limits[0]), max(_ACROSS // max(cells.shape[1], 1), 1), int(_BAND)
        )
        board.picture(left, start, _ACROSS, _BAND * len(self.names), pixels)
        for i, name in enumerate(self.names):
            board.text(8, start + _BAND * (i + 0.5), name, room=left - 16, size=12)
        self._key(board, left, bottom + 20)
        return figure("Heat map", self.note(), board.image())

    def _key(self, board: Drawing, left: float, y: float) -> None:
        limit = float(self.limits[0])
        board.text(left + 40, y, signed(-limit), anchor="end", kind="dim", size=11)
        board.picture(left + 46, y - 5, 120, 10, diverging(np.linspace(-1, 1, 41)[None]))
        title = f"{signed(limit)}   {self._title(0)}"
        board.text(left + 172, y, title, kind="dim", size=11, room=_ACROSS - 180)

    def _title(self, output: int) -> str:
        name = f" for {self.outputs[output]}" if len(self.outputs) > 1 else ""
        return f"{self.method} value{name} ({self.scale})"

    def axes(self, ax: Axes | None = None, *, output: int = 0) -> Axes:
        """Draw with matplotlib; ``output`` is the position of the class to show."""
        shown = len(self.names)
        ax = new_axes(ax, 8, 1.8 + 0.3 * shown)
        drawn = len(self.places)
        ax.imshow(
            self.pixels(output), extent=(0, drawn, shown, 0), aspect="auto", interpolation="nearest"
        )
        low, high = extent(self.prediction[output])
        heights = -0.3 - 1.7 * (self.prediction[output] - low) / (high - low)
        ax.plot(np.arange(drawn) + 0.5, heights, color="#222", linewidth=1)
        names = [plain(shorten(name, 170, 12)) for name in self.names]
        ax.set_yticks([-1.15, *(np.arange(shown) + 0.5)], labels=["prediction", *names])
        ax.set(xlim=(0, max(drawn, 1)), ylim=(shown, -2.2))
        ax.set(xlabel="rows, those explained alike together", title=plain(self._title(output)))
        return ax

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data: colours in 254 steps."""
        parts = np.clip(self.cells / self.limits[:, None, None], -1, 1)
        edges = np.array([extent(one) for one in self.prediction])
        return {
            "kind": "heatmap",
            "title": "Heat map",
            "names": [name[:200] for name in self.names],
            "outputs": self.outputs,
            "cells": np.round(127 * parts + 127).astype(np.uint8),
            "limits": self.limits,
            "prediction": np.stack(
                [
                    pack.quantise(one, *ends)
                    for one, ends in zip(self.prediction, edges, strict=True)
                ]
            ),
            "edges": edges,
            "places": pack.smallest(self.places),
            "rows": self.rows,
            "rowsTotal": self.rows_total,
            "scale": self.scale,
            "method": self.method,
        }


def _limit(cells: np.ndarray) -> float:
    """Return the contribution at which colours are fullest."""
    sizes = np.abs(cells)
    return float(np.percentile(sizes, _FULL)) or float(sizes.max()) or 1.0 if sizes.size else 1.0


def _narrowed(cells: np.ndarray, most: int) -> np.ndarray:
    """Return at most ``most`` columns, each the mean of neighbours."""
    if cells.shape[1] <= most:
        return cells
    starts = np.linspace(0, cells.shape[1], most + 1)[:-1].astype(int)
    counts = np.diff([*starts, cells.shape[1]])
    return np.add.reduceat(cells, starts, axis=1) / counts

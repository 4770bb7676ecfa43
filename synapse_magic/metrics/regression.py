"""Counts of a scored frame turned into the metrics of a regressor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyspark.sql import functions as F

from synapse_magic.kernels.evaluation import size_of_bin
from synapse_magic.metrics.facts import Facts
from synapse_magic.results.evaluation import Evaluation
from synapse_magic.spark.columns import col

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

CELLS = 1024
_DRAWN = 64
_KEPT_SHARE = 0.995


def label_range(df: DataFrame, label: str) -> tuple[float, float, float]:
    """Return the mean of a label and the bounds that nearly all of it lies in."""
    number = col(label).cast("double")
    row = df.agg(F.mean(number), F.percentile_approx(number, [0.001, 0.999], 2000)).first()
    mean, bounds = row if row is not None else (None, None)
    low, high = bounds if bounds else (0.0, 1.0)
    margin = 0.05 * (high - low) or 0.5
    return float(mean or 0.0), float(low - margin), float(high + margin)


def regression(facts: Facts, low: float, high: float, label: str, prediction: str) -> Evaluation:
    """Return the evaluation of a regressor from its counts.

    The median of the absolute error is found to a tenth of a percent; ``r2`` is NaN for a label
    that never changes.
    """
    rows = facts.count("squared")
    squared = facts.total("squared")
    spread = facts.total("label squared") - facts.total("label") ** 2 / rows
    metrics = {
        "rmse": float(np.sqrt(squared / rows)),
        "mse": squared / rows,
        "mae": facts.total("absolute") / rows,
        "median_absolute_error": _median_size(facts.of("size"), rows),
        "r2": 1.0 - squared / spread if spread > 0 else float("nan"),
    }
    if missing := facts.count("unlabelled"):
        metrics["rows without label"] = float(missing)
    return Evaluation(
        task="regression",
        rows=rows,
        metrics=metrics,
        classes=(),
        confusion=None,
        histograms=None,
        calibration_sums=None,
        residuals=_residuals(facts.of("cell").grid(CELLS, CELLS), low, high),
        label=label,
        prediction=prediction,
    )


def _median_size(sizes: Facts, rows: int) -> float:
    """Return the middle size, or the mean of the middle two."""
    reached = np.cumsum(sizes.counts)
    middle = np.searchsorted(reached, [(rows - 1) // 2, rows // 2], side="right")
    return float(size_of_bin(sizes.column[middle]).mean())


def _residuals(grid: np.ndarray, low: float, high: float) -> dict[str, np.ndarray]:
    """Merge fine cells into those drawn: all predictions, and the residuals near zero.

    Residuals further out than nearly all others count in the first or last row drawn.
    """
    off_center = np.abs(np.arange(CELLS) - (CELLS - 1) / 2)
    order = np.argsort(off_center, kind="stable")
    reached = np.cumsum(grid.sum(0)[order])
    half = off_center[order][np.searchsorted(reached, _KEPT_SHARE * reached[-1])] + 0.5
    merged = max(1, int(np.ceil(2 * half / _DRAWN)))
    row = (np.arange(CELLS) - CELLS // 2) // merged + _DRAWN // 2
    counts = np.zeros((_DRAWN, _DRAWN))
    across = np.arange(CELLS) * _DRAWN // CELLS
    np.add.at(counts, (across[:, None], np.clip(row, 0, _DRAWN - 1)[None, :]), grid)
    reach = _DRAWN / 2 * merged * 2 * (high - low) / CELLS
    return {
        "counts": counts,
        "x_edges": np.linspace(low, high, _DRAWN + 1),
        "y_edges": np.linspace(-reach, reach, _DRAWN + 1),
    }

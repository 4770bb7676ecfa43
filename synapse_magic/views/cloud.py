"""The counting behind a dependence: cells of a density, a median line, quantiles of levels."""

from __future__ import annotations

from typing import Any

import numpy as np

from synapse_magic.views.scale import extent
from synapse_magic.views.strips import OTHER, level_codes

GRID = (96, 64)
STEPS = 24
LEVELS = 16
QUANTILES = (5, 25, 50, 75, 95)
EMPTY: dict[str, Any] = {
    "x_edges": np.zeros(2),
    "counts": np.zeros(0, dtype=np.int64),
    "missing_counts": np.zeros(0, dtype=np.int64),
    "line_x": np.zeros(0),
    "line_y": np.zeros((0, 0)),
    "levels": (),
    "level_counts": np.zeros(0, dtype=np.int64),
    "quantiles": np.zeros(0),
    "dots_x": np.zeros(0),
    "dots_y": np.zeros((0, 0)),
}


def clip(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return ``values`` with infinities moved to the ends of the axis."""
    return np.where(np.isnan(values), np.nan, np.clip(values, *edges))


def _bins(values: np.ndarray, edges: np.ndarray, count: int) -> np.ndarray:
    low, high = edges
    return np.clip((values - low) * (count / ((high - low) or 1.0)), 0, count - 1).astype(np.intp)


def density(shap: np.ndarray, values: np.ndarray, y_edges: np.ndarray) -> dict[str, Any]:
    """Return the fields of a numeric feature: cell counts, missing rows, the median line.

    Parameters
    ----------
    shap
        (rows, outputs).
    values
        (rows,) float64; NaN is missing, infinities stand at the ends of the axis.
    y_edges
        (outputs, 2) ends of the SHAP axis.
    """
    values = np.asarray(values, dtype=np.float64)
    x_edges = np.array(extent(values))
    known = ~np.isnan(values)
    across = _bins(clip(values[known], x_edges), x_edges, GRID[0])
    outputs = shap.shape[1]
    counts = np.zeros((outputs, *GRID), dtype=np.int64)
    missing = np.zeros((outputs, GRID[1]), dtype=np.int64)
    for output in range(outputs):
        up = _bins(shap[:, output], y_edges[output], GRID[1])
        flat = np.bincount(across * GRID[1] + up[known], minlength=GRID[0] * GRID[1])
        counts[output] = flat.reshape(GRID)
        missing[output] = np.bincount(up[~known], minlength=GRID[1])
    line_x, line_y = _median_line(clip(values[known], x_edges), shap[known])
    return {
        "x_edges": x_edges,
        "counts": counts,
        "missing_counts": missing,
        "line_x": line_x,
        "line_y": line_y,
    }


def _median_line(values: np.ndarray, shap: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return medians of value and SHAP over groups of equal values, or of equal size."""
    if not len(values):
        return np.zeros(0), np.zeros((shap.shape[1], 0))
    order = np.argsort(values)
    values, shap = values[order], shap[order]
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    if len(starts) > STEPS:
        even = np.linspace(0, len(values), STEPS + 1)[:-1].astype(int)
        starts = np.unique(starts[np.searchsorted(starts, even, side="right") - 1])
    groups = list(zip(starts, [*starts[1:], len(values)], strict=True))
    line_x = np.array([np.median(values[a:b]) for a, b in groups])
    line_y = np.stack([np.median(shap[a:b], axis=0) for a, b in groups], axis=1)
    return line_x, line_y


def boxes(shap: np.ndarray, values: np.ndarray) -> dict[str, Any]:
    """Return the fields of a category: levels by median, the joined and the missing last."""
    codes, names = level_codes(values, LEVELS)
    missing = codes < 0
    names = (*names, "missing") if missing.any() else names
    codes = np.where(missing, len(names) - 1, codes)
    quantiles = np.stack(
        [np.percentile(shap[codes == i], QUANTILES, axis=0).T for i in range(len(names))], axis=1
    )
    counts = np.bincount(codes, minlength=len(names))
    rank = np.argsort(-quantiles[0, :, 2], kind="stable")
    last = [i for i in rank if names[i] in (OTHER, "missing")]
    order = [i for i in rank if i not in last] + last
    return {
        "levels": tuple(names[i] for i in order),
        "level_counts": counts[order],
        "quantiles": quantiles[:, order],
    }

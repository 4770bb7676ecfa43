"""Where the rows of one feature lie on the SHAP axis, and with which values: counts, not points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BINS = 240
FEWER = ((500, 60), (20_000, 120))
COLOURS = 12
OTHER = "other levels"
_LOOK = 50_000


@dataclass(frozen=True, eq=False)
class Strip:
    """One feature of a summary.

    Attributes
    ----------
    kind
        "numeric" | "category" | "unknown" (its values were not given).
    counts
        Rows per output, SHAP bin and colour, (outputs, bins, COLOURS + 1); the last colour holds
        the rows whose value is missing. Few rows are counted in fewer bins, so that the outline
        is not a comb.
    low, high
        Values at the ends of the colours of a numeric feature.
    levels
        Names of the colours of a category.
    level_counts, level_means
        Rows and mean SHAP per colour and output, (outputs, COLOURS + 1).
    direction
        Per output the correlation of colour and SHAP value, -1 to 1; NaN for categories.
    """

    kind: str
    counts: np.ndarray
    low: float
    high: float
    levels: tuple[str, ...]
    level_counts: np.ndarray
    level_means: np.ndarray
    direction: np.ndarray


def strip(shap: np.ndarray, data: np.ndarray | None, edges: np.ndarray) -> Strip:
    """Count the rows of one feature.

    Parameters
    ----------
    shap
        (rows, outputs) SHAP values.
    data
        (rows,) float64 numbers or an object array of levels; None where not known.
    edges
        (outputs, 2) ends of the SHAP axis.
    """
    kind, colour, low, high, levels = _colour(data, len(shap))
    outputs = shap.shape[1]
    bins = bins_of(len(shap))
    counts = np.zeros((outputs, bins, COLOURS + 1), dtype=np.int64)
    level_means = np.full((outputs, COLOURS + 1), np.nan)
    level_counts = np.zeros((outputs, COLOURS + 1), dtype=np.int64)
    direction = np.full(outputs, np.nan)
    for output in range(outputs):
        values = np.ascontiguousarray(shap[:, output], dtype=np.float64)
        place = _bin(values, edges[output], bins) * (COLOURS + 1) + colour
        flat = np.bincount(place, minlength=bins * (COLOURS + 1))
        counts[output] = flat.reshape(bins, COLOURS + 1)
        level_counts[output] = counts[output].sum(axis=0)
        sums = np.bincount(colour, weights=values, minlength=COLOURS + 1)
        some = level_counts[output] > 0
        level_means[output, some] = sums[some] / level_counts[output, some]
        if kind == "numeric":
            direction[output] = correlation(counts[output, :, :COLOURS])
    return Strip(kind, counts, low, high, levels, level_counts, level_means, direction)


def bins_of(rows: int) -> int:
    """Return in how many SHAP bins so many rows are counted."""
    return next((few for most, few in FEWER if rows <= most), BINS)


def _bin(values: np.ndarray, edges: np.ndarray, bins: int) -> np.ndarray:
    low, high = edges
    steps = (values - low) * (bins / ((high - low) or 1.0))
    np.clip(steps, 0, bins - 1, out=steps)
    steps[np.isnan(steps)] = 0
    return steps.astype(np.intp)


def _colour(
    data: np.ndarray | None, rows: int
) -> tuple[str, np.ndarray, float, float, tuple[str, ...]]:
    if data is None:
        return "unknown", np.zeros(rows, dtype=np.intp), np.nan, np.nan, ()
    if data.dtype == object:
        codes, levels = level_codes(data, COLOURS)
        return "category", np.where(codes < 0, COLOURS, codes), np.nan, np.nan, levels
    values = np.asarray(data, dtype=np.float64)
    low, high = colour_range(values)
    return "numeric", number_colours(values, low, high), low, high, ()


def number_colours(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return the colour of each number: even steps between the ends, the last one for missing."""
    steps = np.clip(values, low, high) - low
    steps *= COLOURS / ((high - low) or np.inf)
    steps += 0.0 if high > low else COLOURS // 2
    np.minimum(steps, COLOURS - 1, out=steps)
    steps[np.isnan(steps)] = COLOURS
    return steps.astype(np.intp)


def colour_range(values: np.ndarray) -> tuple[float, float]:
    """Return the values between which colours run: the 2nd to the 98th percentile of a look."""
    look = values[:: max(1, len(values) // _LOOK)]
    look = look[np.isfinite(look)]
    if not look.size:
        return np.nan, np.nan
    low, high = np.percentile(look, (2, 98))
    if high <= low:
        low, high = look.min(), look.max()
    return float(low), float(high)


def level_codes(data: np.ndarray, most: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return a code per row (-1 where missing) and at most ``most`` level names, frequent first.

    Where there are more levels, the last name is "other levels" and stands for the rest.
    """
    import pandas as pd

    codes, found = pd.factorize(data)
    names = [str(level) for level in found]
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    order = by_frequency(names, counts)
    keep = order if len(order) <= most else order[: most - 1]
    rank = np.full(len(names) + 1, len(keep), dtype=np.intp)
    rank[keep] = np.arange(len(keep))
    rank[-1] = -1
    shown = tuple(names[i] for i in keep)
    return rank[codes], shown if len(keep) == len(order) else (*shown, OTHER)


def by_frequency(names: Sequence[str], counts: np.ndarray) -> np.ndarray:
    """Return the places of levels, frequent first; those as frequent by name."""
    return np.lexsort((np.array(names, dtype=object).astype(str), -counts))


def correlation(counts: np.ndarray) -> float:
    """Return the correlation between SHAP bin and colour over the counted rows."""
    total = counts.sum()
    if not total:
        return float("nan")
    x, y = np.arange(counts.shape[0], dtype=float), np.arange(counts.shape[1], dtype=float)
    across, along = counts.sum(axis=1) / total, counts.sum(axis=0) / total
    dx, dy = x - x @ across, y - y @ along
    spread = np.sqrt((across @ dx**2) * (along @ dy**2))
    return float(dx @ (counts / total) @ dy / spread) if spread > 0 else float("nan")

"""How far the explanation itself can be trusted."""

from __future__ import annotations

from typing import Any

import numpy as np

from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.results.dashboard.features import drawn_places
from synapse_magic.views.page import figure
from synapse_magic.views.table import html_table
from synapse_magic.views.words import number, share

BINS = 40


def quality(examined: Examined, mask: np.ndarray) -> dict[str, Any]:
    """Return what contributions leave of predictions, their standard errors, and how few do."""
    left = examined.left[mask].max(axis=1) if mask.any() else np.zeros(0)
    high = float(left.max()) if len(left) else 0.0
    counts, edges = np.histogram(left, bins=BINS, range=(0, high or 1e-12))
    return {
        "facts": facts(examined, mask),
        "residuals": {"counts": counts.astype(np.uint32), "low": 0.0, "high": float(edges[-1])},
        "compacity": compacity(examined.why.values[drawn_places(mask)]),
        "drawn": len(drawn_places(mask)),
        "rows": int(mask.sum()),
        "errors": _errors(examined, mask),
    }


def facts(examined: Examined, mask: np.ndarray) -> list[tuple[str, str]]:
    """Return what is known of the explanation, as names and words."""
    why = examined.why
    left = examined.left[mask]
    size = np.maximum(examined.totals[mask], np.abs(why.prediction[mask]))
    parts = left[size > 0] / size[size > 0]
    found = [
        ("method", why.method.replace("_", " ")),
        ("rows explained", f"{examined.explained:,} of {why.rows_total:,}"),
        ("rows that could not be explained", f"{len(why.failures):,}"),
        ("largest residual", number(left.max()) if left.size else "none"),
        (
            "largest residual, of prediction or all contributions",
            number(parts.max()) if parts.size else "none",
        ),
    ]
    if why.quality is not None:
        found.append(("median R\N{SUPERSCRIPT TWO}", number(np.median(why.quality[mask]))))
    return found


def compacity(values: np.ndarray) -> list[tuple[int, float]]:
    """Return for some numbers of features the mean share of contributions that they make up.

    Examples
    --------
    >>> compacity(np.array([[[3.0], [1.0]]]))
    [(1, 0.75), (2, 1.0)]
    """
    if not len(values):
        return []
    size = np.sort(np.abs(values).sum(axis=2), axis=1)[:, ::-1]
    total = size.sum(axis=1, keepdims=True)
    grown = (size.cumsum(axis=1) / np.where(total, total, 1)).mean(axis=0)
    features = size.shape[1]
    steps = range(1, features) if features <= 8 else (1, 2, 3, 5, 8, 12, 20, 40)
    return [(n, float(grown[n - 1])) for n in [*(n for n in steps if n < features), features]]


def _errors(examined: Examined, mask: np.ndarray) -> list[tuple[str, float, float]]:
    """Return features with their mean contribution and its mean standard error, where sampled."""
    error = examined.why.error
    if error is None or not mask.any():
        return []
    sizes = examined.mean_sizes(mask)
    errors = error[mask].mean(axis=(0, 2))
    order = np.argsort(-sizes, kind="stable")[:20]
    return [(examined.why.names[i], float(sizes[i]), float(errors[i])) for i in order]


def quality_still(examined: Examined, mask: np.ndarray) -> str:
    """Return what is known of the explanation as a table."""
    rows = facts(examined, mask)
    few = [(f"share of the {n} strongest features", share(part, 1)) for n, part in
           compacity(examined.why.values[drawn_places(mask)])[:4]]  # fmt: skip
    return figure("Quality", "", html_table(["of the explanation", ""], [*rows, *few]))

"""The first tab: how good the model is for each cohort, and how its scores lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from synapse_magic.results.dashboard.cohort import Cohort
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.views.metrics import MEANINGS, precise
from synapse_magic.views.page import figure
from synapse_magic.views.table import html_table
from synapse_magic.views.words import share

BINS = 40


def overview(
    examined: Examined, measures: Sequence[Mapping[str, Any]], mask: np.ndarray
) -> dict[str, Any]:
    """Return the measures of all cohorts, and the histogram of the scores of one."""
    return {
        "cohorts": list(measures),
        "meanings": MEANINGS,
        "histogram": histogram(examined, mask),
    }


def measured(examined: Examined, cohort: Cohort) -> dict[str, Any]:
    """Return the size and the measures of one cohort."""
    mask = cohort.mask(examined.sought, len(examined))
    rows = int(mask.sum())
    return {
        "name": cohort.name,
        "words": cohort.words,
        "rows": rows,
        "share": share(rows, len(examined)),
        "score": float(examined.score[mask].mean()) if rows else None,
        "metrics": examined.metrics(mask),
    }


def histogram(examined: Examined, mask: np.ndarray) -> dict[str, Any]:
    """Return the rows of a cohort by their score: those right, those wrong, those without a label.

    Where nothing can be right, all rows together.
    """
    low, high = _range(examined)
    scores = examined.score[mask]
    place = np.clip(((scores - low) / (high - low) * BINS).astype(int), 0, BINS - 1)
    kinds = 1
    if examined.task != "regression" and examined.judged.any():
        kinds = 3
        place += BINS * np.where(examined.judged, examined.errors > 0, 2)[mask].astype(int)
    counts = np.bincount(place, minlength=kinds * BINS).reshape(kinds, BINS)
    return {"low": low, "high": high, "counts": counts.astype(np.uint32)}


def _range(examined: Examined) -> tuple[float, float]:
    if examined.task != "regression":
        return 0.0, 1.0
    finite = examined.score[np.isfinite(examined.score)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def overview_still(examined: Examined, cohorts: Sequence[Cohort]) -> str:
    """Return the measures of all cohorts as a table."""
    found = [measured(examined, cohort) for cohort in cohorts]
    names = list(found[0]["metrics"])
    rows = [
        (one["name"], one["words"], one["rows"], *(precise(one["metrics"][n]) for n in names))
        for one in found
    ]
    table = html_table(["cohort", "its rows", "rows", *(n.replace("_", " ") for n in names)], rows)
    told = "Of rows with a label." if names else "No labels are known, so nothing is measured."
    if names and examined.task == "binary":
        told += f" {examined.positive} is predicted from a probability of 0.5 on."
    return figure("Overview", told, table)

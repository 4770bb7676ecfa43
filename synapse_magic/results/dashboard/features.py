"""What features do for one cohort, and how that differs from another."""

from __future__ import annotations

from typing import Any

import numpy as np

from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.results.explanation import Explanation
from synapse_magic.views.page import figure
from synapse_magic.views.table import html_table
from synapse_magic.views.words import number, signed

DRAWN = 5_000
"""Rows that pictures are made from; means are over all rows of a cohort."""
SENT = 60
"""Features that are sent, the strongest first."""


def features(examined: Examined, mask: np.ndarray, against: np.ndarray) -> dict[str, Any]:
    """Return the summary of a cohort, and the mean contributions of it and of another."""
    part = drawn(examined, mask)
    names, own, other = shift(examined, mask, against)
    return {
        "summary": None if part is None else part.summary().payload(),
        "names": names,
        "own": own,
        "other": other,
        "drawn": 0 if part is None else len(part),
        "rows": int(mask.sum()),
        "known": examined.strongest[:SENT],
    }


def shift(
    examined: Examined, mask: np.ndarray, against: np.ndarray
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return features with their mean absolute contribution in two cohorts, largest first."""
    own, other = examined.mean_sizes(mask), examined.mean_sizes(against)
    order = np.argsort(-np.maximum(np.nan_to_num(own), np.nan_to_num(other)), kind="stable")[:SENT]
    return [examined.why.names[i] for i in order], own[order], other[order]


def drawn(examined: Examined, mask: np.ndarray) -> Explanation | None:
    """Return at most 5,000 rows of a cohort, evenly from its beginning to its end."""
    places = drawn_places(mask)
    if not len(places):
        return None
    part: Explanation = examined.why[places]
    return part


def drawn_places(mask: np.ndarray) -> np.ndarray:
    """Return where at most 5,000 rows of a cohort are, evenly from its beginning to its end."""
    places = np.flatnonzero(mask)
    return places[:: -(-len(places) // DRAWN) or 1]


def dependence(
    examined: Examined, mask: np.ndarray, name: str, color: str | None = None
) -> dict[str, Any] | None:
    """Return how the contributions of a feature follow its values in a cohort.

    Parameters
    ----------
    color
        The feature that dots are coloured by; else the one that tells most beside it.
    """
    part = drawn(examined, mask)
    return None if part is None else part.dependence(name, color).payload()


def features_still(examined: Examined, mask: np.ndarray, against: np.ndarray) -> str:
    """Return the summary as a picture, and the cohorts side by side as a table."""
    part = drawn(examined, mask)
    if part is None:
        return ""
    picture: str = part.summary().picture()
    if mask.sum() == against.sum():
        return picture
    rows = [
        (name, number(a), number(b), signed(float(a - b)))
        for name, a, b in zip(*shift(examined, mask, against))
    ]
    table = html_table(["feature", "mean in the cohort", "in the other", "difference"], rows[:12])
    return picture + figure("Cohorts side by side", "", table)

"""Thresholds: what decisions are worth, and how groups fare under them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.costs import BINS, Worth, histogram, profits, rates
from synapse_magic.kernels.dashboard.wording import within
from synapse_magic.results.dashboard.errors import MAP_BINS
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.views.page import figure
from synapse_magic.views.table import html_table
from synapse_magic.views.words import number


def thresholds(
    examined: Examined,
    mask: np.ndarray,
    group: str | None,
    cohorts: Mapping[str, np.ndarray] | None = None,
) -> dict[str, Any]:
    """Return the score histograms of a cohort and of its groups: all else follows from them.

    Parameters
    ----------
    group
        The column whose levels or bins are the groups.
    cohorts
        Rows by name that are compared as groups, and may share rows, beside those of the column.

    Raises
    ------
    SynapseError
        When there are no two classes, or no labels.
    """
    truth = _truth(examined)
    inside = mask & examined.judged
    groups = [] if group is None else _groups(examined, inside, truth, group)
    for name, own in (cohorts or {}).items():
        groups += _group(examined, own & examined.judged, truth, name)
    return {
        "counts": histogram(truth[inside], examined.score[inside]).astype(np.uint32),
        "bins": BINS,
        "positive": examined.positive,
        "groups": groups,
    }


def _truth(examined: Examined) -> np.ndarray:
    if examined.task != "binary" or examined.truth is None:
        raise SynapseError(
            "A threshold is there where two classes are told apart and labels are known"
        )
    return examined.truth > 0


def _groups(
    examined: Examined, inside: np.ndarray, truth: np.ndarray, group: str
) -> list[dict[str, Any]]:
    column = examined.binned(group, MAP_BINS)
    found = []
    for code, conditions in enumerate(column.conditions):
        found += _group(examined, inside & (column.codes == code), truth, within(conditions))
    return found


def _group(
    examined: Examined, own: np.ndarray, truth: np.ndarray, words: str
) -> list[dict[str, Any]]:
    """Return the histogram of a group; none where it has no rows."""
    if not own.any():
        return []
    counts = histogram(truth[own], examined.score[own])
    return [{"words": words, "counts": counts.astype(np.uint32)}]


def thresholds_still(examined: Examined, mask: np.ndarray, group: str | None = None) -> str:
    """Return how groups fare at one half, and where most is earned, as a table."""
    if examined.task != "binary" or not examined.judged.any():
        return ""
    group = group or next(iter(examined.strongest), None)
    found = thresholds(examined, mask, group)
    earned = profits(found["counts"], Worth())
    best = int(earned.argmax())
    told = (
        f"A hit brings 1 and a false alarm costs 1: most is earned at {best / BINS:.3g}, "
        f"{number(earned[best])}; at 0.5 it is {number(earned[BINS // 2])}."
    )
    heads = ["group", *rates(found["counts"], 0.5)]
    rows = [
        (one["words"], *map(number, rates(one["counts"], 0.5).values())) for one in found["groups"]
    ]
    return figure("Threshold 0.5", told, html_table(heads, rows))

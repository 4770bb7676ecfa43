"""Data balance of a cohort: how evenly its rows and the positive label lie over a column."""

from __future__ import annotations

from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.balance.aggregate import aggregate
from synapse_magic.kernels.dashboard.conditions import Levels, column_of
from synapse_magic.kernels.dashboard.wording import within
from synapse_magic.results.balance import Balance, BalanceColumn
from synapse_magic.results.dashboard.errors import MAP_BINS
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.views.words import shorten


def evenness(examined: Examined, mask: np.ndarray, group: str) -> dict[str, Any]:
    """Return the view of the balance of a column among the rows of a cohort.

    Levels are the groups that thresholds are compared over, and so are numbers, in bins.

    Raises
    ------
    SynapseError
        When no row of the cohort has a label, or there are no two classes.
    """
    if examined.task != "binary" or examined.truth is None or not (mask & examined.judged).any():
        raise SynapseError(
            "The balance needs rows with labels, of two classes. "
            "Try: another cohort, or explain a frame that has the label"
        )
    found = balance_of(examined, mask, group)
    return {"html": found.html(interactive=False), "rows": int(mask.sum())}


def balance_of(examined: Examined, mask: np.ndarray, group: str) -> Balance:
    """Return the balance of a column among some rows, as ``balance`` measures a frame."""
    column = column_of(examined.columns, group)
    binned = examined.binned(group, MAP_BINS)
    codes, bins = binned.codes[mask], len(binned.conditions)
    judged = examined.judged[mask]
    positive = judged & (examined.truth[mask] > 0) if examined.truth is not None else judged
    rows, labelled, positives = (
        np.bincount(codes[own], minlength=bins) for own in (slice(None), judged, positive)
    )
    there = np.flatnonzero(rows)
    own = BalanceColumn(
        name=group,
        type="string" if isinstance(column, Levels) else "double",
        numeric=False,  # numbers are bins here, which have names
        levels=tuple(shorten(within(binned.conditions[i]), 400, 12) for i in there),
        rows=rows[there],
        labelled=labelled[there],
        positives=positives[there],
        reference=np.full(len(there), 1 / len(there)),
        given=False,
    )
    sizes, times = np.unique(own.rows, return_counts=True)
    words = f"the label is {examined.positive}"
    return Balance("label", words, (own,), aggregate(sizes, times), len(there))

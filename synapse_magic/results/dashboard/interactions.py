"""Which contributions depend on another feature's value, and rows that are explained alike."""

from __future__ import annotations

from typing import Any

import numpy as np

from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.results.dashboard.features import drawn, drawn_places
from synapse_magic.results.drawn import FEWEST

PAIRS = 12
"""Pairs that are listed, the strongest first."""


def interactions(examined: Examined, mask: np.ndarray) -> dict[str, Any]:
    """Return the matrix of a cohort with the strongest pairs, or why there is none.

    Raises
    ------
    SynapseError
        When the values of fewer than two features are known.
    """
    part = drawn(examined, mask)
    if part is None or len(part) < FEWEST:
        return {"view": None, "few": FEWEST, "rows": int(mask.sum())}
    view = part.interaction()
    _, records = view.records()
    strongest: dict[tuple[str, str], float] = {}
    for name, other, _, strength in records:  # the strongest output of a pair comes first
        strongest.setdefault((name, other), strength)
    pairs = [(*pair, size) for pair, size in list(strongest.items())[:PAIRS] if size > 0]
    return {
        "view": view.payload(),
        "pairs": pairs,
        "drawn": len(part),
        "rows": int(mask.sum()),
    }


def heatmap(examined: Examined, mask: np.ndarray) -> dict[str, Any]:
    """Return all contributions of a cohort's rows as a picture, or why there is none."""
    part = drawn(examined, mask)
    if part is None or len(part) < FEWEST:
        return {"view": None, "few": FEWEST, "rows": int(mask.sum())}
    view = part.heatmap().payload()
    places = drawn_places(mask)[view["places"]].astype(np.uint32)
    view = {**view, "places": places}  # as the tab of rows counts them
    return {"view": view, "drawn": len(part), "rows": int(mask.sum())}

"""What is said of an explanation beside its pictures: method, rows, seed, and how far to trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from synapse_magic.results.methods import METHODS
from synapse_magic.views.words import number, plural

if TYPE_CHECKING:
    from synapse_magic.results.drawn import Drawn

Fact = tuple[str, "bool | None"]
_EXACT = 1e-6


def facts(explained: Drawn) -> tuple[Fact, ...]:
    """Return short words, each with whether it is good, bad, or neither (None)."""
    of = f" of {explained.rows_total:,}" if explained.rows_total > len(explained) else ""
    found: list[Fact] = [
        (METHODS[explained.method].words, None),
        (plural(len(explained), "row") + of, None),
    ]
    if explained.failures:
        found.append((f"{plural(len(explained.failures), 'row')} not explained", False))
    if explained.seed is not None:
        found.append((f"seed {explained.seed}", None))
    found.append(_trust(explained))
    if explained.error is not None and np.any(explained.error > 0):
        found.append((f"largest standard error {number(np.nanmax(explained.error))}", None))
    return tuple(found)


def _trust(explained: Drawn) -> Fact:
    """Return how far base and contributions are the prediction."""
    if not METHODS[explained.method].adds_up and explained.quality is not None:
        middle = float(np.median(explained.quality)) if len(explained) else float("nan")
        return f"median R\N{SUPERSCRIPT TWO} {number(middle)}", middle >= 0.5
    off = float(np.abs(explained.residual).max(initial=0.0))
    size = float(np.abs(explained.prediction).max(initial=0.0))
    good = off <= _EXACT * max(1.0, size)
    return ("adds up exactly" if good else f"largest residual {number(off)}"), good

"""What was predicted for a row, and what is true of it, in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from synapse_magic.kernels.dashboard.wording import short
from synapse_magic.results.dashboard.parts.examined import ExaminedParts
from synapse_magic.views.words import cell, number


def judgement(examined: ExaminedParts, place: int) -> dict[str, Any]:
    """Return score, predicted class, label and error of a row.

    Classes are right or wrong; of numbers the squared error is told.
    """
    label = None if examined.why.labels is None else examined.why.labels[place]
    error = float(examined.errors[place])
    classed = examined.task != "regression"
    return {
        "score": number(examined.score[place]),
        "predicted": short(examined.classes[int(examined.guess[place])]) if classed else "",
        "label": "" if label is None else short(cell(label)),
        "judged": not np.isnan(error),
        "wrong": classed and error > 0,
        "error": "" if np.isnan(error) or classed else number(error),
    }

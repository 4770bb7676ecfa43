"""Two models on the same rows: where they disagree, and which features they use otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.results.dashboard.features import means

BINS = 40
SENT = 30


def check_alike(first: Examined, second: Examined) -> None:
    """Raise a :class:`SynapseError` unless both are about the same rows and outputs."""
    if len(first) != len(second) or first.why.outputs != second.why.outputs:
        raise SynapseError(
            f"The two explanations are of {len(first)} rows with {first.why.outputs} and of "
            f"{len(second)} with {second.why.outputs}. Expected the same rows and outputs. "
            "Try: explain both models on one frame with one seed"
        )


def compare(first: Examined, second: Examined, mask: np.ndarray) -> dict[str, Any]:
    """Return the density of both scores, the measures of both, and the shift of importance."""
    low = float(min(first.score.min(), second.score.min())) if len(first) else 0.0
    high = float(max(first.score.max(), second.score.max())) if len(first) else 1.0
    ends = (0.0, 1.0) if first.task != "regression" else (low, high if high > low else low + 1)
    counts, _, _ = np.histogram2d(
        second.score[mask], first.score[mask], bins=BINS, range=(ends, ends)
    )
    names = [name for name in first.why.names if name in second.why.names]
    own = _named(first, mask, names)
    other = _named(second, mask, names)
    order = np.argsort(-np.abs(own - other), kind="stable")[:SENT]
    return {
        "counts": counts.astype(np.uint32),
        "low": ends[0],
        "high": ends[1],
        "metrics": [first.metrics(mask), second.metrics(mask)],
        "disagree": _disagree(first, second, mask),
        "names": [names[i] for i in order],
        "own": own[order],
        "other": other[order],
    }


def _named(examined: Examined, mask: np.ndarray, names: list[str]) -> np.ndarray:
    found = means(examined.why.values, mask)
    return found[[examined.why.names.index(name) for name in names]]


def _disagree(first: Examined, second: Examined, mask: np.ndarray) -> int | None:
    if first.task == "regression":
        return None
    if first.task == "binary":
        apart = (first.score >= 0.5) != (second.score >= 0.5)
    else:
        apart = first.scores.argmax(axis=1) != second.scores.argmax(axis=1)
    return int((apart & mask).sum())

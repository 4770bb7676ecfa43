"""Two models on the same rows: where they disagree, and which features they use otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.conditions import Column, Levels
from synapse_magic.results.dashboard.examined import Examined

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
    for name, own in first.columns.items():
        other = second.columns.get(name)
        if other is not None and not _same(own, other):
            raise SynapseError(
                f"The two explanations are of different rows: the values of {name!r} differ. "
                "Try: explain both models on one frame with one seed"
            )


def _same(own: Column, other: Column) -> bool:
    if isinstance(own, Levels) and isinstance(other, Levels):
        places = {name: i for i, name in enumerate(own.names)}
        codes = np.array([*(places.get(name, -2) for name in other.names), -1])
        return bool(np.array_equal(own.codes, codes[other.codes]))
    if isinstance(own, Levels) or isinstance(other, Levels):
        return False
    return bool(np.array_equal(own, other, equal_nan=True))


def compare(first: Examined, second: Examined, mask: np.ndarray) -> dict[str, Any]:
    """Return the density of both scores, the measures of both, and the shift of importance.

    Contributions on two scales are compared by their shares of all contributions of a model.
    """
    low = float(min(first.score.min(), second.score.min())) if len(first) else 0.0
    high = float(max(first.score.max(), second.score.max())) if len(first) else 1.0
    ends = (0.0, 1.0) if first.task != "regression" else (low, high if high > low else low + 1)
    counts, _, _ = np.histogram2d(
        second.score[mask], first.score[mask], bins=BINS, range=(ends, ends)
    )
    names = [name for name in first.why.names if name in second.why.names]
    shares = first.why.link != second.why.link
    own = _named(first, mask, names, shares)
    other = _named(second, mask, names, shares)
    order = np.argsort(-np.abs(own - other), kind="stable")[:SENT]
    return {
        "counts": counts.astype(np.uint32),
        "low": ends[0],
        "high": ends[1],
        "metrics": [first.metrics(mask), second.metrics(mask)],
        "disagree": _disagree(first, second, mask),
        "shares": shares,
        "names": [names[i] for i in order],
        "own": own[order],
        "other": other[order],
    }


def _named(examined: Examined, mask: np.ndarray, names: list[str], shares: bool) -> np.ndarray:
    found = examined.mean_sizes(mask)
    if shares:
        found = found / (found.sum() or 1)
    return found[[examined.why.names.index(name) for name in names]]


def _disagree(first: Examined, second: Examined, mask: np.ndarray) -> int | None:
    if first.task == "regression":
        return None
    if first.task == "binary":
        apart = (first.score >= 0.5) != (second.score >= 0.5)
    else:
        apart = first.scores.argmax(axis=1) != second.scores.argmax(axis=1)
    return int((apart & mask).sum())

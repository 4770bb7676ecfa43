"""The shares that levels are expected to have: given, or the same for each."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from synapse_magic.data_balance.counting import ColumnCounts
from synapse_magic.errors import SynapseError

_ROUNDING = 1e-5


def referred(
    counts: ColumnCounts, reference: Mapping[Any, float] | None
) -> tuple[ColumnCounts, np.ndarray]:
    """Return the counts, with the levels that the reference alone knows, and its shares.

    Parameters
    ----------
    counts
        The counts of a column.
    reference
        Level to probability, None or empty for the same of each level that there is. A level of
        numbers may be written as a number, and null as None.

    Raises
    ------
    SynapseError
        When two of its keys are the same level.
    """
    if not reference:
        return counts, np.full(len(counts.levels), 1 / len(counts.levels))
    given = _by_level(counts, reference)
    new = [level for level in given if level not in set(counts.levels)]
    levels = (*counts.levels, *new)
    shares = np.array([given.get(level, 0.0) for level in levels])
    zeros = np.zeros(len(new), np.int64)
    widened = ColumnCounts(
        counts.name,
        counts.type,
        counts.numeric,
        levels,
        *(np.concatenate([a, zeros]) for a in (counts.rows, counts.labelled, counts.positives)),
    )
    return widened, shares / shares.sum()


def _by_level(counts: ColumnCounts, reference: Mapping[Any, float]) -> dict[str | None, Any]:
    """Return the reference by the levels as Spark writes them."""
    by_number = _numbers(counts.levels) if counts.numeric else {}
    found: dict[str | None, Any] = {}
    for key, share in reference.items():
        level = _level(key, by_number)
        if level in found:
            raise SynapseError(
                f"The reference of {counts.name!r} has the level {level!r} twice. Try: once"
            )
        found[level] = share
    return found


def _numbers(levels: Sequence[str | None]) -> dict[float, str]:
    return {float(level): level for level in levels if level is not None and level != "NaN"}


def _level(key: Any, by_number: Mapping[float, str]) -> str | None:
    if key is None:
        return None
    if isinstance(key, (bool, np.bool_)):
        return str(key).lower()
    if isinstance(key, float) and math.isnan(key):
        return "NaN"
    text = str(key)
    try:
        return by_number.get(float(text), text)
    except ValueError:
        return text


def check_reference(name: str, given: Mapping[Any, Any]) -> None:
    """Raise a :class:`SynapseError` unless these are probabilities, or none at all.

    Parameters
    ----------
    name
        The column.
    given
        Level to probability.
    """
    for level, share in given.items():
        number = isinstance(share, numbers.Real) and not isinstance(share, bool)
        if not number or not math.isfinite(share) or share < 0:
            raise SynapseError(
                f"The reference of {name!r} gives {level!r} the probability {share!r}. "
                "Expected numbers from 0 to 1"
            )
    total = math.fsum(given.values())
    if given and abs(total - 1) > _ROUNDING:
        part = f". Try: each of them divided by {total:g}" if total > 0 else ""
        raise SynapseError(
            f"The reference of {name!r} sums to {total:g}. Expected probabilities that sum to 1"
            f"{part}"
        )

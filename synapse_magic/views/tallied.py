"""The strip of a summary from counts that were made elsewhere, on finer grids."""

from __future__ import annotations

import numpy as np

from synapse_magic.kernels.grids import middles
from synapse_magic.kernels.tally import REST, Tally
from synapse_magic.views.strips import (
    COLOURS,
    OTHER,
    Strip,
    bins_of,
    by_frequency,
    correlation,
    number_colours,
)


def strip_of(tally: Tally, edges: np.ndarray) -> Strip:
    """Return the strip of one feature.

    Parameters
    ----------
    tally
        Its rows, counted by value and contribution.
    edges
        (outputs, 2) ends of the SHAP axis.
    """
    category = tally.values.dtype == object
    colour, low, high, levels = _levels(tally) if category else _numbers(tally)
    member = np.equal.outer(np.arange(COLOURS + 1), colour).astype(np.float64)
    bins = bins_of(tally.rows)
    counts = np.stack(
        [
            _binned(member @ table, steps, level, ends, bins).T
            for table, steps, level, ends in zip(
                tally.counts, tally.steps, tally.step_levels, edges, strict=True
            )
        ]
    )
    level_counts = counts.sum(axis=1)
    with np.errstate(invalid="ignore"):
        means = np.where(level_counts > 0, (member @ tally.sums).T / level_counts, np.nan)
    direction = [np.nan if category else correlation(one[:, :COLOURS]) for one in counts]
    kind = "category" if category else "numeric"
    return Strip(kind, counts, low, high, levels, level_counts, means, np.array(direction))


def _numbers(tally: Tally) -> tuple[np.ndarray, float, float, tuple[str, ...]]:
    values = middles(tally.values, tally.level)
    low, high = _ends(values, tally.counts[0].sum(axis=1))
    return number_colours(values, low, high), low, high, ()


def _ends(values: np.ndarray, seen: np.ndarray) -> tuple[float, float]:
    """Return the values between which colours run: the 2nd to the 98th percentile."""
    finite = np.isfinite(values)
    values, passed = values[finite], np.cumsum(seen[finite])
    if not values.size:
        return np.nan, np.nan
    places = np.array([0.02, 0.98]) * (passed[-1] - 1)
    below = values[np.searchsorted(passed, np.floor(places), side="right")]
    above = values[np.searchsorted(passed, np.ceil(places), side="right")]
    low, high = below + (above - below) * (places % 1)
    if high <= low:
        low, high = values[0], values[-1]
    return float(low), float(high)


def _levels(tally: Tally) -> tuple[np.ndarray, float, float, tuple[str, ...]]:
    """Return the colour of each level: by frequency, the rare ones together."""
    seen = tally.counts[0].sum(axis=1)
    known = np.array([value is not None and value != REST for value in tally.values])
    places = np.flatnonzero(known)
    names = [str(tally.values[i]) for i in places]
    order = by_frequency(names, seen[places])
    joined = len(order) > COLOURS or REST in tally.values
    keep = order[: COLOURS - 1] if joined else order
    colour = np.where([value is None for value in tally.values], COLOURS, len(keep))
    colour[places[keep]] = np.arange(len(keep))
    shown = tuple(names[i] for i in keep)
    return colour, np.nan, np.nan, (*shown, OTHER) if joined else shown


def _binned(
    table: np.ndarray, steps: np.ndarray, level: int, ends: np.ndarray, bins: int
) -> np.ndarray:
    """Return (colours, bins) rows from (colours, steps) rows; each row is in some bin.

    A step that crosses an edge is shared out as if its rows lay evenly in it.
    """
    edge = np.linspace(ends[0], ends[1], bins + 1)[1:-1]
    width = np.ldexp(1.0, level)
    with np.errstate(over="ignore"):  # contributions on no grid have a width of next to nothing
        part = np.clip((edge[None] - steps[:, None]) / width, 0.0, 1.0)
    whole = table.sum(axis=1, keepdims=True)
    reached = np.concatenate([0 * whole, np.rint(table @ part), whole], axis=1)
    return np.diff(reached, axis=1).astype(np.int64)

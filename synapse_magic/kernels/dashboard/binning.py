"""Columns in a few bins each, with the conditions that say which rows are in one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synapse_magic.kernels.dashboard.conditions import Column, Condition, Levels

DRAWN = 20_000
"""Values that the ends of bins are taken from."""


@dataclass(frozen=True, eq=False)
class Binned:
    """A column in bins.

    Attributes
    ----------
    codes
        (rows,) the bin of each row.
    conditions
        Per bin what is true of its rows and of no others.
    ordered
        Whether bins have an order that splits keep: those of numbers have; missing is the last.
    missing
        The bin of missing values, -1 where there are none.
    """

    codes: np.ndarray
    conditions: tuple[tuple[Condition, ...], ...]
    ordered: bool
    missing: int
    edges: tuple[float, ...] = ()
    levels: tuple[tuple[str, ...], ...] = ()


def binned(name: str, column: Column, bins: int) -> Binned:
    """Return a column in so many bins at most, one more for missing values.

    Numbers are cut at their quantiles. Of levels the most frequent have a bin each, and the
    others one together.

    Examples
    --------
    >>> binned("age", np.array([1.0, 2.0, 3.0, np.nan]), 2).codes.tolist()
    [0, 0, 1, 2]
    """
    if isinstance(column, Levels):
        return _of_levels(name, column, bins)
    return _of_numbers(name, column, bins)


def _of_numbers(name: str, column: np.ndarray, bins: int) -> Binned:
    absent = np.isnan(column)
    known = column[~absent]
    edges = cuts(known, bins)
    codes = np.zeros(len(column), np.min_scalar_type(len(edges) + 1))
    for edge in edges:  # of so few cuts faster than a search, and in a byte
        codes += column > edge  # a value at a cut is below it
    codes[absent] = len(edges) + 1
    conditions = [_between(name, edges, i) for i in range(len(edges) + 1)]
    if absent.any():
        conditions.append((Condition(name, "missing"),))
    missing = len(edges) + 1 if absent.any() else -1
    return Binned(codes, tuple(conditions), True, missing, tuple(edges.tolist()))


def cuts(known: np.ndarray, bins: int) -> np.ndarray:
    """Return where numbers are cut into about equally full bins, each cut once.

    Examples
    --------
    >>> cuts(np.array([1.0, 2.0, 3.0, 4.0]), 2).tolist()
    [2.5]
    """
    finite = known[np.isfinite(known)]
    if not len(finite):
        return np.zeros(0)
    few = finite[:: max(len(finite) // DRAWN, 1)]
    distinct = np.unique(few)
    if len(distinct) <= bins:
        return (distinct[1:] + distinct[:-1]) / 2
    return np.unique(np.quantile(few, np.linspace(0, 1, bins + 1)[1:-1]))


def _between(name: str, edges: np.ndarray, i: int) -> tuple[Condition, ...]:
    above = (Condition(name, ">", (float(edges[i - 1]),)),) if i else ()
    below = (Condition(name, "<=", (float(edges[i]),)),) if i < len(edges) else ()
    return (*above, *below) or (Condition(name, "known"),)


def _of_levels(name: str, column: Levels, bins: int) -> Binned:
    counts = np.bincount(column.codes + 1, minlength=len(column.names) + 1)
    order = np.argsort(-counts[1:], kind="stable")
    order = order[counts[1:][order] > 0]
    alone = order if len(order) <= bins else order[: bins - 1]
    place = np.full(len(column.names) + 1, len(alone), np.int32)
    place[alone] = np.arange(len(alone))
    own = [(column.names[i],) for i in alone]
    conditions: list[tuple[Condition, ...]] = [(Condition(name, "in", levels),) for levels in own]
    if len(alone) < len(order):
        named = tuple(column.names[i] for i in alone)
        conditions.append((Condition(name, "not in", (*named, None)),))
        own.append(("other levels",))
    missing = len(conditions) if counts[0] else -1
    place[-1] = max(missing, 0)
    if counts[0]:
        conditions.append((Condition(name, "missing"),))
    return Binned(place[column.codes], tuple(conditions), False, missing, levels=tuple(own))

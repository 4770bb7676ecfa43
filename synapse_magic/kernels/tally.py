"""The contributions of one feature, counted by the feature's value: parts can be merged.

Counts lie on grids that get coarser as rows arrive (:mod:`~synapse_magic.kernels.grids`), so that
a tally stays small, and is the same in whatever parts and order its rows came.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from synapse_magic.kernels.grids import FIRST, LAST, LEVELS, by_size, evenly, firsts, fitted

REST = "\0"
"""Stands for the levels that are too rare to be kept apart."""


@dataclass
class Tally:
    """What is known of one feature's contributions to each output.

    Attributes
    ----------
    most
        Most distinct values, and most distinct contributions, that are kept apart.
    rows
        Rows counted.
    mean_abs, squares, low, high
        (outputs,) mean of absolute contributions, sum of squares about it, and their range.
    values, level
        Distinct values: sorted numbers on a grid of this level, NaN last; or level names, None
        for missing.
    steps, step_levels
        Per output the distinct contributions and the level of their grid.
    counts
        Per output the rows of each value and contribution.
    sums
        (values, outputs) sum of contributions.
    """

    most: tuple[int, int]
    rows: int
    mean_abs: np.ndarray
    squares: np.ndarray
    low: np.ndarray
    high: np.ndarray
    values: np.ndarray
    level: int
    steps: list[np.ndarray]
    step_levels: list[int]
    counts: list[np.ndarray]
    sums: np.ndarray = field(repr=False)

    @classmethod
    def of(
        cls,
        values: np.ndarray,
        shap: np.ndarray,
        most: tuple[int, int],
        like: Tally | None = None,
    ) -> Tally:
        """Count rows: float64 values with NaN, or level names with None, and (rows, outputs).

        ``like`` is a tally that they will be merged into, whose grids need not be found again.
        """
        points, codes = _distinct(values)
        seen = np.bincount(codes)
        points, level, moved = _fewer(points, seen, most[0], like.level if like else 0)
        codes = moved[codes]
        steps, counts = [], []
        least = like.step_levels if like else [FIRST] * shap.shape[1]
        for one, first in zip(shap.T, least, strict=True):
            found, places = np.unique(one, return_inverse=True)
            step = fitted(found, most[1], evenly, first, LAST)
            kept, again = _coarser(evenly(found, step))
            steps.append((kept, step))
            counts.append(_crossed(codes, again[places.reshape(-1)], len(points), len(kept)))
        size = np.abs(shap)
        return cls(
            most=most,
            rows=len(shap),
            mean_abs=size.mean(axis=0),
            squares=np.square(size - size.mean(axis=0)).sum(axis=0),
            low=shap.min(axis=0),
            high=shap.max(axis=0),
            values=points,
            level=level,
            steps=[kept for kept, _ in steps],
            step_levels=[step for _, step in steps],
            counts=counts,
            sums=np.stack([np.bincount(codes, one, len(points)) for one in shap.T], axis=1),
        )

    def merge(self, other: Tally) -> None:
        """Take in the rows of another tally of the same feature."""
        self._moments(other)
        if self.values.dtype == object:
            union, (mine, its) = _joined_levels(self.values, other.values)
        else:
            self.level = max(self.level, other.level)
            union, (mine, its) = _joined(
                by_size(self.values, self.level), by_size(other.values, self.level)
            )
        for i in range(len(self.steps)):
            self._merge_output(i, other, mine, its, len(union))
        self.sums = _grouped(self.sums, mine, len(union)) + _grouped(other.sums, its, len(union))
        self.values = union
        self._fit()

    def _moments(self, other: Tally) -> None:
        rows = self.rows + other.rows
        off = other.mean_abs - self.mean_abs
        self.squares = self.squares + other.squares + off**2 * self.rows * other.rows / rows
        self.mean_abs = (self.mean_abs * self.rows + other.mean_abs * other.rows) / rows
        self.low, self.high = np.minimum(self.low, other.low), np.maximum(self.high, other.high)
        self.rows = rows

    def _merge_output(
        self, i: int, other: Tally, mine: np.ndarray, its: np.ndarray, values: int
    ) -> None:
        """Merge the counts of one output; ``mine`` and ``its`` say where values have gone."""
        ends = np.sort(np.concatenate([self.steps[i], other.steps[i]]))
        least = max(self.step_levels[i], other.step_levels[i])
        level = fitted(ends, self.most[1], evenly, least, LAST)
        union, (here, there) = _joined(evenly(self.steps[i], level), evenly(other.steps[i], level))
        size = (values, len(union))
        self.counts[i] = _moved(self.counts[i], mine, here, size) + _moved(
            other.counts[i], its, there, size
        )
        self.steps[i], self.step_levels[i] = union, level

    def _fit(self) -> None:
        """Make values fewer where there are too many."""
        if len(self.values) <= self.most[0]:
            return
        seen = self.counts[0].sum(axis=1)
        self.values, self.level, places = _fewer(self.values, seen, self.most[0], self.level)
        self.counts = [_grouped(one, places, len(self.values)) for one in self.counts]
        self.sums = _grouped(self.sums, places, len(self.values))


def _fewer(
    values: np.ndarray, seen: np.ndarray, most: int, level: int
) -> tuple[np.ndarray, int, np.ndarray]:
    """Return at most so many values, the level of their grid, and where each value has gone."""
    if len(values) <= most:
        return values, level, np.arange(len(values))
    if values.dtype == object:
        kept, places = _frequent(values, seen, most)
        return kept, level, places
    level = fitted(values, most, by_size, level, LEVELS)
    kept, places = _coarser(by_size(values, level))
    return kept, level, places


def _frequent(values: np.ndarray, seen: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the frequent levels and one for the rest; half of the room is for levels to come."""
    always = np.array([value is None or value == REST for value in values])
    order = np.argsort(-np.where(always, np.inf, seen), kind="stable")
    kept = [values[i] for i in order[: most // 2]]
    if REST not in kept:
        kept.append(REST)
    place = {value: i for i, value in enumerate(kept)}
    places = np.array([place.get(value, place[REST]) for value in values])
    return _objects(kept), places


def _distinct(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct values and the place of each row's."""
    if values.dtype != object:
        points, codes = np.unique(values, return_inverse=True)
        return points, codes.reshape(-1)
    found: dict[object, int] = {}
    codes = np.array([found.setdefault(value, len(found)) for value in values], dtype=np.intp)
    return _objects(list(found)), codes


def _coarser(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct ones of sorted numbers, and where each has gone."""
    unlike = firsts(points)
    return points[unlike], np.cumsum(unlike) - 1


def _objects(values: list[object]) -> np.ndarray:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _joined(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the distinct numbers of both, and where those of each are among them."""
    union, places = np.unique(np.concatenate([a, b]), return_inverse=True)
    return union, np.split(places.reshape(-1), [len(a)])


def _joined_levels(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    union, places = _distinct(np.concatenate([a, b]))
    return union, np.split(places, [len(a)])


def _crossed(rows: np.ndarray, columns: np.ndarray, across: int, down: int) -> np.ndarray:
    flat = np.bincount(rows * down + columns, minlength=across * down)
    return flat.reshape(across, down)


def _moved(
    counts: np.ndarray, rows: np.ndarray, columns: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """Return a table whose cells have gone to other rows and columns."""
    flat = (rows[:, None] * size[1] + columns[None]).reshape(-1)
    moved = np.bincount(flat, weights=counts.reshape(-1), minlength=size[0] * size[1])
    return np.rint(moved).astype(np.int64).reshape(size)


def _grouped(table: np.ndarray, rows: np.ndarray, groups: int) -> np.ndarray:
    """Return a table whose rows have been added up to ``groups`` of them."""
    summed = np.zeros((groups, table.shape[1]), table.dtype)
    np.add.at(summed, rows, table)
    return summed

"""What a column holds, in summaries of bounded size: first a look, then a histogram."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.distinct import Distinct
from synapse_magic.kernels.moments import seconds_of
from synapse_magic.kernels.survey import count_levels, count_spaced_words

_TRACKED_LEVELS = 1000
_ZERO = 0
_OCTAVE_SHIFT = 2000


@dataclass
class Look:
    """The first look at one column.

    ``octaves`` counts finite numbers by sign and power of two: enough to place the bins of the
    second look, where the numbers are. Levels that turn out rarer than a thousand others are
    forgotten: from then on ``levels`` holds lower bounds, and ``forgotten`` says so.
    """

    rows: int = 0
    missing: int = 0
    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    low: float = np.inf
    high: float = -np.inf
    whole: bool = True
    words: int = 0
    octaves: dict[int, int] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)
    forgotten: bool = False
    distinct: Distinct = field(default_factory=Distinct)

    def look(self, column: pa.Array) -> None:
        """Take one batch of the column in."""
        self.rows += len(column)
        if pa.types.is_string(column.type) or pa.types.is_boolean(column.type):
            self.missing += column.null_count
            self._look_at_levels(column)
        else:
            moment = pa.types.is_temporal(column.type)
            values = seconds_of(column) if moment else _numbers(column)
            self.missing += int(np.isnan(values).sum())
            self._look_at_numbers(values[~np.isnan(values)])

    def _look_at_levels(self, column: pa.Array) -> None:
        text = column.cast(pa.string())
        arrived = count_levels(text)
        self.distinct.add_texts(pa.array(list(arrived), pa.string()))
        self.words += count_spaced_words(text)
        self._add_levels(arrived)

    def _add_levels(self, arrived: dict[str, int]) -> None:
        for level, count in arrived.items():
            self.levels[level] = self.levels.get(level, 0) + count
        if len(self.levels) > _TRACKED_LEVELS:
            kept = sorted(self.levels.items(), key=lambda pair: (-pair[1], pair[0]))
            self.levels, self.forgotten = dict(kept[:_TRACKED_LEVELS]), True

    def _look_at_numbers(self, values: np.ndarray) -> None:
        self.distinct.add_numbers(values)
        values = values[np.isfinite(values)]
        if not len(values):
            return
        with np.errstate(over="ignore"):  # Beyond 1e154 the deviation is infinite.
            mean = values.mean()
            self._add_moments(len(values), float(mean), float(np.square(values - mean).sum()))
        self.low, self.high = min(self.low, values.min()), max(self.high, values.max())
        self.whole &= bool((values == np.floor(values)).all())
        keys, counts = np.unique(_octave(values), return_counts=True)
        self._add_octaves(dict(zip(keys.tolist(), counts.tolist())))

    def _add_moments(self, count: int, mean: float, squares: float) -> None:
        """Merge count, mean and sum of squares, after Chan, Golub and LeVeque (1979)."""
        total = self.count + count
        if not total:
            return
        apart = np.float64(mean - self.mean)
        with np.errstate(over="ignore"):
            self.squares += float(squares + np.square(apart) * (self.count * count / total))
        self.mean += float(apart * (count / total))
        self.count = total

    def _add_octaves(self, arrived: dict[int, int]) -> None:
        for octave, count in arrived.items():
            self.octaves[octave] = self.octaves.get(octave, 0) + count

    def merge(self, other: Look) -> None:
        """Take in what was seen elsewhere."""
        self.rows += other.rows
        self.missing += other.missing
        self.words += other.words
        self._add_moments(other.count, other.mean, other.squares)
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        self.whole &= other.whole
        self._add_octaves(other.octaves)
        self.forgotten |= other.forgotten
        self._add_levels(other.levels)
        self.distinct.merge(other.distinct)

    def edges(self, bins: int) -> np.ndarray:
        """Return edges of about ``bins`` bins, most of them where most numbers are."""
        edges: list[float] = []
        for octave, count in sorted(self.octaves.items()):
            low, high = _bounds(octave)
            low, high = max(low, self.low), min(high, self.high)
            parts = max(1, round(bins * count / max(self.count, 1)))
            edges.extend(np.linspace(low, high, parts + 1))
        return np.unique(edges)


@dataclass
class Histogram:
    """The second look: how many numbers fall in each bin, and the least and largest of them."""

    edges: np.ndarray
    counts: np.ndarray = field(init=False)
    lows: np.ndarray = field(init=False)
    highs: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        size = max(len(self.edges), 1)
        self.counts = np.zeros(size)
        self.lows, self.highs = np.full(size, np.inf), np.full(size, -np.inf)

    def look(self, column: pa.Array) -> None:
        """Take one batch of the column in."""
        values = _numbers(column)
        values = values[np.isfinite(values)]
        place = np.clip(np.searchsorted(self.edges, values, side="right") - 1, 0, None)
        self.counts += np.bincount(place, minlength=len(self.counts))
        np.minimum.at(self.lows, place, values)
        np.maximum.at(self.highs, place, values)

    def merge(self, other: Histogram) -> None:
        """Take in what was counted elsewhere."""
        self.counts += other.counts
        self.lows = np.minimum(self.lows, other.lows)
        self.highs = np.maximum(self.highs, other.highs)

    def quantiles(self, shares: tuple[float, ...]) -> tuple[float, ...]:
        """Return quantiles: exact where a bin holds one value, else by its place in the bin."""
        used = np.flatnonzero(self.counts)
        reached = np.cumsum(self.counts[used])
        ranks = np.array(shares) * (reached[-1] - 1)
        bins = np.minimum(np.searchsorted(reached, ranks, side="right"), len(used) - 1)
        counts, lows, highs = self.counts[used], self.lows[used], self.highs[used]
        before = reached[bins] - counts[bins]
        along = np.clip((ranks - before) / np.maximum(counts[bins] - 1, 1), 0, 1)
        found = lows[bins] + along * (highs[bins] - lows[bins])
        return tuple(found.tolist())

    def redrawn(self, edges: np.ndarray) -> np.ndarray:
        """Return the counts between other edges, as if numbers lay evenly within a bin."""
        used = self.counts > 0
        lows, highs, counts = self.lows[used], self.highs[used], self.counts[used]
        width = np.where(highs > lows, highs - lows, 1.0)
        below = np.where(
            highs > lows,
            np.clip((edges[:, None] - lows) / width, 0, 1),
            edges[:, None] > lows,
        )
        below[-1] = 1.0
        return np.diff(below @ counts)


def _numbers(column: pa.Array) -> np.ndarray:
    values: np.ndarray = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return values


def _octave(values: np.ndarray) -> np.ndarray:
    exponent = np.frexp(values)[1].astype(np.int64) + _OCTAVE_SHIFT
    return np.where(values == 0, _ZERO, np.sign(values).astype(np.int64) * exponent)


def _bounds(octave: int) -> tuple[float, float]:
    if octave == _ZERO:
        return 0.0, 0.0
    low, high = np.ldexp([0.5, 1.0], abs(octave) - _OCTAVE_SHIFT)
    return (float(low), float(high)) if octave > 0 else (-float(high), -float(low))

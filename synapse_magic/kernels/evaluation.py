"""Counting how well scores agree with labels, batch by batch, in sums that Spark can add.

A score falls into a bin made of the leading bits of its floating-point form, counted from the
nearer of 0 and 1. So bins are fine where scores crowd (a rare class has nearly all of its scores
below 0.01) and nest exactly in ``EQUAL_BINS`` equal ones. Two scores in one bin count as tied: the
area under a curve is off by at most half the share of (positive, negative) pairs tied so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.kernels.vectors import to_matrix

EQUAL_BINS = 1024
FACTS = pa.schema(
    [
        ("fact", pa.string()),
        ("row", pa.int64()),
        ("column", pa.int64()),
        ("count", pa.int64()),
        ("total", pa.float64()),
    ]
)
FACTS_DDL = "fact string, row long, column long, count long, total double"

_MANTISSA = 52
_LEAST_SCORE = 2.0**-40
_COLUMN_BITS = 32


def score_bins(scores: np.ndarray, bits: int) -> np.ndarray:
    """Return the bin of each score in [0, 1]: 2**bits bins an octave, ascending with the score."""
    near = np.minimum(scores, 1.0 - scores)
    keys = np.maximum(near, _LEAST_SCORE).view(np.int64) >> (_MANTISSA - bits)
    middle = _middle(bits)
    return np.where(scores <= 0.5, keys, 2 * middle - keys)


def equal_bins(bins: np.ndarray, bits: int) -> np.ndarray:
    """Return which of the ``EQUAL_BINS`` equal parts of [0, 1] holds each of ``score_bins``."""
    middle = _middle(bits)
    upper = bins > middle
    keys = np.where(upper, 2 * middle - bins, bins)
    lower_edge = (keys << (_MANTISSA - bits)).view(np.float64)
    position = np.floor(lower_edge * EQUAL_BINS).astype(np.int64)
    return np.where(upper, EQUAL_BINS - 1 - position, position)


def bits_for(classes: int) -> int:
    """Return the resolution of ``score_bins``: many classes get fewer bins each."""
    return 12 if classes <= 8 else 9


def _middle(bits: int) -> int:
    return int(np.float64(0.5).view(np.int64)) >> (_MANTISSA - bits)


def area_under_roc(negatives: np.ndarray, positives: np.ndarray) -> float:
    """Return the chance that a positive outscores a negative, ties counting half.

    Both arrays hold counts per bin, ascending by score; NaN when either class is absent.
    """
    pairs = float(negatives.sum()) * float(positives.sum())
    if pairs == 0:
        return float("nan")
    below = np.cumsum(negatives) - negatives
    return float(np.dot(positives, below + negatives / 2.0) / pairs)


def average_precision(negatives: np.ndarray, positives: np.ndarray) -> float:
    """Return the area under precision over recall as a sum of steps, one for each bin.

    Both arrays hold counts per bin, ascending by score; NaN when there are no positives.
    """
    if positives.sum() == 0:
        return float("nan")
    found = np.cumsum(positives[::-1])
    taken = found + np.cumsum(negatives[::-1])
    precision = found / np.maximum(taken, 1)
    return float(np.dot(precision, positives[::-1]) / found[-1])


def tally_classes(
    batches: Iterable[pa.RecordBatch], classes: tuple[str, ...]
) -> Iterator[pa.RecordBatch]:
    """Count one partition of scored rows: columns ``label``, ``prediction``, maybe ``probability``.

    Facts: ``unlabelled`` and ``unscored`` rows; ``unknown`` labels; ``cell`` of the confusion
    matrix (row true, column predicted); ``loss`` (total of the log-loss); ``bin`` (row is
    2 * class + positive, column the score bin, total the sum of scores).
    """
    tally = _Tally()
    for batch in batches:
        labels = _label_codes(batch.column("label"), classes)
        known = ~np.isnan(labels)
        tally.add("unlabelled", count=int(batch.num_rows - known.sum()))
        predicted = batch.column("prediction").to_numpy(zero_copy_only=False).astype(np.float64)
        scores = _scores(batch)
        scored = ~np.isnan(predicted)
        if scores is not None:
            scored &= ~np.isnan(scores).any(axis=1)
        tally.add("unscored", count=int((known & ~scored).sum()))
        keep = known & scored
        _tally_rows(
            tally,
            labels[keep],
            predicted[keep].astype(np.int64),
            None if scores is None else scores[keep],
            len(classes),
        )
    yield tally.facts()


def _tally_rows(
    tally: _Tally, labels: np.ndarray, predicted: np.ndarray, scores: np.ndarray | None, k: int
) -> None:
    k = k if scores is None else scores.shape[1]
    known = (labels >= 0) & (labels < (k or np.inf)) & (labels == np.floor(labels))
    tally.add("unknown", count=int((~known).sum()))
    true = labels[known].astype(np.int64)
    tally.add_many("cell", true, predicted[known], np.ones(len(true)))
    if scores is not None and len(true):
        _tally_scores(tally, true, scores[known])


def _tally_scores(tally: _Tally, true: np.ndarray, scores: np.ndarray) -> None:
    chance = scores[np.arange(len(true)), true]
    least = np.finfo(np.float64).eps
    tally.add("loss", count=len(true), total=float(-np.log(np.clip(chance, least, 1.0)).sum()))
    bits = bits_for(scores.shape[1])
    for k in range(scores.shape[1]):
        score = np.clip(scores[:, k], 0.0, 1.0)
        tally.add_many("bin", 2 * k + (true == k), score_bins(score, bits), score)


def _label_codes(labels: pa.Array, classes: tuple[str, ...]) -> np.ndarray:
    """Return labels as class numbers: NaN where missing, -1 for text that is no class."""
    if pa.types.is_string(labels.type) or pa.types.is_large_string(labels.type):
        codes = pc.fill_null(pc.index_in(labels, pa.array(classes, labels.type)), -1)
        labels = pc.if_else(pc.is_null(labels), None, codes)
    elif pa.types.is_boolean(labels.type):
        labels = labels.cast(pa.int8())
    return labels.cast(pa.float64()).to_numpy(zero_copy_only=False)


def _scores(batch: pa.RecordBatch) -> np.ndarray | None:
    if "probability" not in batch.schema.names:
        return None
    scores = to_matrix(batch.column("probability"))
    return scores if isinstance(scores, np.ndarray) else scores.toarray()


def tally_residuals(
    batches: Iterable[pa.RecordBatch], center: float, low: float, high: float, cells: int
) -> Iterator[pa.RecordBatch]:
    """Count one partition of rows with ``label`` and ``prediction``, both numbers.

    Facts: ``unlabelled`` and ``unscored`` rows; totals of ``squared`` and ``absolute`` errors, of
    ``label`` and ``label squared`` measured from ``center`` (near their mean, so that their
    difference keeps its digits); ``size`` (column the bin of the absolute error); ``cell`` (row the
    prediction's place among ``cells`` parts of [low, high], column that of the residual in
    [-(high - low), high - low]; what lies outside counts at the edge).
    """
    tally = _Tally()
    for batch in batches:
        label = _numbers(batch.column("label"))
        prediction = _numbers(batch.column("prediction"))
        known, scored = ~np.isnan(label), ~np.isnan(prediction)
        tally.add("unlabelled", count=int((~known).sum()))
        tally.add("unscored", count=int((known & ~scored).sum()))
        label, prediction = label[known & scored], prediction[known & scored]
        residual, shifted = label - prediction, label - center
        tally.add("squared", count=len(label), total=float(np.square(residual).sum()))
        tally.add("absolute", count=len(label), total=float(np.abs(residual).sum()))
        tally.add("label", count=len(label), total=float(shifted.sum()))
        tally.add("label squared", count=len(label), total=float(np.square(shifted).sum()))
        sizes = size_bins(np.abs(residual))
        tally.add_many("size", np.zeros(len(sizes), np.int64), sizes, np.zeros(len(sizes)))
        width = high - low
        across = _place((prediction - low) / width, cells)
        down = _place((residual / width + 1.0) / 2.0, cells)
        tally.add_many("cell", across, down, np.zeros(len(across)))
    yield tally.facts()


def size_bins(sizes: np.ndarray) -> np.ndarray:
    """Return the bin of each number from 0: 1024 an octave, so 0.1 % wide, ascending."""
    return np.ascontiguousarray(sizes).view(np.int64) >> (_MANTISSA - 10)


def size_of_bin(bins: np.ndarray) -> np.ndarray:
    """Return the middle of each of ``size_bins``."""
    shift = _MANTISSA - 10
    low = (bins.astype(np.int64) << shift).view(np.float64)
    high = ((bins.astype(np.int64) + 1) << shift).view(np.float64)
    return np.where(bins == 0, 0.0, low + (high - low) / 2.0)


def _place(share: np.ndarray, cells: int) -> np.ndarray:
    return np.clip(np.nan_to_num(share) * cells, 0, cells - 1).astype(np.int64)


def _numbers(column: pa.Array) -> np.ndarray:
    return column.cast(pa.float64()).to_numpy(zero_copy_only=False)


class _Tally:
    """Counts and totals by (fact, row, column), merged as they come."""

    def __init__(self) -> None:
        self._single: dict[str, list[float]] = {}
        self._many: dict[str, _Sums] = {}

    def add(self, fact: str, count: int, total: float = 0.0) -> None:
        kept = self._single.setdefault(fact, [0, 0.0])
        kept[0] += count
        kept[1] += total

    def add_many(
        self, fact: str, rows: np.ndarray, columns: np.ndarray, totals: np.ndarray
    ) -> None:
        """Count each (row, column) pair, and add its totals."""
        keys = (rows.astype(np.int64) << _COLUMN_BITS) | columns.astype(np.int64)
        arrived = _Sums(keys, np.ones(len(keys)), totals)
        kept = self._many.get(fact)
        self._many[fact] = arrived.merged() if kept is None else kept.plus(arrived)

    def facts(self) -> pa.RecordBatch:
        """Return what was counted as rows of ``FACTS``."""
        names = list(self._single)
        zeros = np.zeros(len(names), np.int64)
        counts, totals = np.array(list(self._single.values())).reshape(-1, 2).T
        parts = [(zeros, zeros, counts, totals)]
        for name, kept in self._many.items():
            names.extend([name] * len(kept.keys))
            column = kept.keys & ((1 << _COLUMN_BITS) - 1)
            parts.append((kept.keys >> _COLUMN_BITS, column, kept.counts, kept.totals))
        rows, columns, counts, totals = (np.concatenate(part) for part in zip(*parts))
        values = [rows, columns, counts.astype(np.int64), totals]
        arrays = [pa.array(names, pa.string()), *map(pa.array, values)]
        return pa.RecordBatch.from_arrays(arrays, schema=FACTS)


@dataclass(frozen=True)
class _Sums:
    """Counts and totals by key."""

    keys: np.ndarray
    counts: np.ndarray
    totals: np.ndarray

    def plus(self, other: _Sums) -> _Sums:
        return _Sums(
            np.concatenate([self.keys, other.keys]),
            np.concatenate([self.counts, other.counts]),
            np.concatenate([self.totals, other.totals]),
        ).merged()

    def merged(self) -> _Sums:
        keys, place = np.unique(self.keys, return_inverse=True)
        counts = np.bincount(place, self.counts, len(keys))
        return _Sums(keys, counts, np.bincount(place, self.totals, len(keys)))

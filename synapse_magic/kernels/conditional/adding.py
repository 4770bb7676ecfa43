"""Adding up what a model says at each point, over the rows of a partition."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.conditional.answering import Answerer, read
from synapse_magic.kernels.conditional.totals import added, total
from synapse_magic.kernels.conditional.varying import ROWS, Variation, curves, dropped, vary
from synapse_magic.kernels.explaining.target import Target

CONTENT = "content"


@dataclass(frozen=True, eq=False)
class Totals:
    """What has been added up at each point.

    Attributes
    ----------
    sums : numpy.ndarray
        (2, points, outputs) as of :func:`~synapse_magic.kernels.conditional.totals.total`.
    counts : numpy.ndarray
        (points,) rows.
    """

    sums: np.ndarray
    counts: np.ndarray

    def plus(self, other: Totals) -> Totals:
        """Return both together."""
        return Totals(added(self.sums, other.sums), self.counts + other.counts)


def means(
    contents: Sequence[bytes], variations: Sequence[Variation], rows: int
) -> list[np.ndarray]:
    """Return (points, outputs) for each variation, from the totals of all partitions.

    Raises
    ------
    SynapseError
        When not each of the ``rows`` was answered to at each point.
    """
    found = [pickle.loads(content) for content in contents]
    sizes = [len(each) for each in variations]
    counts = sum((each.counts for each in found), np.zeros(sum(sizes), np.int64))
    if (counts != rows).any():
        raise dropped(int(counts.sum()), rows * len(counts))
    average = total(np.concatenate([each.sums for each in found])).sum(0) / rows
    return np.split(average, np.cumsum(sizes)[:-1])


def add_scored(
    answerer: Answerer,
    variations: Sequence[Variation],
    names: list[str],
    batches: Iterable[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    """Yield the totals of what a model says of rows in these columns, at all points."""

    def parts() -> Iterator[Totals]:
        for batch in batches:
            rows = pa.RecordBatch.from_arrays(batch.columns, names)
            for found in curves(rows, variations, answerer):
                values = np.concatenate(found, axis=1)
                yield Totals(total(values), np.full(values.shape[1], len(values), np.int64))

    return _packed(parts())


def vary_all(
    variations: Sequence[Variation], names: list[str], point: str, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Yield rows in these columns at all points, with the number of the point last."""
    ends = np.cumsum([0, *map(len, variations)])
    step = max(1, ROWS // int(ends[-1]))
    for batch in batches:
        rows = pa.RecordBatch.from_arrays(batch.columns, names)
        for start in range(0, batch.num_rows, step):
            part = rows.slice(start, step)
            points = [np.tile(np.arange(*own), part.num_rows) for own in itertools.pairwise(ends)]
            columns = [*vary(part, variations).columns, pa.array(np.concatenate(points))]
            yield pa.RecordBatch.from_arrays(columns, [*names, point])


def add_answers(
    target: Target, size: int, names: list[str], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Yield the totals of answers to points in any order.

    The first of the columns is what the model gave, the second the number of the point.
    """

    def parts() -> Iterator[Totals]:
        for batch in batches:
            if batch.num_rows:
                rows = pa.RecordBatch.from_arrays(batch.columns, names)
                values = read(target, rows.column(0), rows)
                yield _by_point(values, rows.column(1).to_numpy(), size)

    return _packed(parts())


def _by_point(values: np.ndarray, points: np.ndarray, size: int) -> Totals:
    sums = np.zeros((2, size, values.shape[1]))
    for point in np.unique(points):
        sums[:, point] = total(values[points == point])
    return Totals(sums, np.bincount(points, minlength=size))


def _packed(parts: Iterator[Totals]) -> Iterator[pa.RecordBatch]:
    """Yield the sum of all parts in one row, or nothing where there are none."""
    whole = next(parts, None)
    if whole is None:
        return
    for part in parts:
        whole = whole.plus(part)
    yield pa.RecordBatch.from_arrays([pa.array([pickle.dumps(whole)], pa.binary())], [CONTENT])

"""Perturbed rows for a model that lives in Spark: written one after the other, marked by their row.

A model may be any change of a frame. So each perturbed row carries the number of its row and its
position, by which what comes back is put together again, and some of them carry the row itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.explaining.asking import Question, Questioner
from synapse_magic.kernels.explaining.failing import reason

_KEPT_EVERY = 101
"""A model may drop some perturbed rows, and the row itself must not go with them."""


@dataclass(frozen=True)
class Marks:
    """The columns that perturbed rows carry beside their own.

    Attributes
    ----------
    row, position : str
        The number of the row, and which of its perturbed rows this is.
    last : str
        Whether it is the last of them.
    error : str
        Why the perturbed rows are not all there.
    kept : tuple of str
        The columns of the row itself, in order, null in most perturbed rows.
    """

    row: str
    position: str
    last: str
    error: str
    kept: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, in order."""
        return (self.row, self.position, self.last, self.error, *self.kept)

    @property
    def place(self) -> str:
        """The column of the partition that a model left a perturbed row in."""
        return f"{self.row}_place"


def carries(positions: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Say which perturbed rows carry the row itself: some all along, and the last."""
    carried: np.ndarray = (positions % _KEPT_EVERY == 0) | ends
    return carried


def ask_all(
    questioner: Questioner, names: list[str], marks: Marks, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Yield the perturbed rows of all rows that can be asked about, those of a row together.

    Where the perturbed rows of one fail on the way, the last says why, after all others.

    Parameters
    ----------
    questioner : Questioner
    names : list of str
        The columns of the rows.
    marks : Marks
    batches : iterable of pyarrow.RecordBatch
        The rows in these columns, and last their number.
    """
    broken: list[_Broken] = []
    for asked in _asked(questioner, names, batches):
        if asked.question is None:
            continue
        start = 0
        sample = asked.own
        try:
            for part, last in _with_last(asked.question.batches()):
                yield _marked(part, asked.own, asked.number, start, marks, last=last)
                start += part.num_rows
                sample = part.slice(0, 1).select(names)
        except Exception as failure:
            broken.append(_Broken(sample, asked.own, asked.number, start, reason(failure)))
    for left in broken:
        part, own, number, start = left.sample, left.own, left.number, left.start
        yield _marked(part, own, number, start, marks, last=True, error=left.error)


def refused(
    questioner: Questioner, names: list[str], batches: Iterable[pa.RecordBatch]
) -> Iterator[tuple[pa.RecordBatch, str]]:
    """Yield each row that cannot be asked about, and why; see :func:`ask_all`.

    A model may take no such row, so they do not go through it.
    """
    for asked in _asked(questioner, names, batches):
        if asked.error is not None:
            yield asked.own, asked.error


@dataclass(frozen=True, eq=False)
class _Asked:
    """A row, with the question about it or why there is none."""

    own: pa.RecordBatch
    number: int
    question: Question | None
    error: str | None


def _asked(
    questioner: Questioner, names: list[str], batches: Iterable[pa.RecordBatch]
) -> Iterator[_Asked]:
    for batch in batches:
        rows = pa.RecordBatch.from_arrays(batch.columns[:-1], names)
        for row, number in enumerate(batch.columns[-1].to_pylist()):
            own = rows.slice(row, 1)
            try:
                asked = _Asked(own, number, questioner.ask(rows, row), None)
            except Exception as failure:
                asked = _Asked(own, number, None, reason(failure))
            yield asked


@dataclass(frozen=True, eq=False)
class _Broken:
    """A row whose perturbed rows could not all be made, and one that a model may see."""

    sample: pa.RecordBatch
    own: pa.RecordBatch
    number: int
    start: int
    error: str


def _with_last(parts: Iterator[pa.RecordBatch]) -> Iterator[tuple[pa.RecordBatch, bool]]:
    """Yield each part, and whether it is the last."""
    waiting: pa.RecordBatch | None = None
    for part in parts:
        if waiting is not None:
            yield waiting, False
        waiting = part
    if waiting is not None:
        yield waiting, True


def _marked(
    part: pa.RecordBatch,
    own: pa.RecordBatch,
    number: int,
    start: int,
    marks: Marks,
    *,
    last: bool = False,
    error: str | None = None,
) -> pa.RecordBatch:
    count = part.num_rows
    positions = np.arange(start, start + count, dtype=np.int64)
    ends = last & (np.arange(count) == count - 1)
    keeps = pa.array(np.zeros(count, np.int32), mask=~carries(positions, ends))
    arrays = [
        *(part.column(name) for name in own.schema.names),
        pa.array(np.full(count, number, np.int64)),
        pa.array(positions),
        pa.array(ends),
        pa.array([error] * count, pa.string()),
        *(column.take(keeps) for column in own.columns),
    ]
    return pa.RecordBatch.from_arrays(arrays, [*own.schema.names, *marks.names])

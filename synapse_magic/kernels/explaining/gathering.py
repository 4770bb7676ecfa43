"""What a model in Spark said of perturbed rows, put together to the explanations of their rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.asking import Questioner
from synapse_magic.kernels.explaining.failing import reason
from synapse_magic.kernels.explaining.local import Local
from synapse_magic.kernels.explaining.outputs import Output
from synapse_magic.kernels.explaining.samples import carries, refused
from synapse_magic.kernels.explaining.scorer import pack
from synapse_magic.kernels.explaining.target import Target

_TOGETHER = 64
"""Rows that are handed on in one batch."""
_MARKS = 4
_PARTITION_BITS = 33
"""Of Spark's ``monotonically_increasing_id``, from which on the partition is counted."""


@dataclass
class _Row:
    """What has come back of one row so far."""

    positions: list[np.ndarray] = field(default_factory=list)
    given: list[pa.Array] = field(default_factory=list)
    own: pa.RecordBatch | None = None
    error: str | None = None
    size: int | None = None

    @property
    def came(self) -> int:
        return sum(map(len, self.positions))

    @property
    def whole(self) -> bool:
        return self.own is not None and self.size is not None and self.came >= self.size


@dataclass(frozen=True)
class Gathering:
    """Answers the questions of rows by what the model gave for their perturbed rows.

    Attributes
    ----------
    questioner : Questioner
        The one that asked.
    target : Target
    names : tuple of str
        The columns of the rows.
    made : tuple of Output
    error : str
        The column that tells why a row has no explanation.
    """

    questioner: Questioner
    target: Target
    names: tuple[str, ...]
    made: tuple[Output, ...]
    error: str

    def rows(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the rows with their explanations.

        Parameters
        ----------
        batches : iterable of pyarrow.RecordBatch
            Of one partition: the target column, the columns of :class:`~.samples.Marks`, and the
            number of the partition. The number of a row starts with that of the partition it was
            in before.

        Raises
        ------
        SynapseError
            When the model has moved perturbed rows to another partition than their row, or copied
            them there.
        """
        waiting: dict[int, _Row] = {}
        told: set[int] = set()
        done: list[_Row] = []
        current = -1
        strangers = False
        for batch in batches:
            for number, part in _runs(batch):
                if number != current and current in waiting and waiting[current].whole:
                    done.append(waiting.pop(current))
                    told.add(current)
                current = number
                partition = part.column(-1)[0].as_py()
                strangers |= number >> _PARTITION_BITS != partition
                if number >> _PARTITION_BITS < partition:
                    # Partitions that are put together only get lower numbers: this is a copy.
                    raise SynapseError(_MOVED)
                if number in told:
                    raise SynapseError(_MANY)
                self._take(waiting.setdefault(number, _Row()), part)
            if len(done) >= _TOGETHER:
                yield self._packed(done)
                done = []
        if strangers and not all(row.whole for row in waiting.values()):
            raise SynapseError(_MOVED)
        done.extend(row for row in waiting.values() if row.own is not None)
        for start in range(0, len(done), _TOGETHER):
            yield self._packed(done[start : start + _TOGETHER])

    def refusals(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the rows that cannot be asked about, without an explanation.

        Parameters
        ----------
        batches : iterable of pyarrow.RecordBatch
            All rows as :func:`~.samples.ask_all` has them.
        """
        left = refused(self.questioner, list(self.names), batches)
        while some := list(itertools.islice(left, _TOGETHER)):
            yield self._handed([own for own, _ in some], [(None, error) for _, error in some])

    def _take(self, row: _Row, part: pa.RecordBatch) -> None:
        positions = part.column(2).to_numpy()
        row.positions.append(positions)
        row.given.append(part.column(0))
        ends = part.column(3).to_numpy(zero_copy_only=False)
        for last in np.flatnonzero(ends)[:1].tolist():
            row.size = int(positions[last]) + 1
            row.error = part.column(4)[last].as_py()
        for own in np.flatnonzero(carries(positions, ends))[:1].tolist():
            columns = part.slice(own, 1).columns[1 + _MARKS : -1]
            row.own = pa.RecordBatch.from_arrays(columns, list(self.names))

    def _packed(self, rows: Sequence[_Row]) -> pa.RecordBatch:
        owns = [row.own for row in rows if row.own is not None]
        return self._handed(owns, [self._explained(own, row) for own, row in zip(owns, rows)])

    def _handed(
        self, owns: Sequence[pa.RecordBatch], told: Sequence[tuple[Local | None, str | None]]
    ) -> pa.RecordBatch:
        own = _stacked(owns)
        made = pack(self.made, self.error, [f for f, _ in told], [e for _, e in told], own)
        return pa.RecordBatch.from_arrays(
            [*own.columns, *made.columns], [*self.names, *made.schema.names]
        )

    def _explained(self, own: pa.RecordBatch, row: _Row) -> tuple[Local | None, str | None]:
        if row.error is not None:
            return None, row.error
        try:
            return self._answered(own, row), None
        except Exception as failure:
            return None, reason(failure)

    def _answered(self, own: pa.RecordBatch, row: _Row) -> Local:
        positions = np.concatenate(row.positions)
        order = np.argsort(positions, kind="stable")
        if row.size is None or not np.array_equal(positions[order], np.arange(row.size)):
            asked = "the" if row.size is None else f"{row.size:,}"
            raise SynapseError(
                f"The model gave back {len(positions):,} of {asked} perturbed rows. Expected each "
                "of them once, in the partition it was in. "
                "Try: a model that neither drops, adds nor moves rows"
            )
        given = self.target.of_row(own, 0).read(pa.concat_arrays(row.given).take(order))
        found = self.questioner.ask(own, 0).answer(given)
        if not isinstance(found, Local):
            raise SynapseError(
                "This model is asked once, through Spark, and the answer was not exact enough. "
                "Try: numSamples in place of tolerance"
            )
        return found


_MOVED = (
    "The model moves rows to other partitions, or copies them there, so that what it gives cannot "
    "be put together. Try: df.coalesce(1), or a model without unions, joins, windows, repartition"
)
_MANY = (
    "The model gives perturbed rows of one row between those of others, more than once. "
    "Try: a model that neither adds nor moves rows"
)


def _runs(batch: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yield the stretches of a batch that belong to one row."""
    if not batch.num_rows:
        return
    numbers = batch.column(1).to_numpy()
    edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)]
    for start, end in itertools.pairwise(edges):
        yield int(numbers[start]), batch.slice(start, end - start)


def _stacked(rows: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    columns = [pa.concat_arrays(same) for same in zip(*(row.columns for row in rows))]
    return pa.RecordBatch.from_arrays(columns, rows[0].schema.names)

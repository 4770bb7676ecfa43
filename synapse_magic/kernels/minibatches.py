"""Rows of Arrow batches as lists: each column of a mini-batch is one list of its values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.arrivals import Arrivals


def fixed(batches: Iterable[pa.RecordBatch], size: int) -> Iterator[pa.RecordBatch]:
    """Yield mini-batches of ``size`` rows, the last of what is left.

    Never more than ``size`` rows and one batch of the source are held.

    Examples
    --------
    >>> source = [pa.record_batch({"a": [1, 2, 3]}), pa.record_batch({"a": [4, 5]})]
    >>> [row for made in fixed(source, 2) for row in made.column("a").to_pylist()]
    [[1, 2], [3, 4], [5]]
    """
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        rows += batch.num_rows
        if rows < size:
            waiting.append(batch)
            continue
        left = rows % size
        whole = batch.num_rows - left
        yield listed([*waiting, batch.slice(0, whole)], size)
        waiting, rows = [batch.slice(whole)] if left else [], left
    if rows:
        yield listed(waiting, size)


def fixed_ahead(
    batches: Iterable[pa.RecordBatch], size: int, most: int
) -> Iterator[pa.RecordBatch]:
    """Yield what :func:`fixed` does, while a thread reads up to ``most`` mini-batches ahead."""
    with Arrivals(batches, most_rows=most * size) as arrivals:
        yield from fixed(arrivals, size)


def drained(
    batches: Iterable[pa.RecordBatch], size: int, seconds: float = 0.0
) -> Iterator[pa.RecordBatch]:
    """Yield as a mini-batch what has arrived, of at most ``size`` rows, whenever asked for more.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
    size : int
    seconds : float
        How long a mini-batch stays open for more rows, from the arrival of its first.

    Examples
    --------
    >>> source = [pa.record_batch({"a": [1, 2, 3]})]
    >>> [row for made in drained(source, 2) for row in made.column("a").to_pylist()]
    [[1, 2], [3]]
    """
    with Arrivals(batches) as arrivals:
        while parts := arrivals.take(size, seconds):
            yield listed(parts, size)


def listed(parts: Sequence[pa.RecordBatch], size: int) -> pa.RecordBatch:
    """Return the rows of all parts, in order, as lists of ``size`` rows, the last of what is left.

    Raises
    ------
    SynapseError
        When a column of one mini-batch is more than Arrow's lists hold.
    """
    rows = sum(part.num_rows for part in parts)
    offsets = pa.array(np.append(np.arange(0, rows, size), rows), pa.int32())
    names = parts[0].schema.names
    try:
        columns = [_joined([part.column(i) for part in parts]) for i in range(len(names))]
    except pa.ArrowInvalid as error:
        raise SynapseError(
            f"{rows} rows do not fit into one mini-batch: a column holds more than 2 GB. "
            "Try: a smaller batchSize or maxBatchSize"
        ) from error
    lists = [pa.ListArray.from_arrays(offsets, column) for column in columns]
    return pa.RecordBatch.from_arrays(lists, names)


def _joined(pieces: Sequence[pa.Array]) -> pa.Array:
    return pieces[0] if len(pieces) == 1 else pa.concat_arrays(pieces)

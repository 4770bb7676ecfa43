"""Values that are too heavy to travel with the search: asked for by number, and put in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.neighbors.answers import (
    Answer,
    Answers,
    packed_answer,
    unpacked_answers,
    unpacker,
)
from synapse_magic.kernels.neighbors.arrays import Batches, Task
from synapse_magic.kernels.neighbors.measures import Metric

_HEAD = -1
"""The position of the row that carries an answer; its values stand behind it, from 0 on."""


def asker(answers: Answers) -> Task:
    """Return the task that gives each answer as one row, and a row for each value it wants."""

    def ask(batches: Batches) -> Batches:
        for answer in answers(batches):
            yield _head(answer)
            ids = answer.found.ids
            columns = [
                np.full(len(ids), answer.first),
                np.arange(len(ids)),
                ids,
            ]
            nothing = pa.nulls(len(ids), pa.binary())
            yield _batch([*map(pa.array, columns), nothing, nothing])

    return ask


def completer(metric: Metric, names: Sequence[str]) -> Task:
    """Return the task that puts the values in place and unpacks the rows; see ``unpacker``."""
    return unpacker(_completed, metric, names)


def _completed(batches: Batches) -> Iterator[Answer]:
    answer: Answer | None = None
    values: list[pa.Array] = []
    for piece in _split(batches):
        if piece.column("position")[0].as_py() == _HEAD:
            if answer is not None:
                yield _filled(answer, values)
            (answer,) = unpacked_answers(iter([piece.slice(0, 1)]))
            values, piece = [], piece.slice(1)
        values.append(piece.column("value"))
    if answer is not None:
        yield _filled(answer, values)


def _split(batches: Batches) -> Batches:
    """Give the rows in pieces, none of which goes beyond the next answer."""
    for batch in batches:
        heads = np.flatnonzero(batch.column("position").to_numpy() == _HEAD)
        bounds = np.unique([0, *heads, batch.num_rows])
        for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist()):
            yield batch.slice(start, end - start)


def _filled(answer: Answer, values: Sequence[pa.Array]) -> Answer:
    carried = {"value": pa.concat_arrays(values), **answer.found.carried}
    return replace(answer, found=replace(answer.found, carried=carried))


def _head(answer: Answer) -> pa.RecordBatch:
    packed = packed_answer(answer)
    # No value has a negative number; different ones spread over the partitions of a join.
    numbers = [answer.first, _HEAD, -1 - answer.first]
    return _batch(
        [pa.array([number], pa.int64()) for number in numbers]
        + [pa.array([packed[name]], pa.binary()) for name in ("answer", "rows")]
    )


def _batch(columns: list[pa.Array]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(columns, ["first", "position", "id", "answer", "rows"])

"""What tasks of Spark do to search: answer packed queries, merge answers, and unpack the rows.

Packed queries are known by the number of their first row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.neighbors.arrays import (
    Batches,
    Task,
    array_column,
    batch_bytes,
    bytes_batch,
    column_array,
    from_bytes,
    matrix_of,
    one_row,
    rows_of,
    to_bytes,
)
from synapse_magic.kernels.neighbors.block import Block
from synapse_magic.kernels.neighbors.found import Found, merged
from synapse_magic.kernels.neighbors.measures import Metric
from synapse_magic.kernels.neighbors.search import BlockSearch


@dataclass(frozen=True)
class Answer:
    """What was found for some queries, and all columns of their rows.

    Attributes
    ----------
    first : int
        What the queries are known by.
    found : Found
    valid : numpy.ndarray
        Which of the rows are queries: those without nulls.
    rows : pyarrow.RecordBatch or None
        The rows; one of several searches for the same queries brings them.
    """

    first: int
    found: Found
    valid: np.ndarray
    rows: pa.RecordBatch | None


Answers = Callable[[Batches], Iterator[Answer]]


def searcher(search: Callable[[Block], BlockSearch], k: int) -> Answers:
    """Return what answers packed queries, which come beside the block to search.

    Each query meets every piece of the block. The pieces themselves come with the first query, and
    the queries with the first piece; the first query therefore waits for the last piece.
    """

    def answer(batches: Batches) -> Iterator[Answer]:
        ready, pieces, waiting = None, [], []
        for row in (row for batch in batches for row in rows_of(batch)):
            if row["block"] is not None:
                pieces.append(row["block"])
                if len(pieces) == row["pieces"]:
                    ready = search(Block.from_bytes(_whole(pieces)))
                    pieces = []
            if row["query"] is not None:
                waiting.append(row)
            while ready is not None and waiting:
                yield _answered(ready, waiting.pop(0), k)

    return answer


def _answered(search: BlockSearch, row: dict[str, Any], k: int) -> Answer:
    query = from_bytes(row["query"])
    conditions = array_column(query["conditions"]) if "conditions" in query else None
    found = search.search(matrix_of(query), k, conditions)
    rows = bytes_batch(row["rows"]) if row["rows"] is not None else None
    return Answer(row["first"], found, query["valid"], rows)


def merger(k: int, metric: Metric) -> Answers:
    """Return what puts the answers of several blocks together, which stand in a row."""

    def merge(batches: Batches) -> Iterator[Answer]:
        parts: list[Answer] = []
        for answer in unpacked_answers(batches):
            if parts and parts[0].first != answer.first:
                yield _merged(parts, k, metric)
                parts = []
            parts.append(answer)
        if parts:
            yield _merged(parts, k, metric)

    return merge


def unpacker(answers: Answers, metric: Metric, names: Sequence[str]) -> Task:
    """Return the task that gives the first columns of the queries' rows, and the result after them.

    Parameters
    ----------
    answers : callable
    metric : str
    names : sequence of str
        The names of these columns, and of the result.
    """

    def unpack(batches: Batches) -> Batches:
        for answer in answers(batches):
            yield _with_result(answer, metric, names)

    return unpack


def packer(answers: Answers) -> Task:
    """Return the task that packs answers, to be merged or completed elsewhere."""

    def pack(batches: Batches) -> Batches:
        for answer in answers(batches):
            yield one_row(first=answer.first, **packed_answer(answer))

    return pack


def unpacked_answers(batches: Batches) -> Iterator[Answer]:
    """Give the answers that :func:`packer` packed."""
    for batch in batches:
        for row in rows_of(batch):
            arrays = from_bytes(row["answer"])
            found = Found.from_array(arrays["counts"], array_column(arrays["found"]))
            rows = bytes_batch(row["rows"]) if row["rows"] is not None else None
            yield Answer(row["first"], found, arrays["valid"], rows)


def _with_result(answer: Answer, metric: Metric, names: Sequence[str]) -> pa.RecordBatch:
    if answer.rows is None:
        raise RuntimeError("the rows of packed queries did not come")
    result = answer.found.column(metric, answer.valid)
    return pa.RecordBatch.from_arrays([*answer.rows.columns[: len(names) - 1], result], list(names))


def packed_answer(answer: Answer) -> dict[str, Any]:
    """Return what was found, and the rows, as bytes."""
    found = answer.found
    arrays = {
        "counts": found.counts,
        "valid": answer.valid,
        "found": column_array(found.to_array()),
    }
    rows = batch_bytes(answer.rows).to_pybytes() if answer.rows is not None else None
    return {"answer": to_bytes(arrays), "rows": rows}


def _merged(parts: Sequence[Answer], k: int, metric: Metric) -> Answer:
    found = merged([part.found for part in parts], k, metric)
    rows = next((part.rows for part in parts if part.rows is not None), None)
    return replace(parts[0], found=found, rows=rows)


def _whole(pieces: Sequence[pa.Buffer]) -> Any:
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)

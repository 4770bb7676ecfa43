"""What tasks of Spark do before a search: pack the rows of index and queries, and build blocks.

Rows travel packed, some hundred in one value, which is known by the number of its first row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.kernels.held_bytes import held_bytes
from synapse_magic.kernels.neighbors.arrays import (
    Batches,
    Task,
    array_column,
    batch_bytes,
    column_array,
    from_bytes,
    matrix_arrays,
    one_row,
    rows_of,
    to_bytes,
)
from synapse_magic.kernels.neighbors.block import Block
from synapse_magic.kernels.neighbors.features import to_features

GraphBuilder = Callable[[Block], np.ndarray]

_QUERY_BYTES = 1 << 16
"""Packed queries are small: Spark 3.5 puts up to 10,000 of them into one batch of Arrow."""
_INDEX_BYTES = 1 << 22
_PIECE_BYTES = 1 << 24
"""A block travels in pieces, as the JVM holds each row of Spark several times over."""
_NO_GRAPH = np.empty(0, np.uint8)


def index_packer(features: str, carried: Sequence[str]) -> Task:
    """Return the task that packs rows of the index.

    Its columns are the number of the row, the features, and what ``carried`` names.
    """

    def pack(batches: Batches) -> Batches:
        for batch in _sliced(batches, _INDEX_BYTES):
            matrix, valid = to_features(batch.column(1), features)
            numbers = batch.column(0).to_numpy()
            ids, mask = numbers[valid], pa.array(valid)
            columns = dict(zip(carried, (column.filter(mask) for column in batch.columns[2:])))
            value, label = columns.pop("value"), columns.get("label")
            block = Block(matrix, ids, columns, _NO_GRAPH)
            yield one_row(
                first=int(numbers[0]),
                count=len(ids),
                skipped=len(valid) - len(ids),
                labelled=len(ids) - (label.null_count if label is not None else 0),
                width=matrix.shape[1],
                size=sum(array.nbytes for array in matrix_arrays(matrix).values()),
                value_size=held_bytes(value),
                content=block.to_bytes(),
                values=to_bytes({"ids": ids, "value": column_array(value)}),
            )

    return pack


def block_builder(build_graph: GraphBuilder | None) -> Task:
    """Return the task that joins the packed rows of its partition into one block, in pieces.

    The block holds values where they stand beside the rows.
    """

    def build(batches: Batches) -> Batches:
        rows = [row for batch in batches for row in rows_of(batch)]
        if not rows:
            return
        block = Block.joined([_with_values(row) for row in rows])
        if build_graph is not None:
            block = replace(block, graph=build_graph(block))
        yield from _pieces(rows[0]["key"], block.to_bytes())

    return build


def value_unpacker() -> Task:
    """Return the task that gives the number and the value of each row of the index."""

    def unpack(batches: Batches) -> Batches:
        for row in (row for batch in batches for row in rows_of(batch)):
            arrays = from_bytes(row["values"])
            columns = [pa.array(arrays["ids"]), array_column(arrays["value"])]
            yield pa.RecordBatch.from_arrays(columns, ["id", "value"])

    return unpack


def query_packer(features: int, condition: int | None, name: str, width: int, most: int) -> Task:
    """Return the task that packs rows of queries, ``most`` together.

    Parameters
    ----------
    features, condition : int
        Which columns, the number of the row apart, hold the features and the allowed labels.
    name : str
        The name of the features' column.
    width : int
        The numbers of each row of the index.
    most : int
    """

    def pack(batches: Batches) -> Batches:
        for batch in _sliced(batches, _QUERY_BYTES, most):
            first, rows = batch.column(0)[0].as_py(), batch.remove_column(0)
            asked = rows.column(features)
            asked = nulled(asked, rows.column(condition)) if condition is not None else asked
            matrix, valid = to_features(asked, name, width)
            arrays = {**matrix_arrays(matrix), "valid": valid}
            if condition is not None:
                conditions = rows.column(condition).filter(pa.array(valid))
                arrays["conditions"] = column_array(conditions)
            content = batch_bytes(rows).to_pybytes()
            yield one_row(first=first, query=to_bytes(arrays), rows=content)

    return pack


def nulled(features: pa.Array, conditions: pa.Array) -> pa.Array:
    """Return the features, null where the condition is."""
    if not conditions.null_count:
        return features
    rows = pc.if_else(conditions.is_valid(), pa.array(np.arange(len(features))), None)
    return features.take(rows)


def _with_values(row: dict[str, Any]) -> Block:
    block = Block.from_bytes(row["content"])
    if "values" not in row:
        return block
    value = array_column(from_bytes(row["values"])["value"])
    return replace(block, carried={"value": value, **block.carried})


def _sliced(batches: Batches, size: int, most: int | None = None) -> Batches:
    """Give batches of at most about ``size`` bytes each, and of rows."""
    for batch in batches:
        if not batch.num_rows:
            continue
        step = max(1, size * batch.num_rows // max(1, held_bytes(batch)))
        step = min(step, most) if most else step
        for start in range(0, batch.num_rows, step):
            yield batch.slice(start, step)


def _pieces(key: int, content: bytes) -> Batches:
    count = -(-len(content) // _PIECE_BYTES)
    for piece in range(count):
        part = content[piece * _PIECE_BYTES : (piece + 1) * _PIECE_BYTES]
        yield one_row(key=key, piece=piece, pieces=count, content=part)

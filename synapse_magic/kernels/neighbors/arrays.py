"""Named arrays as one piece of bytes, read back without a copy: what a packed row holds.

Also the rows of a task, whose bytes are not copied either.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.vectors import Matrix

Batches = Iterator[pa.RecordBatch]
Task = Callable[[Batches], Batches]

_ALIGNED = 64


def to_bytes(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return the arrays with their names, types and shapes."""
    solid = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    header = json.dumps([[n, a.dtype.str, a.shape] for n, a in solid.items()]).encode()
    parts = [len(header).to_bytes(8, "little") + header, *(a.tobytes() for a in solid.values())]
    return b"".join(part + bytes(-len(part) % _ALIGNED) for part in parts)


def from_bytes(content: Any) -> dict[str, np.ndarray]:
    """Return the arrays of :func:`to_bytes`; they share the memory of ``content``.

    Examples
    --------
    >>> from_bytes(to_bytes({"a": np.array([1, 2])}))
    {'a': array([1, 2])}
    """
    view = memoryview(content)
    size = int.from_bytes(view[:8], "little")
    start = _padded(8 + size)
    arrays = {}
    for name, kind, shape in json.loads(bytes(view[8 : 8 + size])):
        flat = np.frombuffer(view, kind, int(np.prod(shape, dtype=np.int64)), start)
        arrays[name] = np.require(flat, requirements="A").reshape(shape)
        start = _padded(start + flat.nbytes)
    return arrays


def matrix_arrays(matrix: Matrix) -> dict[str, np.ndarray]:
    """Return the arrays that make up a dense or a sparse matrix."""
    if isinstance(matrix, np.ndarray):
        return {"dense": matrix}
    return {
        "data": matrix.data,
        "indices": matrix.indices,
        "indptr": matrix.indptr,
        "shape": np.array(matrix.shape),
    }


def matrix_of(arrays: Mapping[str, np.ndarray]) -> Matrix:
    """Return the matrix that :func:`matrix_arrays` took apart."""
    if "dense" in arrays:
        return arrays["dense"]
    from scipy.sparse import csr_matrix

    parts = (arrays["data"], arrays["indices"], arrays["indptr"])
    return csr_matrix(parts, shape=tuple(arrays["shape"].tolist()))


def stacked(matrices: list[Matrix]) -> Matrix:
    """Return matrices of one width below each other: sparse where one of them is."""
    if all(isinstance(matrix, np.ndarray) for matrix in matrices):
        return np.concatenate(matrices)
    from scipy.sparse import csr_matrix, vstack

    return vstack([csr_matrix(matrix) for matrix in matrices], format="csr")


def column_array(column: pa.Array) -> np.ndarray:
    """Return an Arrow column of any type as an array of bytes."""
    batch = pa.RecordBatch.from_arrays([column], ["column"])
    return np.frombuffer(batch_bytes(batch), np.uint8)


def array_column(content: np.ndarray) -> pa.Array:
    """Return the column of :func:`column_array`."""
    return bytes_batch(content).column(0)


def batch_bytes(batch: pa.RecordBatch) -> pa.Buffer:
    """Return a record batch as a stream of Arrow."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


def bytes_batch(content: Any) -> pa.RecordBatch:
    """Return the record batch of :func:`batch_bytes`."""
    with pa.ipc.open_stream(pa.py_buffer(content)) as reader:
        return reader.read_next_batch()


def rows_of(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """Give rows with their bytes as buffers, which are not copied."""
    for values in zip(*batch.columns):
        yield {name: _value(value) for name, value in zip(batch.schema.names, values)}


def _value(scalar: Any) -> Any:
    return scalar.as_buffer() if isinstance(scalar, pa.BinaryScalar) else scalar.as_py()


def one_row(**values: Any) -> pa.RecordBatch:
    """Return a batch of one row."""
    return pa.RecordBatch.from_pydict({name: [value] for name, value in values.items()})


def _padded(size: int) -> int:
    return size + -size % _ALIGNED

"""Spark ML vectors in Arrow, to matrices and back, without a loop over rows.

Spark hands a vector column over as a struct of ``type`` (0 sparse, 1 dense), ``size``, ``indices``
and ``values``. Dense and sparse rows may be mixed in one column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Union

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Matrix = Union[np.ndarray, "csr_matrix"]

VECTOR_TYPE = pa.struct(
    [
        pa.field("type", pa.int8(), nullable=False),
        pa.field("size", pa.int32()),
        pa.field("indices", pa.list_(pa.field("element", pa.int32(), nullable=False))),
        pa.field("values", pa.list_(pa.field("element", pa.float64(), nullable=False))),
    ]
)

DENSE_SHARE = 0.5
"""A matrix with a smaller share of stored values than this is kept sparse."""


def is_vector(kind: pa.DataType) -> bool:
    """Say whether a column of this type holds vectors."""
    return pa.types.is_struct(kind) and {own.name for own in kind} == {
        own.name for own in VECTOR_TYPE
    }


def to_matrix(vectors: pa.StructArray) -> Matrix:
    """Return the rows of a vector column as a matrix of shape (rows, size), float64.

    All rows dense give a ``numpy`` array that shares memory with the column where it can; rows
    stored sparsely give a CSR matrix, or a dense one where that is smaller.

    Raises
    ------
    SynapseError
        When a row is null or the rows have different sizes.
    """
    if vectors.null_count:
        raise SynapseError(
            f"{vectors.null_count} vectors are null. Expected a vector in every row. "
            "Try: Featurize(...), or VectorAssembler(handleInvalid='keep')"
        )
    dense = vectors.field("type").to_numpy(zero_copy_only=False) == 1
    lengths, values = _lists(vectors.field("values"))
    if dense.all():
        return _reshape(lengths, values)
    return _mixed(vectors, dense, lengths, values)


def from_matrix(matrix: Matrix) -> pa.StructArray:
    """Return the rows of a matrix as a vector column: dense for an array, sparse for CSR.

    Examples
    --------
    >>> from_matrix(np.array([[1.0, 2.0]])).to_pylist()
    [{'type': 1, 'size': None, 'indices': None, 'values': [1.0, 2.0]}]
    """
    rows, size = matrix.shape
    if isinstance(matrix, np.ndarray):
        offsets = np.arange(rows + 1, dtype=np.int64) * size
        flat = np.ascontiguousarray(matrix, dtype=np.float64).reshape(-1)
        nothing = pa.nulls(rows, VECTOR_TYPE.field("indices").type)
        return _struct(rows, 1, pa.nulls(rows, pa.int32()), nothing, _list(offsets, flat, "values"))
    indices = _list(matrix.indptr, matrix.indices.astype(np.int32), "indices")
    values = _list(matrix.indptr, matrix.data.astype(np.float64), "values")
    return _struct(rows, 0, pa.array(np.full(rows, size, np.int32)), indices, values)


def _lists(lists: pa.ListArray) -> tuple[np.ndarray, np.ndarray]:
    """Return the length of each list and all elements in order, honouring slices and nulls."""
    lengths = np.diff(lists.offsets.to_numpy())
    if lists.null_count:
        lengths = np.where(np.asarray(lists.is_valid()), lengths, 0)
    return lengths, lists.flatten().to_numpy(zero_copy_only=False)


def _reshape(lengths: np.ndarray, values: np.ndarray) -> np.ndarray:
    size = int(lengths[0]) if len(lengths) else 0
    if not (lengths == size).all():
        raise _ragged(lengths)
    return values.reshape(len(lengths), size)


def _mixed(
    vectors: pa.StructArray, dense: np.ndarray, lengths: np.ndarray, values: np.ndarray
) -> Matrix:
    from scipy.sparse import csr_matrix

    declared = vectors.field("size").fill_null(0).to_numpy(zero_copy_only=False)
    sizes = np.where(dense, lengths, declared)
    if not (sizes == sizes[0]).all():
        raise _ragged(sizes)
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    # A dense row stores every position: its indices count up from its own start.
    columns = np.arange(indptr[-1], dtype=np.int64) - np.repeat(indptr[:-1], lengths)
    columns[np.repeat(~dense, lengths)] = _lists(vectors.field("indices"))[1]
    matrix = csr_matrix((values, columns, indptr), shape=(len(sizes), int(sizes[0])))
    crowded = len(values) >= DENSE_SHARE * matrix.shape[0] * matrix.shape[1]
    return matrix.toarray() if crowded else matrix


def _ragged(sizes: np.ndarray) -> SynapseError:
    return SynapseError(
        f"The vectors have different sizes, from {sizes.min()} to {sizes.max()}. "
        "Expected one size. Try: assemble them again with one stage"
    )


def _list(offsets: np.ndarray, flat: np.ndarray, field: str) -> pa.ListArray:
    if offsets[-1] > np.iinfo(np.int32).max:
        raise SynapseError(
            f"A batch holds {offsets[-1]} vector elements, more than Arrow lists can. "
            "Try: spark.sql.execution.arrow.maxRecordsPerBatch=1000"
        )
    kind = VECTOR_TYPE.field(field).type
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(flat), type=kind)


def _struct(rows: int, kind: int, sizes: Any, indices: Any, values: Any) -> pa.StructArray:
    kinds = pa.array(np.full(rows, kind, np.int8))
    return pa.StructArray.from_arrays([kinds, sizes, indices, values], fields=list(VECTOR_TYPE))

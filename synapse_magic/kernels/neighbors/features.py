"""A column of vectors or lists to the matrix of its rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.vectors import Matrix, to_matrix

LARGEST = 1e150
"""The square of a larger number is infinite."""
SPARSE_SHARE = 0.1
"""A matrix with a smaller share of stored values is searched as it is, without the zeros."""


def to_features(column: pa.Array, name: str, width: int | None = None) -> tuple[Matrix, np.ndarray]:
    """Return the matrix of the rows that are not null, and a mask that says which those are.

    Parameters
    ----------
    column : pyarrow.Array
    name : str
    width : int, optional
        The numbers of each row of the index that the rows are queries to.

    Raises
    ------
    SynapseError
        When rows have different sizes, or hold nulls, NaN or infinite numbers.
    """
    valid = np.asarray(column.is_valid())
    rows = column if valid.all() else column.filter(pa.array(valid))
    if not len(rows):
        return np.empty((0, 0)), valid
    if width is not None:
        sizes = _sizes(rows)
        require_width(int(sizes.min()), int(sizes.max()), width)
    matrix = to_matrix(rows) if pa.types.is_struct(rows.type) else _lists(rows, name)
    _require_finite(matrix if isinstance(matrix, np.ndarray) else matrix.data, name)
    return _narrow(matrix), valid


def require_width(least: int, most: int, expected: int) -> None:
    """Raise a :class:`SynapseError` unless the sizes of queries are that of the index."""
    if least == most == expected:
        return
    shown = f"{least}" if least == most else f"{least} to {most}"
    raise SynapseError(
        f"The queries have {shown} features and the index {expected}. "
        "Expected as many. Try: make both with the same stage"
    )


def _sizes(rows: pa.Array) -> np.ndarray:
    """Return how many numbers each row has, of vectors or of lists."""
    if not pa.types.is_struct(rows.type):
        lengths: np.ndarray = rows.value_lengths().to_numpy(zero_copy_only=False)
        return lengths
    dense = pc.equal(rows.field("type"), 1)
    lengths = pc.if_else(dense, rows.field("values").value_lengths(), rows.field("size"))
    return np.asarray(lengths)


def _lists(rows: pa.Array, name: str) -> np.ndarray:
    flat = rows.flatten()
    if flat.null_count:
        raise SynapseError(
            f"Column {name!r} holds lists with {flat.null_count} nulls inside. Expected numbers"
        )
    sizes = rows.value_lengths().to_numpy(zero_copy_only=False)
    if (sizes != sizes[0]).any():
        raise SynapseError(
            f"Column {name!r} holds lists of {sizes.min()} to {sizes.max()} numbers. "
            "Expected one size"
        )
    if pa.types.is_decimal(flat.type):
        flat = flat.cast(pa.float64())
    numbers: np.ndarray = flat.to_numpy(zero_copy_only=False)
    kind = np.float32 if numbers.dtype == np.float32 else np.float64
    return numbers.astype(kind, copy=False).reshape(len(rows), int(sizes[0]))


def _require_finite(numbers: np.ndarray, name: str) -> None:
    largest = min(LARGEST, float(np.finfo(numbers.dtype).max))
    poor = int((~(np.abs(numbers) <= largest)).sum())
    if poor:
        raise SynapseError(
            f"Column {name!r} holds {poor} numbers that are NaN, infinite or beyond {LARGEST:g}. "
            "Expected finite numbers. Try: Featurize(...), or a null in place of such a row"
        )


def _narrow(matrix: Matrix) -> Matrix:
    """Return float32 where that holds all numbers exactly, and without zeros where they abound."""
    if not isinstance(matrix, np.ndarray):
        crowded = matrix.nnz >= SPARSE_SHARE * matrix.shape[0] * matrix.shape[1]
        return _narrow(matrix.toarray()) if crowded else matrix
    if matrix.dtype == np.float32:
        return matrix
    with np.errstate(over="ignore", under="ignore"):
        short = matrix.astype(np.float32)
    return short if np.array_equal(short, matrix) else matrix

"""The columns that a predictor reads as one matrix of its features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.vectors import Matrix, to_matrix


def matrix_of(batch: pa.RecordBatch, inputs: Sequence[str], *, vector: bool) -> Matrix:
    """Return the features of a batch, shape (rows, features), missing values as NaN.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
    inputs : sequence of str
        Plain columns in the order of the features, or one vector column.
    vector : bool
        Whether the one input is a vector column.

    Raises
    ------
    SynapseError
        When a column is not there, or does not hold numbers.
    """
    columns = columns_of(batch, inputs)
    if not vector:
        return stack(inputs, columns, batch.num_rows)
    if not pa.types.is_struct(columns[0].type):
        raise _not_numbers(inputs[0], columns[0].type, "a vector")
    return to_matrix(columns[0])


def columns_of(batch: pa.RecordBatch, inputs: Sequence[str]) -> list[pa.Array]:
    """Return the columns that a model reads.

    Raises
    ------
    SynapseError
        When one is not there.
    """
    missing = [name for name in inputs if name not in batch.schema.names]
    if missing:
        raise SynapseError(
            f"The rows to score lack {_listed(missing)}. "
            f"Expected the columns that the model was trained on: {_listed(inputs)}"
        )
    return [batch.column(name) for name in inputs]


def dense(matrix: Matrix) -> np.ndarray:
    """Return a matrix with all of its zeros."""
    return matrix if isinstance(matrix, np.ndarray) else matrix.toarray()


def stack(names: Sequence[str], columns: Sequence[pa.Array], rows: int) -> np.ndarray:
    """Return plain columns side by side, nulls as NaN, of shape (rows, columns).

    The elements are float32 where that is exact for all columns, else float64.

    Raises
    ------
    SynapseError
        When a column does not hold numbers.
    """
    single = all(_exact_in_single(column.type) for column in columns)
    matrix = np.empty((rows, len(columns)), np.float32 if single else np.float64)
    for index, (name, column) in enumerate(zip(names, columns)):
        matrix[:, index] = _numbers(name, column)
    return matrix


def _exact_in_single(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_float32(kind)
        or pa.types.is_boolean(kind)
        or (pa.types.is_integer(kind) and kind.bit_width <= 16)
    )


def _numbers(name: str, column: pa.Array) -> np.ndarray:
    kind = column.type
    if pa.types.is_boolean(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind):
        column = column.cast(pa.float64())
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise _not_numbers(name, kind, "numbers")
    return column.to_numpy(zero_copy_only=False)


def _not_numbers(name: str, kind: pa.DataType, expected: str) -> SynapseError:
    return SynapseError(f"Column {name!r} holds {kind}. Expected {expected}, as in training")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:20])
    return shown if len(names) <= 20 else f"{shown} and {len(names) - 20} more"

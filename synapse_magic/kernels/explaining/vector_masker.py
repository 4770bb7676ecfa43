"""Slots of a vector taken away: each gets the values that it has in a background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.table_masker import repeated
from synapse_magic.kernels.vectors import from_matrix, to_matrix


@dataclass(frozen=True)
class VectorMasker:
    """Takes slots away by giving them the values of all rows of a background in turn.

    Attributes
    ----------
    column : str
        The vectors that are explained.
    background : numpy.ndarray
        (rows, slots), at least one row.
    """

    column: str
    background: np.ndarray

    @property
    def inputs(self) -> tuple[str, ...]:
        """The column whose slots are explained."""
        return (self.column,)

    def open(self, batch: pa.RecordBatch, row: int) -> VectorCase:
        """Return one row, whose features are the slots unlike the background.

        Raises
        ------
        SynapseError
            When the vector is null, or not as long as those of the background.
        """
        own = batch.slice(row, 1)
        vector = vector_of(own.column(self.column), self.column, self.background.shape[1])
        both_nan = np.isnan(vector) & np.isnan(self.background)
        alike = ((vector == self.background) | both_nan).all(axis=0)
        return VectorCase(own, self.column, vector, self.background, np.flatnonzero(~alike))


@dataclass(frozen=True)
class VectorCase:
    """One vector, and the background.

    Attributes
    ----------
    own : pyarrow.RecordBatch
        All columns of the row.
    column : str
    vector : numpy.ndarray
        (slots,) of the row.
    background : numpy.ndarray
        (rows, slots).
    places : numpy.ndarray
        The slots that are its features.
    """

    own: pa.RecordBatch
    column: str
    vector: np.ndarray
    background: np.ndarray
    places: np.ndarray

    @property
    def names(self) -> tuple[str, ...]:
        """Nothing: the slots name the features."""
        return ()

    @property
    def size(self) -> int:
        """How many slots are unlike the background."""
        return len(self.places)

    @property
    def features(self) -> int:
        """How many slots there are."""
        return len(self.vector)

    @property
    def copies(self) -> int:
        """How many rows the background has."""
        return len(self.background)

    def masked(self, masks: np.ndarray) -> pa.RecordBatch:
        """Return the row with only some slots kept, for (masks, size) booleans."""
        keeps = np.ones((len(masks), self.features), bool)
        keeps[:, self.places] = masks
        vectors = np.where(keeps[:, None], self.vector, self.background[None])
        made = from_matrix(vectors.reshape(-1, self.features))
        return with_column(self.own, self.column, made)


def with_column(own: pa.RecordBatch, name: str, made: pa.Array) -> pa.RecordBatch:
    """Return one row as often as a column made for it is long."""
    columns = [
        made if other == name else repeated(values, len(made))
        for other, values in zip(own.schema.names, own.columns)
    ]
    return pa.RecordBatch.from_arrays(columns, own.schema.names)


def vector_of(own: pa.Array, column: str, size: int) -> np.ndarray:
    """Return the vector of one row.

    Raises
    ------
    SynapseError
        When it is null, or has another size.
    """
    if own.null_count:
        raise SynapseError(f"The vector in column {column!r} is null. Expected {size} numbers")
    matrix = to_matrix(own)
    vector: np.ndarray = (matrix if isinstance(matrix, np.ndarray) else matrix.toarray())[0]
    if len(vector) != size:
        raise SynapseError(
            f"The vector in column {column!r} has {len(vector)} numbers. "
            f"Expected {size}, as those of backgroundData"
        )
    return vector

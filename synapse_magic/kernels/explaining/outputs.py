"""The columns in which explanations are handed on."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.explaining.local import Local
from synapse_magic.kernels.vectors import VECTOR_TYPE


class Output(Protocol):
    """One column made of explanations."""

    @property
    def name(self) -> str:
        """The column."""
        ...

    def column(self, found: Sequence[Local | None], batch: pa.RecordBatch) -> pa.Array:
        """Return a value a row: null where the row has no explanation.

        ``batch`` has the rows themselves, with at least the columns that are explained.
        """
        ...


@dataclass(frozen=True)
class Values:
    """The values of the features as one vector a class, with the base before them if asked for."""

    name: str
    with_base: bool

    def column(self, found: Sequence[Local | None], batch: pa.RecordBatch) -> pa.Array:  # noqa: ARG002
        """Return lists of vectors."""
        return vector_lists([None if local is None else self._vectors(local) for local in found])

    def _vectors(self, local: Local) -> np.ndarray:
        parts = [local.base[None], local.values] if self.with_base else [local.values]
        return np.concatenate(parts).T


@dataclass(frozen=True)
class StandardErrors:
    """The standard errors of the values as one vector a class."""

    name: str

    def column(self, found: Sequence[Local | None], batch: pa.RecordBatch) -> pa.Array:  # noqa: ARG002
        """Return lists of vectors."""
        known = [None if local is None or local.error is None else local.error.T for local in found]
        return vector_lists(known)


@dataclass(frozen=True)
class Qualities:
    """The R2 of each class as one vector."""

    name: str

    def column(self, found: Sequence[Local | None], batch: pa.RecordBatch) -> pa.Array:  # noqa: ARG002
        """Return vectors."""
        known = [None if local is None else local.quality for local in found]
        return vectors(known)


@dataclass(frozen=True)
class Pickled:
    """The explanation itself, for who gathers them in Python."""

    name: str

    def column(self, found: Sequence[Local | None], batch: pa.RecordBatch) -> pa.Array:  # noqa: ARG002
        """Return bytes."""
        known = [None if local is None else pickle.dumps(local) for local in found]
        return pa.array(known, pa.binary())


def vectors(rows: Sequence[np.ndarray | None]) -> pa.StructArray:
    """Return arrays of any lengths as dense vectors of Spark, null for None."""
    kind = VECTOR_TYPE.field("values").type
    flat = np.concatenate([np.empty(0), *(row for row in rows if row is not None)])
    lengths = [0 if row is None else len(row) for row in rows]
    values = pa.ListArray.from_arrays(_offsets(lengths), pa.array(flat), type=kind)
    kinds = pa.array(np.ones(len(rows), np.int8))
    sizes = pa.nulls(len(rows), pa.int32())
    indices = pa.nulls(len(rows), VECTOR_TYPE.field("indices").type)
    missing = pa.array([row is None for row in rows], pa.bool_())
    parts = [kinds, sizes, indices, values]
    return pa.StructArray.from_arrays(parts, fields=list(VECTOR_TYPE), mask=missing)


def vector_lists(rows: Sequence[np.ndarray | None]) -> pa.ListArray:
    """Return arrays of (vectors, length) as lists of dense vectors, null for None."""
    each = vectors([vector for row in rows if row is not None for vector in row])
    offsets = _offsets([0 if row is None else len(row) for row in rows]).to_pylist()
    # A null start marks a null list; the last offset ends the last list.
    starts = [None if row is None else start for row, start in zip(rows, offsets)]
    return pa.ListArray.from_arrays(pa.array([*starts, offsets[-1]], pa.int32()), each)


def _offsets(lengths: Iterable[int]) -> pa.Array:
    return pa.array(np.concatenate([[0], np.cumsum(np.array(list(lengths), np.int64))]), pa.int32())

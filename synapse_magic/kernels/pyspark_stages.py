"""The common ``pyspark.ml`` transformers as scorers: the same maths, on Arrow, without Spark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.scorer import Slot
from synapse_magic.kernels.vectors import from_matrix, to_matrix


@dataclass(frozen=True)
class AssemblerScorer:
    """``VectorAssembler``: columns of numbers and vectors side by side in one vector."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    invalid: str

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return one vector column."""
        parts = [_as_block(batch.column(name)) for name in self.inputs]
        matrix = np.hstack(parts) if parts else np.empty((batch.num_rows, 0))
        if self.invalid != "keep" and np.isnan(matrix).any():
            raise SynapseError(
                "VectorAssembler met a null or NaN. Try: VectorAssembler(handleInvalid='keep')"
            )
        return pa.RecordBatch.from_arrays([from_matrix(matrix)], list(self.outputs))


@dataclass(frozen=True)
class IndexerScorer:
    """``StringIndexerModel``: each level's position, for several columns."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    invalid: str

    @property
    def slots(self) -> tuple[Slot, ...]:
        """One slot for each output column."""
        return tuple(Slot(out, source) for out, source in zip(self.outputs, self.inputs))

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return one column of positions for each input column."""
        columns = [
            self._index(batch.column(name), name, labels)
            for name, labels in zip(self.inputs, self.labels)
        ]
        return pa.RecordBatch.from_arrays(columns, list(self.outputs))

    def _index(self, values: pa.Array, name: str, labels: tuple[str, ...]) -> pa.Array:
        positions = pc.index_in(_as_text(values), value_set=pa.array(labels, pa.string()))
        if self.invalid == "keep":
            positions = positions.fill_null(len(labels))
        elif positions.null_count:
            row = pc.index(positions.is_null(), True).as_py()
            raise SynapseError(
                f"StringIndexer has not seen {values[row].as_py()!r} in column {name!r}. "
                "Try: StringIndexer(handleInvalid='keep')"
            )
        return positions.cast(pa.float64())


@dataclass(frozen=True)
class ImputerScorer:
    """``ImputerModel``: a number in place of each missing one."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    surrogates: tuple[float, ...]
    missing: float

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return one filled column for each input column."""
        pairs = zip(self.inputs, self.surrogates)
        columns = [self._fill(batch.column(name), surrogate) for name, surrogate in pairs]
        return pa.RecordBatch.from_arrays(columns, list(self.outputs))

    def _fill(self, values: pa.Array, surrogate: float) -> pa.Array:
        numbers = _as_numbers(values)
        marked = np.isnan(self.missing) & np.isnan(numbers) | (numbers == self.missing)
        absent = marked | np.asarray(values.is_null())
        return pa.array(np.where(absent, surrogate, numbers))


@dataclass(frozen=True)
class OneHotScorer:
    """``OneHotEncoderModel``: a vector of zeros and a one for each input column."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    sizes: tuple[int, ...]
    drop_last: bool
    invalid: str

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return one vector column for each input column."""
        pairs = zip(self.inputs, self.sizes)
        columns = [from_matrix(self._encode(batch.column(n), n, size)) for n, size in pairs]
        return pa.RecordBatch.from_arrays(columns, list(self.outputs))

    def _encode(self, values: pa.Array, name: str, size: int) -> np.ndarray:
        levels = size + (self.invalid == "keep")
        index = _as_numbers(values)
        valid = (index >= 0) & (index < size)
        if self.invalid != "keep" and not valid.all():
            raise SynapseError(
                f"OneHotEncoder has not seen level {index[~valid][0]} of column {name!r}. "
                "Try: OneHotEncoder(handleInvalid='keep')"
            )
        codes = np.where(valid, index, size).astype(int)
        return np.eye(levels)[codes][:, : levels - self.drop_last]


@dataclass(frozen=True, eq=False)
class ScalerScorer:
    """``StandardScalerModel``, ``MinMaxScalerModel``: each element (x - shift) x factor + add."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    shift: np.ndarray
    factor: np.ndarray
    add: np.ndarray

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the scaled vectors."""
        matrix = _as_block(batch.column(self.inputs[0]))
        if len(matrix):
            matrix = (matrix - self.shift) * self.factor + self.add
        return pa.RecordBatch.from_arrays([from_matrix(matrix)], list(self.outputs))


@dataclass(frozen=True)
class BucketizerScorer:
    """``Bucketizer``: the position of the interval that a number lies in."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    splits: tuple[tuple[float, ...], ...]
    invalid: str

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return one column of positions for each input column."""
        pairs = zip(self.inputs, self.splits)
        columns = [self._bucket(batch.column(name), name, edges) for name, edges in pairs]
        return pa.RecordBatch.from_arrays(columns, list(self.outputs))

    def _bucket(self, values: pa.Array, name: str, edges: tuple[float, ...]) -> pa.Array:
        numbers, null = _as_numbers(values), np.asarray(values.is_null())
        missing = np.isnan(numbers) & ~null
        outside = (numbers < edges[0]) | (numbers > edges[-1])
        refused = outside if self.invalid == "keep" else outside | missing
        if refused.any():
            raise SynapseError(
                f"Bucketizer met {numbers[refused][0]} in column {name!r}. Expected numbers "
                f"from {edges[0]} to {edges[-1]}. Try: splits from -inf to inf, and "
                "handleInvalid='keep' for missing values"
            )
        # The last interval holds its upper edge, too.
        buckets = np.minimum(np.searchsorted(edges, numbers, side="right") - 1, len(edges) - 2)
        return pa.array(np.where(missing, len(edges) - 1, buckets).astype(np.float64), mask=null)


@dataclass(frozen=True)
class CopyScorer:
    """``SQLTransformer`` that does nothing but give columns a second name."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """One slot for each copy, made from the column it copies."""
        return tuple(Slot(out, source) for out, source in zip(self.outputs, self.inputs))

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return each input column under its new name."""
        columns = [batch.column(name) for name in self.inputs]
        return pa.RecordBatch.from_arrays(columns, list(self.outputs))


def _as_block(values: pa.Array) -> np.ndarray:
    if pa.types.is_struct(values.type):
        matrix: Any = to_matrix(values)
        return matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
    return _as_numbers(values)[:, None]


def _as_numbers(values: pa.Array) -> np.ndarray:
    return values.cast(pa.float64()).to_numpy(zero_copy_only=False)


def _as_text(values: pa.Array) -> pa.Array:
    # Spark indexes the text of a number, and writes 3.0 where Arrow writes 3.
    if pa.types.is_floating(values.type):
        return pa.array([None if v is None else str(v) for v in values.to_pylist()], pa.string())
    return values.cast(pa.string())

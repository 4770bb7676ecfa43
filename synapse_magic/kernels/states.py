"""Arrow columns as states, which can be perturbed, and back as columns a scorer reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.lime import Background
from synapse_magic.kernels.vectors import from_matrix, to_matrix

MOST_FEATURES = 1000


class Codec(Protocol):
    """How one column becomes states: one for a plain column, one a slot for a vector."""

    @property
    def numeric(self) -> bool:
        """Whether states are numbers rather than positions."""
        ...

    @property
    def whole(self) -> bool:
        """Whether states have no fractions."""
        ...

    def encode(self, column: pa.Array) -> np.ndarray:
        """Return states of shape (rows, width)."""
        ...

    def decode(self, states: np.ndarray) -> pa.Array:
        """Return a column of the type that was encoded."""
        ...


@dataclass
class NumberCodec:
    """Numbers and moments, by the number that they are stored as."""

    kind: pa.DataType
    numeric: bool = True

    @property
    def whole(self) -> bool:
        """Whether the type has no fractions."""
        return self._stored is not None

    @property
    def _stored(self) -> pa.DataType | None:
        if pa.types.is_integer(self.kind):
            return self.kind
        if pa.types.is_date32(self.kind):
            return pa.int32()
        return pa.int64() if pa.types.is_timestamp(self.kind) else None

    def encode(self, column: pa.Array) -> np.ndarray:
        """Return the numbers, NaN where missing."""
        stored = column if self._stored is None else column.cast(self._stored)
        return stored.cast(pa.float64()).to_numpy(zero_copy_only=False)[:, None]

    def decode(self, states: np.ndarray) -> pa.Array:
        """Return the numbers, within the range of their type."""
        values = states[:, 0]
        if self._stored is None:
            return pa.array(values, mask=np.isnan(values)).cast(self.kind, safe=False)
        bounds = np.iinfo(self._stored.to_pandas_dtype())
        # The largest int64 is no float64, and rounds up: the float below it is within.
        exact = int(float(bounds.max)) == bounds.max
        top = float(bounds.max) if exact else np.nextafter(float(bounds.max), 0)
        inside = np.clip(values, bounds.min, top)
        whole = np.nan_to_num(inside).astype(np.int64)
        return pa.array(whole, mask=np.isnan(values)).cast(self._stored).cast(self.kind)


@dataclass
class LevelCodec:
    """Anything else, by the position among the distinct values; the last is null."""

    levels: pa.Array
    numeric: bool = False
    whole: bool = True

    def encode(self, column: pa.Array) -> np.ndarray:
        """Return positions."""
        found = pc.index_in(column, value_set=self.levels)
        return pc.fill_null(found, len(self.levels)).to_numpy().astype(np.float64)[:, None]

    def decode(self, states: np.ndarray) -> pa.Array:
        """Return the values at the positions."""
        positions = states[:, 0].astype(np.int64)
        return self.levels.take(pa.array(positions, mask=positions == len(self.levels)))


@dataclass
class VectorCodec:
    """A vector column, one state for each slot."""

    numeric: bool = True
    whole: bool = False

    def encode(self, column: pa.Array) -> np.ndarray:
        """Return the slots."""
        matrix = to_matrix(column)
        return matrix if isinstance(matrix, np.ndarray) else matrix.toarray()

    def decode(self, states: np.ndarray) -> pa.Array:
        """Return dense vectors."""
        return from_matrix(states)


@dataclass
class States:
    """The states of a table's rows, column by column, and the way back.

    Attributes
    ----------
    names : tuple of str
        The columns.
    codecs : list of Codec
    blocks : list of numpy.ndarray
        (rows, width) states of each column.
    """

    names: tuple[str, ...]
    codecs: list[Codec]
    blocks: list[np.ndarray]

    @classmethod
    def of(cls, batch: pa.RecordBatch) -> States:
        """Return the states of a batch.

        Raises
        ------
        SynapseError
            When there are more than ``MOST_FEATURES``.
        """
        codecs = [_codec(column) for column in batch.columns]
        blocks = [codec.encode(column) for codec, column in zip(codecs, batch.columns)]
        width = sum(block.shape[1] for block in blocks)
        if width > MOST_FEATURES:
            raise SynapseError(
                f"LIME perturbs every feature, and there are {width}. "
                f"Expected at most {MOST_FEATURES}. Try: explain(..., method='tree_shap')"
            )
        return cls(tuple(batch.schema.names), codecs, blocks)

    def background(self, levels: Sequence[int] = ()) -> Background:
        """Return all rows as the background of perturbations.

        The states at the positions ``levels`` are numbers that stand for levels.
        """
        numeric = self._per_state([codec.numeric for codec in self.codecs])
        numeric[list(levels)] = False
        return Background(
            np.hstack(self.blocks),
            numeric,
            self._per_state([codec.whole for codec in self.codecs]),
        )

    def batch(self, states: np.ndarray) -> pa.RecordBatch:
        """Return states of shape (rows, features) as a batch of the original columns."""
        edges = np.cumsum([block.shape[1] for block in self.blocks])[:-1]
        parts = np.split(states, edges, axis=1)
        columns = [codec.decode(part) for codec, part in zip(self.codecs, parts)]
        return pa.RecordBatch.from_arrays(columns, list(self.names))

    def _per_state(self, flags: Sequence[bool]) -> np.ndarray:
        return np.repeat(np.array(flags, bool), [block.shape[1] for block in self.blocks])


def _codec(column: pa.Array) -> Codec:
    kind = column.type
    if pa.types.is_struct(kind):
        return VectorCodec()
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if number or pa.types.is_date32(kind) or pa.types.is_timestamp(kind):
        return NumberCodec(kind)
    return LevelCodec(pc.unique(column.drop_null()))

"""Columns of any kind to one feature vector: the fitted recipe and the scorer that follows it.

A recipe has one item for each input column, in order. An item is plain values, knows its slots of
the vector, and encodes its column as a block of that many columns, one row for each row.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.moments import parts_of, read_moments
from synapse_magic.kernels.scorer import Slot
from synapse_magic.kernels.vectors import VECTOR_TYPE, Matrix, from_matrix, to_matrix
from synapse_magic.kernels.words import buckets_of, words_of

MISSING, OTHER = "(missing)", "(other)"


class Item(Protocol):
    """How one column is encoded."""

    kind: ClassVar[str]

    @property
    def source(self) -> str:
        """The input column."""
        ...

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The elements of the vector that come from this column."""
        ...

    def encode(self, column: pa.Array) -> Matrix:
        """Return the column as a matrix of shape (rows, slots)."""
        ...


@dataclass(frozen=True)
class Number:
    """A number or boolean, with ``fill`` for what is null or NaN; infinities stay.

    Without ``fill`` a missing value stays NaN. ``flagged`` adds a slot that is 1 where it was
    missing.
    """

    kind: ClassVar[str] = "number"
    source: str
    fill: float | None
    flagged: bool

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The number, and whether it was missing."""
        return (Slot(self.source, self.source), *_flag(self))

    def encode(self, column: pa.Array) -> np.ndarray:
        """Return one column, or two with the flag."""
        values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        missing = np.isnan(values)
        if self.fill is not None:
            values = np.where(missing, self.fill, values)
        return _beside_flag(values[:, None], missing, self.flagged)


@dataclass(frozen=True)
class Category:
    """One of a few levels, as one slot for each level or as the level's position in one slot.

    After the levels come ``(missing)``, where nulls were met in training, and ``(other)`` for all
    that was not. ``coded`` columns hold positions already, named by their metadata.
    """

    kind: ClassVar[str] = "category"
    source: str
    levels: tuple[str, ...]
    flagged: bool
    one_hot: bool
    coded: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The levels and what stands for missing and for other values."""
        return (*self.levels, *((MISSING,) if self.flagged else ()), OTHER)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """One slot for each of ``names``, or one for all."""
        if not self.one_hot:
            return (Slot(self.source, self.source),)
        return tuple(Slot(f"{self.source}={name}", self.source, name) for name in self.names)

    def encode(self, column: pa.Array) -> Matrix:
        """Return the position of each value, or a sparse 1 in its slot."""
        codes = self._codes(column)
        if not self.one_hot:
            return codes[:, None].astype(np.float64)
        return _sparse(np.ones(len(codes)), codes, np.arange(len(codes) + 1), len(self.names))

    def _codes(self, column: pa.Array) -> np.ndarray:
        other = len(self.names) - 1
        if self.coded:
            values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
            missing = np.isnan(values)
            known = (values >= 0) & (values < len(self.levels)) & (values == np.floor(values))
            codes = np.where(known, np.nan_to_num(values), other).astype(np.int64)
        else:
            missing = pc.is_null(column).to_numpy(zero_copy_only=False)
            levels = pa.array(self.levels, pa.string())
            found = pc.index_in(column.cast(pa.string()), value_set=levels)
            codes = pc.fill_null(found, other).to_numpy().astype(np.int64)
        return np.where(missing, len(self.levels) if self.flagged else other, codes)


@dataclass(frozen=True)
class Text:
    """Words weighed by how rare they are: one slot for each hash bucket that training met.

    The slot is named by the commonest word of its bucket.
    """

    kind: ClassVar[str] = "text"
    source: str
    size: int
    buckets: tuple[int, ...]
    words: tuple[str, ...]
    weights: tuple[float, ...]
    flagged: bool

    @property
    def slots(self) -> tuple[Slot, ...]:
        """One slot for each bucket, and whether the text was missing."""
        words = tuple(Slot(f"{self.source}:{word}", self.source, word) for word in self.words)
        return (*words, *_flag(self))

    def encode(self, column: pa.Array) -> Matrix:
        """Return the count of each bucket's words times its weight, sparse."""
        found = words_of(column)
        slots = self._slot_of(buckets_of(found.vocabulary, self.size))[found.codes]
        kept = slots >= 0
        rows, slots = found.rows[kept], slots[kept]
        values = np.asarray(self.weights)[slots]
        if self.flagged:
            missing = np.flatnonzero(pc.is_null(column).to_numpy(zero_copy_only=False))
            rows = np.concatenate([rows, missing])
            slots = np.concatenate([slots, np.full(len(missing), len(self.buckets))])
            values = np.concatenate([values, np.ones(len(missing))])
        return _added_up(values, rows, slots, (len(column), len(self.slots)))

    def _slot_of(self, buckets: np.ndarray) -> np.ndarray:
        """Return the slot of each bucket, -1 where training never met it."""
        if not self.buckets:
            return np.full(len(buckets), -1)
        order = np.argsort(self.buckets)
        known = np.asarray(self.buckets)[order]
        place = np.minimum(np.searchsorted(known, buckets), len(known) - 1)
        return np.where(known[place] == buckets, order[place], -1)


@dataclass(frozen=True)
class Moment:
    """A date or time by its parts, read in ``zone``; a missing one becomes ``fill``, or NaN.

    ``fill`` counts seconds from 1970.
    """

    kind: ClassVar[str] = "moment"
    source: str
    timed: bool
    zone: str
    fill: float | None
    flagged: bool

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The parts, and whether it was missing."""
        parts = parts_of(self.timed)
        return (*(Slot(f"{self.source}:{part}", self.source) for part in parts), *_flag(self))

    def encode(self, column: pa.Array) -> np.ndarray:
        """Return one column for each part."""
        parts = read_moments(column, self.timed, self.zone, self.fill)
        missing = pc.is_null(column).to_numpy(zero_copy_only=False)
        return _beside_flag(parts, missing, self.flagged)


@dataclass(frozen=True)
class Vector:
    """A vector passed through; a null one becomes NaN in all its slots."""

    kind: ClassVar[str] = "vector"
    source: str
    names: tuple[str, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots of the vector, by the names it came with."""
        return tuple(Slot(name, self.source) for name in self.names)

    def encode(self, column: pa.Array) -> Matrix:
        """Return the vectors as they are."""
        missing = pc.is_null(column).to_numpy(zero_copy_only=False)
        if missing.all():
            return np.full((len(column), len(self.names)), np.nan)
        if missing.any():
            # Any row may stand in for a null one: it is overwritten.
            stand_in = int(np.flatnonzero(~missing)[0])
            column = column.take(pa.array(np.where(missing, stand_in, np.arange(len(column)))))
        matrix = to_matrix(column)
        if matrix.shape[1] != len(self.names):
            raise SynapseError(
                f"The vectors of {self.source!r} have {matrix.shape[1]} elements. "
                f"Expected {len(self.names)}, as when Featurize was fitted"
            )
        if missing.any():
            matrix = matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
            matrix = np.where(missing[:, None], np.nan, matrix)
        return matrix


KINDS: dict[str, type[Any]] = {item.kind: item for item in (Number, Category, Text, Moment, Vector)}


def to_json(recipe: Sequence[Item]) -> list[dict[str, Any]]:
    """Return the recipe as JSON values."""
    return [{"kind": item.kind, **dataclasses.asdict(item)} for item in recipe]  # type: ignore[call-overload]


def from_json(items: Sequence[dict[str, Any]]) -> tuple[Item, ...]:
    """Return the recipe that :func:`to_json` gave."""
    return tuple(
        KINDS[item["kind"]](
            **{k: tuple(v) if isinstance(v, list) else v for k, v in item.items() if k != "kind"}
        )
        for item in items
    )


@dataclass(frozen=True)
class FeaturizeScorer:
    """Encodes each column by its item and sets the blocks side by side in one vector column."""

    recipe: tuple[Item, ...]
    output: str

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns of the recipe."""
        return tuple(item.source for item in self.recipe)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The vector column."""
        return (self.output,)

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The elements of the vector in order, each with its own name."""
        slots = [slot for item in self.recipe for slot in item.slots]
        names = unique([slot.name for slot in slots])
        return tuple(dataclasses.replace(s, name=name) for s, name in zip(slots, names))

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of one vector column, one row for each row of ``batch``."""
        if not batch.num_rows:
            return pa.RecordBatch.from_arrays([pa.array([], VECTOR_TYPE)], [self.output])
        blocks = [item.encode(batch.column(item.source)) for item in self.recipe]
        return pa.RecordBatch.from_arrays([from_matrix(_side_by_side(blocks))], [self.output])


def unique(names: Sequence[str]) -> list[str]:
    """Return the names with ``#2``, ``#3`` behind those that were there already.

    Examples
    --------
    >>> unique(["a", "b", "a"])
    ['a', 'b', 'a#2']
    """
    taken: set[str] = set()
    result = []
    for name in names:
        candidate, turn = name, 1
        while candidate in taken:
            turn += 1
            candidate = f"{name}#{turn}"
        taken.add(candidate)
        result.append(candidate)
    return result


def _flag(item: Number | Text | Moment) -> tuple[Slot, ...]:
    return (Slot(f"{item.source} is missing", item.source, MISSING),) if item.flagged else ()


def _beside_flag(block: np.ndarray, missing: np.ndarray, flagged: bool) -> np.ndarray:
    return np.column_stack([block, missing]).astype(np.float64) if flagged else block


def _sparse(values: np.ndarray, columns: np.ndarray, starts: np.ndarray, width: int) -> Matrix:
    from scipy.sparse import csr_matrix

    return csr_matrix((values, columns, starts), shape=(len(starts) - 1, width))


def _added_up(
    values: np.ndarray, rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]
) -> Matrix:
    """Return a sparse matrix in which values of one place are summed."""
    from scipy.sparse import coo_matrix

    return coo_matrix((values, (rows, columns)), shape=shape).tocsr()


def _side_by_side(blocks: Sequence[Matrix]) -> Matrix:
    """Join blocks: sparse where that takes less memory, at 12 bytes an element to 8."""
    if all(isinstance(block, np.ndarray) for block in blocks):
        return np.hstack(blocks)
    from scipy.sparse import hstack

    joined = hstack(blocks, format="csr")
    rows, width = joined.shape
    return joined.toarray() if 12 * joined.nnz >= 8 * rows * width else joined

"""Rows with their explanation, counted feature by feature inside a worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.plain_values import by_level, plain_values
from synapse_magic.kernels.summary import packed
from synapse_magic.kernels.tally import Tally
from synapse_magic.kernels.vectors import to_matrix

LOST, TROUBLE = -1, -2
"""Items beside those of the features: rows without an explanation, and what went wrong."""
_CELLS = 4_000_000
_MOST, _LEAST = (96, 256), (16, 32)


@dataclass
class Lost:
    """How many rows have no explanation."""

    rows: int

    def merge(self, other: Lost) -> None:
        """Add the rows of another part."""
        self.rows += other.rows


@dataclass
class Trouble:
    """Why rows cannot be counted."""

    words: str

    def merge(self, other: Trouble) -> None:
        """Keep the first reason in the alphabet, so that it is the same each time."""
        self.words = min(self.words, other.words)


@dataclass(frozen=True)
class Counter:
    """Counts batches of an explanation column and the columns of its features.

    Attributes
    ----------
    levels : tuple of tuple of str
        Per feature the names of its levels where numbers stand for them, else empty; shorter where
        the last column is a vector of unknown size.
    """

    levels: tuple[tuple[str, ...], ...]

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield one row a feature for a partition."""
        found: dict[int, Any] = {LOST: Lost(0)}
        try:
            for batch in batches:
                self._count(batch, found)
        except SynapseError as error:
            found = {TROUBLE: Trouble(str(error))}
        yield packed(found)

    def _count(self, batch: pa.RecordBatch, found: dict[int, Any]) -> None:
        kept = batch.filter(batch.column(0).is_valid())
        if kept.num_rows:
            values = [one for column in kept.columns[1:] for one in plain_values(column)]
            shap = contributions(kept.column(0), len(values))
            good = np.isfinite(shap).all(axis=(1, 2))
            if good.any():
                self._add([one[good] for one in values], shap[good], found)
            found[LOST].rows += int((~good).sum())
        found[LOST].rows += batch.num_rows - kept.num_rows

    def _add(self, values: list[np.ndarray], shap: np.ndarray, found: dict[int, Any]) -> None:
        most = room(shap.shape[1] * shap.shape[2])
        for i, own in enumerate(values):
            names = self.levels[i] if i < len(self.levels) else ()
            shown = by_level(own, names) if names else own
            tally = Tally.of(shown, shap[:, i], most, found.get(i))
            if i in found:
                found[i].merge(tally)
            else:
                found[i] = tally


def contributions(column: pa.Array, features: int) -> np.ndarray:
    """Return (rows, features, outputs) contributions of an explanation column.

    A list has a vector for each output: contributions, with or without the base value before them.
    A vector has those of each output in turn, each with the base value after them.
    """
    if pa.types.is_struct(column.type):
        flat = _dense(column)
        outputs, rest = divmod(flat.shape[1], features + 1)
        if rest:
            raise _size(flat.shape[1], features, f"{features + 1}, or a multiple of it")
        return flat.reshape(len(flat), outputs, features + 1)[:, :, :-1].transpose(0, 2, 1)
    lengths = np.diff(column.offsets.to_numpy())
    if not (lengths == lengths[0]).all() or not lengths[0]:
        raise SynapseError(
            "The explanation has no vector, or not as many in all rows. "
            "Expected one for each explained class. Try: targetClasses, the same for all rows"
        )
    flat = _dense(column.flatten())
    if flat.shape[1] not in (features, features + 1):
        raise _size(flat.shape[1], features, f"{features}, or {features + 1} with a base value")
    own = flat[:, flat.shape[1] - features :]
    return own.reshape(len(column), int(lengths[0]), features).transpose(0, 2, 1)


def room(tables: int) -> tuple[int, int]:
    """Return how many values and contributions to keep apart, for so many tables in a task."""
    part = min(1.0, np.sqrt(_CELLS / max(tables, 1) / (_MOST[0] * _MOST[1])))
    values, steps = (max(int(most * part), least) for most, least in zip(_MOST, _LEAST))
    return values, steps


def _dense(vectors: pa.StructArray) -> np.ndarray:
    matrix = to_matrix(vectors)
    return matrix if isinstance(matrix, np.ndarray) else matrix.toarray()


def _size(size: int, features: int, expected: str) -> SynapseError:
    return SynapseError(
        f"The vectors of the explanation have {size} numbers, and there are {features} features. "
        f"Expected {expected}. Try: the columns that were explained, in their order"
    )

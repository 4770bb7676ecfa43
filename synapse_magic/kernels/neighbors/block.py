"""A block of the index: some of its rows, packed to travel as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.kernels.neighbors.arrays import (
    array_column,
    column_array,
    from_bytes,
    matrix_arrays,
    matrix_of,
    stacked,
    to_bytes,
)
from synapse_magic.kernels.vectors import Matrix

CARRIED = ("value", "label")
"""What a block may hold beside the features of a row."""


@dataclass(frozen=True)
class Block:
    """Rows of an index.

    Attributes
    ----------
    features : numpy.ndarray or csr_matrix
    ids : numpy.ndarray
        A number for each row; they count up in the order of the training frame.
    carried : dict of str to pyarrow.Array
        The columns ``value`` and ``label``, as far as it holds them.
    graph : numpy.ndarray
        The bytes of an approximate index of the rows; empty without.
    """

    features: Matrix
    ids: np.ndarray
    carried: Mapping[str, pa.Array]
    graph: np.ndarray

    @classmethod
    def from_bytes(cls, content: Any) -> Block:
        """Return the block that :meth:`to_bytes` packed."""
        arrays = from_bytes(content)
        carried = {name: array_column(arrays[name]) for name in CARRIED if name in arrays}
        return cls(matrix_of(arrays), arrays["ids"], carried, arrays["graph"])

    @classmethod
    def joined(cls, blocks: list[Block]) -> Block:
        """Return the rows of several blocks as one, without an approximate index."""
        carried = {
            name: pa.concat_arrays([block.carried[name] for block in blocks])
            for name in blocks[0].carried
        }
        features = stacked([block.features for block in blocks])
        ids = np.concatenate([block.ids for block in blocks])
        return cls(features, ids, carried, np.empty(0, np.uint8))

    def to_bytes(self) -> bytes:
        """Return the block as one piece of bytes."""
        columns = {name: column_array(column) for name, column in self.carried.items()}
        own = {"ids": self.ids, "graph": self.graph}
        return to_bytes({**matrix_arrays(self.features), **own, **columns})


def label_codes(labels: pa.Array) -> tuple[np.ndarray, pa.Array]:
    """Return a code for each label, and the labels behind the codes; a null has one code more.

    Examples
    --------
    >>> label_codes(pa.array(["b", None, "b"]))[0]
    array([0, 1, 0])
    """
    encoded = comparable(labels).dictionary_encode()
    known = encoded.dictionary
    codes = encoded.indices.cast(pa.int64()).fill_null(len(known))
    return codes.to_numpy(zero_copy_only=False), known


def allowed_codes(conditions: pa.Array, known: pa.Array, kind: pa.DataType) -> np.ndarray:
    """Return which codes each query allows, shape (queries, codes + 1): the last is for no label.

    Parameters
    ----------
    conditions : pyarrow.Array
        A label, or a list of labels, for each query.
    known : pyarrow.Array
        The labels behind the codes.
    kind : pyarrow.DataType
        The type of the labels, which may be lists themselves.
    """
    allowed = np.zeros((len(conditions), len(known) + 1), bool)
    if _depth(conditions.type) > _depth(kind):
        counts = conditions.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
        conditions, rows = conditions.flatten(), np.repeat(np.arange(len(counts)), counts)
    else:
        rows = np.arange(len(conditions))
    wanted = comparable(conditions)
    codes = pc.index_in(wanted, value_set=known.cast(wanted.type), skip_nulls=True)
    codes = codes.fill_null(-1).to_numpy(zero_copy_only=False)
    hits = codes >= 0
    allowed[rows[hits], codes[hits]] = True
    return allowed


def _depth(kind: pa.DataType) -> int:
    """Return how many lists are within each other."""
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    return 1 + _depth(kind.value_type) if is_list else 0


def comparable(labels: pa.Array) -> pa.Array:
    """Return labels as values that Arrow can look up: those made of parts as their text."""
    if pa.types.is_nested(labels.type):
        texts = [None if label is None else repr(label) for label in labels.to_pylist()]
        return pa.array(texts, pa.string())
    return labels.cast(pa.int64()) if pa.types.is_integer(labels.type) else labels

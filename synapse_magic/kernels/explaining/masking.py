"""What it means to take features of a row away: the contract of tables, texts and images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

_ROWS = 20_000
_BYTES = 64 << 20


class Case(Protocol):
    """One row whose features can be kept or taken away."""

    @property
    def names(self) -> tuple[str, ...]:
        """Its features where they are its own, such as its tokens; empty where columns name them.

        Their number is :attr:`size` in the first case.
        """
        ...

    @property
    def size(self) -> int:
        """How many features can be taken away; 0 for an empty text."""
        ...

    @property
    def places(self) -> np.ndarray:
        """The position of each of the ``size`` features among all ``features`` of the row.

        A feature that is like the background everywhere changes nothing and is left out here.
        """
        ...

    @property
    def features(self) -> int:
        """How many values the explanation has."""
        ...

    @property
    def copies(self) -> int:
        """How many rows stand for a mask: one for each row of a background."""
        ...

    def masked(self, masks: np.ndarray) -> pa.RecordBatch:
        """Return the row with only some features kept, for (masks, size) booleans.

        The ``copies`` rows of a mask stand together. All columns of the row are there; those that
        are not explained stay as they are.
        """
        ...


@runtime_checkable
class LargeCase(Case, Protocol):
    """A row that is so large that only some of its copies fit in memory."""

    @property
    def row_bytes(self) -> int:
        """About how large a masked row is."""
        ...


class GroupedCase(LargeCase, Protocol):
    """A row whose features belong together in groups: words in sentences, superpixels in regions.

    Their number tells when the groups are explained before their members.
    """

    @property
    def groups(self) -> np.ndarray:
        """The group of each of the ``size`` features, from 0."""
        ...


class Masker(Protocol):
    """Opens rows to have their features taken away; it can be pickled."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns whose values are explained."""
        ...

    def open(self, batch: pa.RecordBatch, row: int) -> Case:
        """Return one row of a batch of all columns that the model reads.

        Raises
        ------
        SynapseError
            When this row cannot be explained; others may.
        """
        ...


class GroupedMasker(Protocol):
    """Opens rows whose features belong together in groups; it can be pickled."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns whose values are explained."""
        ...

    def open(self, batch: pa.RecordBatch, row: int) -> GroupedCase:
        """Return one row of a batch of all columns that the model reads.

        Raises
        ------
        SynapseError
            When this row cannot be explained; others may.
        """
        ...


def masks_at_once(case: Case) -> int:
    """Return for how many masks the masked rows fit in memory."""
    rows = _ROWS
    if isinstance(case, LargeCase):
        rows = min(_ROWS, _BYTES // max(case.row_bytes, 1))
    return max(1, rows // case.copies)


def in_parts(case: Case, masks: np.ndarray) -> Iterator[pa.RecordBatch]:
    """Yield the rows of all masks in turn, as many at once as fit in memory."""
    step = masks_at_once(case)
    for start in range(0, len(masks), step):
        yield case.masked(masks[start : start + step])

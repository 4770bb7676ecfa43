"""The nearest rows of one block to each query."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.neighbors.block import Block, allowed_codes, label_codes
from synapse_magic.kernels.neighbors.features import require_width
from synapse_magic.kernels.neighbors.found import Found
from synapse_magic.kernels.neighbors.measures import Metric, measured, ranks
from synapse_magic.kernels.neighbors.running import Running
from synapse_magic.kernels.neighbors.screens import TILE, dense_screen, sparse_screen

if TYPE_CHECKING:
    from synapse_magic.kernels.vectors import Matrix

_TOGETHER = 256
"""Queries that are searched for at once; their scores of a tile stay in the processor's cache."""


Best = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Rows and columns of the best pairs, sorted by row and nearest first, and their measures."""


class BlockSearch:
    """A block, made ready for many queries; a subclass says how they are answered."""

    def __init__(self, block: Block, metric: Metric) -> None:
        self.block = block
        self.metric = metric

    def search(self, queries: Matrix, k: int, conditions: pa.Array | None = None) -> Found:
        """Return the ``k`` nearest rows to each query, those of allowed labels where it names any.

        Raises
        ------
        SynapseError
            When the queries have another size than the rows.
        """
        count = queries.shape[0]
        parts = [_nothing()]
        if count:
            require_width(queries.shape[1], queries.shape[1], self.block.features.shape[1])
            allowed = self._allowed(conditions)
            rows = self._as_rows(queries)
            parts += [self._part(rows, k, allowed, chosen) for chosen in _groups(count, allowed)]
        return self._collected(count, parts)

    def _best(self, queries: Matrix, k: int, allowed: np.ndarray | None, /) -> Best:
        raise NotImplementedError

    def _allowed(self, _: pa.Array | None, /) -> np.ndarray | None:
        """Return which codes of labels each query allows; None where it allows all."""
        return None

    def _part(self, rows: Matrix, k: int, allowed: np.ndarray | None, chosen: np.ndarray) -> Best:
        own = None if allowed is None else allowed[chosen]
        local, columns, measures = self._best(rows[chosen], k, own)
        return chosen[local], columns, measures

    def _collected(self, count: int, parts: list[Best]) -> Found:
        rows, columns, measures = map(np.concatenate, zip(*parts))
        order = np.argsort(rows, kind="stable")
        columns = columns[order]
        places = pa.array(columns)
        carried = {name: column.take(places) for name, column in self.block.carried.items()}
        counts = np.bincount(rows, minlength=count)
        return Found(counts, self.block.ids[columns], measures[order], carried)

    def _as_rows(self, queries: Matrix) -> Matrix:
        """Return the queries dense where the rows of the block are, and sparse where those are."""
        if not isinstance(self.block.features, np.ndarray):
            return type(self.block.features)(queries)
        return queries if isinstance(queries, np.ndarray) else queries.toarray()


class ExactSearch(BlockSearch):
    """A block of which every row is scored for every query.

    Parameters
    ----------
    block : Block
    metric : str
    by_label : bool
        Whether each query names the labels it allows.
    """

    def __init__(self, block: Block, metric: Metric, *, by_label: bool = False) -> None:
        super().__init__(block, metric)
        codes: np.ndarray | None = None
        self._known: pa.Array | None = None
        if by_label:
            codes, self._known = label_codes(block.carried["label"])
        make = dense_screen if isinstance(block.features, np.ndarray) else sparse_screen
        self._screen = make(metric, block.features, codes)
        self._codes = codes[self._screen.order] if codes is not None else None
        self._scores = np.empty(_TOGETHER * TILE, np.float32)

    def _allowed(self, conditions: pa.Array | None, /) -> np.ndarray | None:
        if self._known is None:
            return None
        return allowed_codes(conditions, self._known, self.block.carried["label"].type)

    def _best(self, queries: Matrix, k: int, allowed: np.ndarray | None, /) -> Best:
        screen, block = self._screen, self.block

        def rank(rows: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            places = screen.order[columns]
            found = measured(self.metric, block.features, places, queries, rows)
            return ranks(found, self.metric), block.ids[places]

        asked, running = screen.ask(queries), Running(queries.shape[0], k, rank)
        for tile in range(screen.tiles):
            columns = np.arange(tile * TILE, min((tile + 1) * TILE, len(screen.order)))
            chosen, own = self._eligible(queries.shape[0], columns, allowed)
            if len(chosen):
                scores = screen.scores(asked, chosen, tile, self._scores)
                running.see(scores, screen.errors(asked, tile)[chosen], chosen, columns, own)
        rows, columns, found = running.best()
        return rows, screen.order[columns], ranks(found, self.metric)

    def _eligible(
        self, count: int, columns: np.ndarray, allowed: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the queries that allow any of the columns, and which pairs they allow."""
        if allowed is None or self._codes is None:
            return np.arange(count), None
        codes = self._codes[columns]
        # Rows stand sorted by their codes, so that a tile holds a run of them.
        chosen = np.flatnonzero(allowed[:, codes[0] : codes[-1] + 1].any(axis=1))
        return chosen, allowed[chosen[:, None], codes[None, :]]


def _groups(count: int, allowed: np.ndarray | None) -> list[np.ndarray]:
    """Return the numbers of the queries in groups; those that allow the same stand together."""
    order = np.arange(count)
    if allowed is not None:
        order = np.argsort(allowed.argmax(axis=1), kind="stable")
    return [order[start : start + _TOGETHER] for start in range(0, count, _TOGETHER)]


def _nothing() -> Best:
    return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)

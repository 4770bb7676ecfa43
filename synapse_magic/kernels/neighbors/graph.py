"""Approximate search: a graph of neighbours, walked from row to row.

The graph is that of usearch: of the libraries with an index that becomes bytes it has small wheels
for every platform and no wishes about numpy's version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.neighbors.block import Block
from synapse_magic.kernels.neighbors.measures import Metric, measured, norms, ranks, unit
from synapse_magic.kernels.neighbors.running import best_of
from synapse_magic.kernels.neighbors.search import Best, BlockSearch

if TYPE_CHECKING:
    from synapse_magic.kernels.vectors import Matrix

LINKS, LINKING = 16, 128
"""How many neighbours a row is linked to, and how many candidates are looked at for that."""


def usearch_package() -> Any:
    """Return the library.

    Raises
    ------
    SynapseError
        When it is not installed.
    """
    try:
        from usearch import index
    except ImportError as error:
        raise SynapseError(
            "Approximate search needs the package usearch. "
            "Try: pip install 'synapse-magic[search]', or algorithm='exact'"
        ) from error
    return index


def build_graph(block: Block, metric: Metric) -> np.ndarray:
    """Return the graph over the rows of a block, as bytes.

    Raises
    ------
    SynapseError
        When the rows are wide and sparse, which the library does not take.
    """
    points = Points(metric, _dense(block.features)).rows
    graph = usearch_package().Index(
        ndim=points.shape[1],
        metric="l2sq",
        dtype="f32",
        connectivity=LINKS,
        expansion_add=LINKING,
    )
    graph.add(np.arange(len(points), dtype=np.uint64), points, threads=1)
    return np.frombuffer(graph.save(), np.uint8)


class Points:
    """Rows as points whose Euclidean distance ranks as the metric does.

    Rows for inner products get one more number, which brings all of them to one length.
    """

    def __init__(self, metric: Metric, matrix: np.ndarray) -> None:
        self.metric = metric
        self._centre = matrix.mean(axis=0, dtype=np.float64)
        lengths = norms(matrix)
        self._scale = float(lengths.max(initial=0.0)) or 1.0
        made = self._moved(matrix)
        if metric == "innerProduct":
            rest = np.sqrt(np.maximum(0.0, 1 - (lengths / self._scale) ** 2))
            made = np.concatenate([matrix / self._scale, rest[:, None]], axis=1)
        self.rows = made.astype(np.float32)

    def of_queries(self, queries: np.ndarray) -> np.ndarray:
        """Return queries as points."""
        made = self._moved(queries)
        if self.metric == "innerProduct":
            made = np.concatenate([unit(queries), np.zeros((len(queries), 1))], axis=1)
        return made.astype(np.float32)

    def _moved(self, matrix: np.ndarray) -> np.ndarray:
        return unit(matrix) if self.metric == "cosine" else (matrix - self._centre) / self._scale


class GraphSearch(BlockSearch):
    """A block whose graph leads to candidates; those are measured exactly.

    Parameters
    ----------
    block : Block
        With the graph that :func:`build_graph` made for this metric.
    metric : str
    width : int
        How many candidates are followed at once: more find more of the true neighbours.
    """

    def __init__(self, block: Block, metric: Metric, width: int) -> None:
        super().__init__(block, metric)
        self._width = width
        self._points = Points(metric, _dense(block.features))
        self._graph = usearch_package().Index.restore(block.graph.tobytes())

    def _best(self, queries: Matrix, k: int, _: np.ndarray | None, /) -> Best:
        count = min(k, len(self.block.ids))
        self._graph.expansion_search = max(self._width, count)
        asked = self._points.of_queries(_dense(queries))
        # For a single query usearch gives a result of another kind: the last one stands twice.
        found = self._graph.search(np.concatenate([asked, asked[-1:]]), count, threads=1)
        columns = found.keys[:-1].astype(np.int64)
        there = np.arange(count) < found.counts[:-1, None]
        rows, columns = np.nonzero(there)[0], columns[there]
        measures = measured(self.metric, self.block.features, columns, queries, rows)
        kept = best_of(rows, ranks(measures, self.metric), self.block.ids[columns], k)
        return rows[kept], columns[kept], measures[kept]


def _dense(matrix: Matrix) -> np.ndarray:
    if isinstance(matrix, np.ndarray):
        return matrix
    raise SynapseError(
        f"Approximate search takes no sparse rows of {matrix.shape[1]} numbers. "
        "Try: algorithm='exact'"
    )

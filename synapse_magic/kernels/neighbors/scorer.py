"""An index outside Spark: its blocks, and the search for the rows of one batch."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from synapse_magic.kernels.neighbors.block import Block
from synapse_magic.kernels.neighbors.features import to_features
from synapse_magic.kernels.neighbors.found import merged
from synapse_magic.kernels.neighbors.measures import Metric
from synapse_magic.kernels.neighbors.packing import nulled

if TYPE_CHECKING:
    from synapse_magic.kernels.neighbors.search import BlockSearch


@dataclass(frozen=True)
class NeighborScorer:
    """Finds neighbours without Spark.

    Attributes
    ----------
    inputs : tuple of str
        The features and, where labels count, the condition.
    output : str
    k : int
    metric : str
    search : callable
        Makes a block ready to be searched.
    blocks : tuple of bytes
    """

    inputs: tuple[str, ...]
    output: str
    k: int
    metric: Metric
    search: Callable[[Block], BlockSearch]
    blocks: tuple[bytes, ...] = field(repr=False)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The column it adds."""
        return (self.output,)

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of just the neighbours, one row for each row of ``batch``."""
        asked, conditions = batch.column(0), None
        if len(self.inputs) > 1:
            asked, conditions = nulled(asked, batch.column(1)), batch.column(1)
        blocks = _ready(self)
        matrix, valid = to_features(asked, self.inputs[0], blocks[0].block.features.shape[1])
        if conditions is not None:
            conditions = conditions.filter(pa.array(valid))
        found = [search.search(matrix, self.k, conditions) for search in blocks]
        column = merged(found, self.k, self.metric).column(self.metric, valid)
        return pa.RecordBatch.from_arrays([column], [self.output])


@functools.lru_cache(maxsize=2)
def _ready(scorer: NeighborScorer) -> list[BlockSearch]:
    return [scorer.search(Block.from_bytes(content)) for content in scorer.blocks]
